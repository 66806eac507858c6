"""The weekly card of an establishment: one typed value, then a page, a PDF, a table or JSON of it."""

from .document import card_pdf, file_name
from .facts import Action, Card, Certificate, Count, Fix, Level, Place, SeverityLine, Weakness
from .lines import Line
from .sheet import Sheet, Task, sheet
from .table import findings_csv, measures_csv

__all__ = [
    "Action",
    "Card",
    "Certificate",
    "Count",
    "Fix",
    "Level",
    "Line",
    "Place",
    "SeverityLine",
    "Sheet",
    "Task",
    "Weakness",
    "card_pdf",
    "file_name",
    "findings_csv",
    "measures_csv",
    "sheet",
]
