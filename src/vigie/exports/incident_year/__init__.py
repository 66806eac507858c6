"""The yearly report of declared incidents: its tables as words, then a page, a PDF, CSV or JSON of it."""

from .document import file_name, year_pdf
from .facts import year_facts
from .labels import Labels
from .sheet import Sheet, sheet
from .table import year_csv

__all__ = ["Labels", "Sheet", "file_name", "sheet", "year_csv", "year_facts", "year_pdf"]
