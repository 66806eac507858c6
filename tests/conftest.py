"""What every test starts from: no socket but loopback, Aline and Bruno, a fixed clock."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

# Before Django reads its settings: the tests never touch the home of a real installation.
os.environ["VIGIE_HOME"] = tempfile.mkdtemp(prefix="vigie-tests-")
for name in [name for name in os.environ if name.startswith("VIGIE_") and name != "VIGIE_HOME"]:
    # Those of the tests themselves: which services they find, and which they must not do without.
    if not name.startswith(("VIGIE_TEST_", "VIGIE_REQUIRE_")):
        del os.environ[name]

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
