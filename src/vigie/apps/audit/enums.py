from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FaultKind(TextChoices):
    """How the audit trail differs from what was sealed."""

    ALTERED = "altered", _("altered")
    REMOVED = "removed", _("removed")
    REORDERED = "reordered", _("reordered")
    LINK_REMOVED = "link_removed", _("link removed")
    CUT_OFF = "cut_off", _("cut off")
    OTHER_CHAIN = "other_chain", _("not the chain that was exported")
