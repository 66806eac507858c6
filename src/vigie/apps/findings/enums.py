from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FindingState(TextChoices):
    """The same slugs as vigie.engine.lifecycle.State, where the transitions are; a test holds them together."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    FIX_DECLARED = "fix_declared", _("declared mended, not verified yet")
    CLOSED = "closed", _("closed, correction verified")
    FALSE_POSITIVE = "false_positive", _("false positive")
    RISK_ACCEPTED = "risk_accepted", _("risk accepted")
    ASSET_RETIRED = "asset_retired", _("equipment retired")
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
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    FIX_DECLARED = "fix_declared", _("declared mended")
    FIX_REFUTED = "fix_refuted", _("still there, although it was declared mended")
    STILL_THERE = "still_there", _("looked at again: still there")
    FALSE_POSITIVE = "false_positive", _("marked as a false positive")
    RISK_ACCEPTED = "risk_accepted", _("risk accepted")
    ASSET_RETIRED = "asset_retired", _("equipment said to be retired")
    EXPIRED = "expired", _("the time for which it was set aside is over: open again")
    PLANNED = "planned", _("planned")
    MEASURE_TAKEN = "measure_taken", _("compensating measure recorded")
    MEASURE_VERIFIED = "measure_verified", _("compensating measure verified")
    MEASURE_REFUTED = "measure_refuted", _("a look saw that a compensating measure is not in place")
    ASSIGNED = "assigned", _("given to somebody")
    NOTED = "noted", _("note")
    RETEST_ASKED = "retest_asked", _("another look asked for")


# What an event says of the state from then on; the others leave it as it was.
STATE_AFTER = {
    FindingEventKind.DETECTED: FindingState.OPEN,
    FindingEventKind.REOPENED: FindingState.OPEN,
    FindingEventKind.EXPIRED: FindingState.OPEN,
    FindingEventKind.ACKNOWLEDGED: FindingState.ACKNOWLEDGED,
    FindingEventKind.FIX_REFUTED: FindingState.ACKNOWLEDGED,
    FindingEventKind.FIX_DECLARED: FindingState.FIX_DECLARED,
    FindingEventKind.CLOSED: FindingState.CLOSED,
    FindingEventKind.FALSE_POSITIVE: FindingState.FALSE_POSITIVE,
    FindingEventKind.RISK_ACCEPTED: FindingState.RISK_ACCEPTED,
    FindingEventKind.ASSET_RETIRED: FindingState.ASSET_RETIRED,
    FindingEventKind.NO_LONGER_OBSERVED: FindingState.NO_LONGER_OBSERVED,
}


class CloseReason(TextChoices):
    """Every closure has its reason; the look that proves it is on its event."""

    CHECK_PASSED = "check_passed", _("the same check passed")
    SOUND_VERSION = "sound_version", _("a version that is not affected was seen")
    OTHER_PRODUCT = "other_product", _("another product answers there")
    OTHER_SERVICE = "other_service", _("another service answers there")
    NOT_APPLICABLE = "not_applicable", _("what the check asks is not there any more, at two looks a day apart")
    CHECK_RETIRED = "check_retired", _("the check was retired: nothing looks for it any more")
    KNOWLEDGE = "knowledge", _("what is known of the vulnerability changed: this version is not affected")
    NOT_OBSERVED = "not_observed", _("not seen at two completed looks at least a day apart")
    FALSE_POSITIVE = "false_positive", _("a person judged that it is none")
    RISK_ACCEPTED = "risk_accepted", _("the establishment accepts the risk until a day")
    ASSET_RETIRED = "asset_retired", _("the equipment was taken out of service")


class PlanConstraint(TextChoices):
    """What the life of the equipment imposes: it moves the plan, never the deadline."""

    ALWAYS_ON = "always_on", _("in use day and night")
    VENDOR_MANAGED = "vendor_managed", _("kept by its vendor")
    MEDICAL_DEVICE = "medical_device", _("certified medical device: its maker decides")
    END_OF_LIFE = "end_of_life", _("no longer maintained: to be replaced")


class MeasureKind(TextChoices):
    """What a look can verify; the same slugs as vigie.engine.measures.Measure, a test holds them together."""

    FILTERED = "filtered", _("the port is filtered: it no longer answers from the internet")
    NAME_WITHDRAWN = "name_withdrawn", _("the service no longer answers under its public name")
    VERSION_HIDDEN = "version_hidden", _("the product no longer tells its version")
    CERTIFICATE_ONLY = "certificate_only", _("only whoever shows a certificate of yours is let in")
    PAGE_REFUSED = "page_refused", _("the page is refused to whoever has not signed in before it (401, 403)")


class VanishedVerdict(TextChoices):
    """What became of a kind of weakness that vanished everywhere at once."""

    OPEN = "open", _("to judge")
    REAL = "real", _("it is really gone")
    FAULT = "fault", _("it was our fault")
    SEEN_AGAIN = "seen_again", _("it was seen again")


class RetestAnswer(TextChoices):
    """What one more look on request said of the finding."""

    WAITING = "waiting", _("waiting for its turn")
    LOOKING = "looking", _("looking now")
    MENDED = "mended", _("mended: the correction is verified")
    STILL_THERE = "still_there", _("still there")
    NOT_SEEN = "not_seen", _("not seen: a second look without it, at least a day after the first, ends it")
    GONE = "gone", _("no longer observed")
    UNKNOWN = "unknown", _("it could not be told")
    STOPPED = "stopped", _("stopped before it was asked")


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
    PERSON = "person", _("somebody who reported it")


class SightingKind(TextChoices):
    """The same slugs as vigie.sources.scanners.Told; a test holds them together."""

    WEAKNESS = "weakness", _("weakness")
    FACT = "fact", _("fact")
    SOUND = "sound", _("said to be sound")


class SightingState(TextChoices):
    TO_VERIFY = "to_verify", _("to be verified")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("not confirmed")


class UploadState(TextChoices):
    """How far a report that somebody sent through a page is: nothing comes in before they read what it would bring."""

    RECEIVED = "received", _("being read")
    READ = "read", _("read: waiting for your decision")
    ACCEPTED = "accepted", _("being brought in")
    DONE = "done", _("brought in")
    REFUSED = "refused", _("refused")
    DROPPED = "dropped", _("put aside")


class GroupAuditState(TextChoices):
    """The same slugs as vigie.engine.group_audit.State, where the transitions are; a test holds them together."""

    PREPARED = "prepared", _("prepared, not agreed yet")
    AGREED = "agreed", _("agreed, not begun")
    RUNNING = "running", _("looking")
    REVIEWING = "reviewing", _("under review")
    FOLLOWED = "followed", _("told to the group, followed up")
    CLOSED = "closed", _("closed")
    ABANDONED = "abandoned", _("abandoned")


class GroupAuditEventKind(TextChoices):
    PREPARED = "prepared", _("prepared")
    AGREED = "agree", _("agreement recorded")
    RUN = "run", _("look started")
    GATHERED = "gather", _("findings taken to the review")
    JUDGED = "judge", _("finding judged")
    SUMMARISED = "summarise", _("conclusion written")
    RESTITUTED = "restitute", _("told to the group")
    FOLLOW_UP_STARTED = "follow_up_started", _("follow-up started")
    FOLLOW_UP_MISSED = "follow_up_missed", _("follow-up missed: the next one was due already")
    FOLLOW_UP_TOLD = "follow_up_told", _("follow-up told")
    CLOSED = "close", _("closed")
    ABANDONED = "abandon", _("abandoned")


class ReviewVerdict(TextChoices):
    """What the analyst says of a finding that the runs of an audit saw."""

    TO_REVIEW = "to_review", _("to be reviewed")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("rejected: false positive")


class FollowUpOutcome(TextChoices):
    """The same slugs as vigie.engine.group_audit.Outcome; a test holds them together."""

    STILL_THERE = "still_there", _("still there")
    DECLARED = "declared", _("said or seen to be gone, not proved")
    VERIFIED = "verified", _("mended and verified")
    ACCEPTED = "accepted", _("set aside since")
    NEW = "new", _("new since the restitution")
    UNKNOWN = "unknown", _("could not be looked at")
