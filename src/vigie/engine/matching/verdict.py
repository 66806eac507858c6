"""What does one vulnerability mean for one product that was seen, and who says so?"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MatchVerdict(StrEnum):
    AFFECTED = "affected"
    FIXED = "fixed"  # the version, or the package, is at or after the correction
    NOT_AFFECTED = "not_affected"
    CONDITIONAL = "conditional"  # affected if something that cannot be seen from outside is so
    UNKNOWN = "unknown"  # no version, a version that cannot be read, a package that may carry the correction


@dataclass(frozen=True, slots=True)
class Match:
    verdict: MatchVerdict
    evidence: str  # short English clause: the criterion that decided
    source: str  # the layer that decided
    fixed_in: str | None = None  # first fixed version on the same branch, None when the source does not tell


# Who is believed first. What Vigie ships is written from the vendors' advisories, branch by branch.
LAYERS = ("vendor", "vigie", "distribution", "cert_fr", "coordinator", "nvd", "cna", "adp")
_RANK = {layer: rank for rank, layer in enumerate(LAYERS)}


def layer_of(source: str) -> str:
    """A source may name its document: "cert_fr:CERTFR-2024-AVI-0108" is of the layer "cert_fr"."""
    return source.partition(":")[0]


# Two documents of one layer that disagree: the one that asks to act is heard.
_URGENCY = {verdict: rank for rank, verdict in enumerate((
    MatchVerdict.AFFECTED, MatchVerdict.CONDITIONAL, MatchVerdict.FIXED, MatchVerdict.NOT_AFFECTED,
))}  # fmt: skip


def strongest(matches: Iterable[Match]) -> Match | None:
    """The first layer that can tell decides; when none can, the first that spoke. None when none did.

    A correction that a higher layer tells thereby overrides the wider range of a lower one.
    """
    heard = list(matches)
    told = [match for match in heard if match.verdict is not MatchVerdict.UNKNOWN]
    return min(told or heard, key=_rank, default=None)


def _rank(match: Match) -> tuple[int, int]:
    return _RANK.get(layer_of(match.source), len(LAYERS)), _URGENCY.get(match.verdict, len(_URGENCY))
