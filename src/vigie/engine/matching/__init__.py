"""Which seen products does a vulnerability touch, and how sure are we?"""

from .aliases import Aliases, Product
from .catalogue import CatalogueIndex, match_identity
from .decision import describe, judge, match, see
from .mending import mending_version
from .question import answer
from .record import VulnerabilityRecord
from .statement import Configuration, Criterion, Node, Operator, PackageFix, Statement, digest, from_plain, to_plain
from .verdict import LAYERS, Match, MatchVerdict, layer_of, strongest
from .version_range import ends_before_its_release
from .written import BadRange, range_of, statement_of

__all__ = [
    "LAYERS",
    "Aliases",
    "BadRange",
    "CatalogueIndex",
    "Configuration",
    "Criterion",
    "Match",
    "MatchVerdict",
    "Node",
    "Operator",
    "PackageFix",
    "Product",
    "Statement",
    "VulnerabilityRecord",
    "answer",
    "describe",
    "digest",
    "ends_before_its_release",
    "from_plain",
    "judge",
    "layer_of",
    "match",
    "match_identity",
    "mending_version",
    "range_of",
    "see",
    "statement_of",
    "strongest",
    "to_plain",
]
