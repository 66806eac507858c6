"""What do the reports of other people's scanners say, whichever tool wrote them?"""

from .recognition import Report, read, recognise
from .row import SightingRow, Told, Tool

__all__ = ["Report", "SightingRow", "Told", "Tool", "read", "recognise"]
