from pathlib import Path

import pytest


@pytest.fixture
def own_ring(tmp_path: Path, settings) -> Path:
    """A keyring of this test alone; returns its path."""
    settings.VIGIE = settings.VIGIE.model_copy(update={"keyring": tmp_path / "keyring.json"})
    return tmp_path / "keyring.json"
