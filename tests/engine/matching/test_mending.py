"""One upgrade that mends all of it."""

import pytest

from vigie.engine.matching import mending_version


@pytest.mark.parametrize(
    ("fixed_in", "mends"),
    [
        pytest.param(["2.4.50", "2.4.51", "2.4.49"], "2.4.51", id="the-last-of-them"),
        pytest.param(["2.4.9", "2.4.10"], "2.4.10", id="versions-not-letters"),
        pytest.param(["2.4.50", None], None, id="one-does-not-tell"),
        pytest.param(["2.4.50", ""], None, id="one-is-empty"),
        pytest.param(["2.4.50", "soon"], None, id="one-is-no-version"),
        pytest.param([], None, id="none-at-all"),
    ],
)
def test_the_version_that_mends_all(fixed_in, mends):
    assert mending_version("apache", "http_server", fixed_in) == mends
