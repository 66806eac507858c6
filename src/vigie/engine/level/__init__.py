"""How exposed is an establishment, a group, a territory: an interval, its coverage, its explanation."""

from .exposure import exposure, gains, letter_of
from .grouping import grouped
from .inputs import Inputs, Member, OpenFinding
from .method import GateRule, IndicatorRule, Method, Penalty
from .trace import CountedFinding, Gain, Gate, GroupTrace, Indicator, Result, Trace

__all__ = [
    "CountedFinding",
    "Gain",
    "Gate",
    "GateRule",
    "GroupTrace",
    "Indicator",
    "IndicatorRule",
    "Inputs",
    "Member",
    "Method",
    "OpenFinding",
    "Penalty",
    "Result",
    "Trace",
    "exposure",
    "gains",
    "grouped",
    "letter_of",
]
