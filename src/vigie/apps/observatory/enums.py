from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SubjectKind(TextChoices):
    ESTABLISHMENT = "establishment", _("establishment")
    GROUP = "group", _("group")
    TERRITORY = "territory", _("territory")


class Letter(TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"
    E = "E", "E"
    NOT_ESTABLISHED = "", _("not established")


class ImageState(TextChoices):
    """Whether the columnar image may answer in place of the database."""

    FRESH = "fresh", _("up to date")
    STALE = "stale", _("older than what was recorded since")
    ABSENT = "absent", _("not made yet")
    UNREADABLE = "unreadable", _("cannot be read")
    NOT_ASKED = "not_asked", _("not asked: it speaks of the present alone")


class FixOrigin(TextChoices):
    """From when a time to fix is counted."""

    DETECTED = "detected", _("from detection")
    NOTIFIED = "notified", _("from notification")


class EquipmentKind(TextChoices):
    """The same slugs as vigie.data.equipment; a test holds them together."""

    REMOTE_ACCESS = "remote_access", _("remote access and gateways")
    MAIL = "mail", _("mail")
    WEB = "web", _("web servers")
    DATABASES = "databases", _("databases")
    ADMINISTRATION = "administration", _("administration and boards")
    FILES = "files", _("files")
    HEALTH = "health", _("health software")
    OTHER = "other", _("other products")
    SETTING = "setting", _("settings, whatever the product")


class SizeClass(TextChoices):
    """Of an establishment, by the beds of its sites in the SAE survey."""

    SMALL = "small", _("under 100 beds")
    MEDIUM = "medium", _("100 to 299 beds")
    LARGE = "large", _("300 to 999 beds")
    LARGEST = "largest", _("1,000 beds and more")
    UNKNOWN = "unknown", _("beds not known")
