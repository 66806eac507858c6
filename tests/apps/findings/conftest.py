"""The real servers and the moving clock of the scans serve the findings too; sentences are read in English."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from tests.apps.scans.conftest import ftp, home, world

__all__ = ["ftp", "home", "world"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield
