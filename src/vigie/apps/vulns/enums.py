from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MatchVerdict(TextChoices):
    """The same slugs as vigie.engine.matching.MatchVerdict; a test holds them together."""

    AFFECTED = "affected", _("affected")
    FIXED = "fixed", _("fixed")
    NOT_AFFECTED = "not_affected", _("not affected")
    CONDITIONAL = "conditional", _("please check: depends on a condition that cannot be seen")
    UNKNOWN = "unknown", _("please check: what was seen does not decide")


class ChangeKind(TextChoices):
    """What changed in a record that was known, or what makes it news."""

    EXPLOITED = "exploited", _("entered the list of exploited vulnerabilities (KEV)")
    UNLISTED = "unlisted", _("left the list of exploited vulnerabilities (KEV)")
    WARNED = "warned", _("CERT-FR published an alerte")
    SCORED = "scored", _("the score changed")
    RESTATED = "restated", _("a source changed what it touches")
    WITHDRAWN = "withdrawn", _("a source took back what it touches")
    REJECTED = "rejected", _("rejected by its assigner")
    RESTORED = "restored", _("no longer rejected")


class FeedState(TextChoices):
    NEVER = "never", _("never synchronised")
    GOOD = "good", _("up to date")
    BEHIND = "behind", _("catching up")
    STALE = "stale", _("too old")
    BROKEN = "broken", _("last attempt failed")
