from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FindingState(TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed, correction verified")
    NO_LONGER_OBSERVED = "no_longer_observed", _("no longer observed")


class FindingKind(TextChoices):
    PRODUCT = "product", _("vulnerable product")
    CHECK = "check", _("weak configuration")


class Severity(TextChoices):
    """The same slugs as vigie.engine.outcome.Severity; a test holds them together."""

    CRITICAL = "critical", _("critical")
    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class Priority(TextChoices):
    """The same slugs as vigie.engine.priority.Priority; a test holds them together."""

    NOW = "now", _("now")
    WEEK = "week", _("this week")
    MONTH = "month", _("this month")
    WATCH = "watch", _("to watch")


class FindingEventKind(TextChoices):
    DETECTED = "detected", _("detected")
    CONFIRMED_CHANGED = "changed", _("changed")
    ABSENT_ONCE = "absent", _("not seen at the last look: waiting for a second look")
    SEEN_AGAIN = "seen_again", _("seen again")
    CLOSED = "closed", _("closed: correction verified")
    NO_LONGER_OBSERVED = "no_longer_observed", _("no longer observed")
    REOPENED = "reopened", _("reopened")


class CloseReason(TextChoices):
    """Every closure has its reason; the look that proves it is on its event."""

    CHECK_PASSED = "check_passed", _("the same check passed")
    SOUND_VERSION = "sound_version", _("a version that is not affected was seen")
    OTHER_PRODUCT = "other_product", _("another product answers there")
    OTHER_SERVICE = "other_service", _("another service answers there")
    KNOWLEDGE = "knowledge", _("what is known of the vulnerability changed: this version is not affected")
    NOT_OBSERVED = "not_observed", _("not seen at two completed looks at least a day apart")


class ScannerTool(TextChoices):
    """The same slugs as vigie.sources.scanners.Tool; a test holds them together."""

    NMAP = "nmap", "nmap"
    NESSUS = "nessus", "Nessus"
    OPENVAS = "openvas", "OpenVAS"
    NUCLEI = "nuclei", "nuclei"
    MASSCAN = "masscan", "masscan"
    TESTSSL = "testssl", "testssl"
    SSLYZE = "sslyze", "sslyze"
    QUALYS = "qualys", "Qualys"


class SightingKind(TextChoices):
    """The same slugs as vigie.sources.scanners.Told; a test holds them together."""

    WEAKNESS = "weakness", _("weakness")
    FACT = "fact", _("fact")
    SOUND = "sound", _("said to be sound")


class SightingState(TextChoices):
    TO_VERIFY = "to_verify", _("to be verified")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("rejected")
