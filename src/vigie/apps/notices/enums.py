from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContactRole(TextChoices):
    """Those of vigie.data.notice_rules.Recipient, without the telephone list, and the national authorities."""

    OFFICER = "officer", _("security officer")
    DIRECTOR = "director", _("director")
    GROUP_OFFICER = "group_officer", _("security officer of the group")
    REGIONAL_AGENCY = "regional_agency", _("regional health agency")
    # Of the nation: those whom the law has told of incidents.
    HFDS = "hfds", _("security officer of the ministry (HFDS, FSSI)")
    CORRUSS = "corruss", _("health-crisis centre (DGS, CORRUSS)")
    ANSSI = "anssi", _("ANSSI, CERT-FR")


class NoticeChannel(TextChoices):
    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class NoticeKind(TextChoices):
    FIRST = "first", _("first message")
    REMINDER = "reminder", _("reminder")
    ESCALATION = "escalation", _("escalation")
    VERIFICATION = "verification", _("verification of a contact")
    CONFIRMATION = "confirmation", _("confirmation of a declaration")
    RECEIPT = "receipt", _("receipt of a declaration")
    AUTHORITY = "authority", _("word to an authority of an incident")
    OBLIGATION = "obligation", _("reminder of an obligation")
    SIGNATURE = "signature", _("request for a signature")
    DISCLOSURE = "disclosure", _("receipt of a report of a weakness")
    NEW_START = "new_start", _("new start of an account")
    TOUCHED = "touched", _("question to a structure: does a provider's incident touch it?")
    WATCH = "watch", _("something is new of what one follows")


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


class ItemKind(TextChoices):
    WEAKNESS = "weakness", _("weakness to mend")
    CHECK = "check", _("thing to check")


class Stage(TextChoices):
    """How far the mending of one subject of an alert is."""

    TOLD = "told", _("told")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    PLANNED = "planned", _("planned")
    DECLARED = "declared", _("declared fixed")
    VERIFIED = "verified", _("fixed, verified")
    DROPPED = "dropped", _("ended without a fix")
