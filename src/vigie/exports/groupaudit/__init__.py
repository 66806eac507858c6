"""The report of a group's audit: one typed value, then a page, a PDF, a table or JSON of it."""

from .document import file_name, report_pdf
from .facts import Audited, Followed, Item, Report, Run
from .sheet import Sheet, sheet
from .table import plan_csv

__all__ = ["Audited", "Followed", "Item", "Report", "Run", "Sheet", "file_name", "plan_csv", "report_pdf", "sheet"]
