"""The real servers and the moving clock of the scans serve the findings too."""

from tests.apps.scans.conftest import ftp, home, world

__all__ = ["ftp", "home", "world"]
