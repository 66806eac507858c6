from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContactRole(TextChoices):
    """The same slugs as vigie.data.notice_rules.Recipient, without the telephone list; a test holds them together."""

    OFFICER = "officer", _("security officer")
    DIRECTOR = "director", _("director")
    GROUP_OFFICER = "group_officer", _("security officer of the group")
    REGIONAL_AGENCY = "regional_agency", _("regional health agency")


class NoticeChannel(TextChoices):
    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class NoticeKind(TextChoices):
    FIRST = "first", _("first message")
    REMINDER = "reminder", _("reminder")
    ESCALATION = "escalation", _("escalation")
    VERIFICATION = "verification", _("verification of a contact")


class NoticeState(TextChoices):
    PLANNED = "planned", _("waits for a release")
    RELEASED = "released", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("returned")
    FAILED = "failed", _("given up")
    CANCELLED = "cancelled", _("no longer needed")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")


class NoticeEventKind(TextChoices):
    PLANNED = "planned", _("planned")
    RELEASED = "released", _("released")
    SENT = "sent", _("sent")
    UNCERTAIN = "uncertain", _("may have been sent: the end of the attempt is not known")
    DEFERRED = "deferred", _("put off")
    FAILED = "failed", _("given up")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("returned")
    CANCELLED = "cancelled", _("no longer needed")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")


class Stage(TextChoices):
    """How far the mending of one subject of an alert is."""

    TOLD = "told", _("told")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    DECLARED = "declared", _("declared fixed")
    VERIFIED = "verified", _("fixed, verified")
    DROPPED = "dropped", _("ended without a fix")
