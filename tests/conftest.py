"""What every test starts from: no socket but loopback, Aline and Bruno, a fixed clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


@pytest.fixture
def shared_data() -> Path:
    """Real files of every format, beside the project on some machines only."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real sample files are not on this machine (../shared/data)")
    return SHARED_DATA
