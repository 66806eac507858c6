"""An incident for others: canonical JSON, a page as PDF, a MISP event, STIX 2.1 objects. Values in, documents out."""

from .canonical import canonical
from .document import Line, Section, Sheet, sheet_pdf
from .facts import Passed, Victim, instant
from .misp import event
from .stix import bundle, objects

__all__ = [
    "Line", "Passed", "Section", "Sheet", "Victim", "bundle", "canonical", "event", "instant", "objects", "sheet_pdf",
]  # fmt: skip
