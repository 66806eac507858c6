from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NationalAlertState(TextChoices):
    NEW = "new", _("new")
    EXAMINED = "examined", _("examined")
    RELEASED = "released", _("released")
    DISMISSED = "dismissed", _("dismissed")


class AlertTrigger(TextChoices):
    KEV = "kev", _("entry in the list of exploited vulnerabilities (KEV)")
    CERT_FR = "cert_fr", _("alerte of CERT-FR")


class NationalAlertEventKind(TextChoices):
    OPENED = "opened", _("opened")
    NEWS = "news", _("one more source tells it")
    CONCERNED = "concerned", _("who is concerned was counted")
    EXAMINED = "examined", _("examined")
    AGREED = "agreed", _("a first person agreed to its release")
    RELEASED = "released", _("released")
    DISMISSED = "dismissed", _("dismissed")
    REOPENED = "reopened", _("opened again")


class WatchPace(TextChoices):
    """How whoever follows something is told that it changed."""

    DIGEST = "digest", _("once a day, when something is new")
    AT_ONCE = "at_once", _("at once, when it is used by attackers or seen somewhere new")
    NEVER = "never", _("never: I look at the page")


class WatchedKind(TextChoices):
    PRODUCT = "product", _("product")
    VULNERABILITY = "vulnerability", _("vulnerability")
