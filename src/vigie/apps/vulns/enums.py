from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MatchVerdict(TextChoices):
    """The same slugs as vigie.engine.matching.MatchVerdict; a test holds them together."""

    AFFECTED = "affected", _("affected")
    FIXED = "fixed", _("fixed")
    NOT_AFFECTED = "not_affected", _("not affected")
    CONDITIONAL = "conditional", _("please check: depends on a condition that cannot be seen")
    UNKNOWN = "unknown", _("unknown")


class FeedState(TextChoices):
    NEVER = "never", _("never synchronised")
    GOOD = "good", _("up to date")
    STALE = "stale", _("too old")
    BROKEN = "broken", _("last attempt failed")
