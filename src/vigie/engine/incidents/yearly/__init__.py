"""What did the declarations of a year tell, each figure with whom it counts and whom it does not know?"""

from .breakdown import Breakdown, Line
from .case import Case, Population
from .change import CountChange, ShareChange
from .delay import Delay
from .share import Share
from .tables import LeftOut, ReportRule, YearTables, told_to_many, year_tables

__all__ = [
    "Breakdown", "Case", "CountChange", "Delay", "LeftOut", "Line", "Population", "ReportRule", "Share", "ShareChange",
    "YearTables", "told_to_many", "year_tables",
]  # fmt: skip
