import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.matching.cpe import BadCpe, Cpe, split


def test_a_plain_name_is_split():
    cpe = split("cpe:2.3:o:Fortinet:FortiOS:7.0.12:*:*:*:*:*:*:*")
    assert isinstance(cpe, Cpe)
    assert (cpe.part, cpe.vendor, cpe.product, cpe.version, cpe.update) == ("o", "fortinet", "fortios", "7.0.12", "*")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param(r"cpe:2.3:o:cisco:ios:15.2\(4\)m6:*:*:*:*:*:*:*", "15.2(4)m6", id="parentheses"),
        pytest.param(r"cpe:2.3:a:x:y:1\:2:*:*:*:*:*:*:*", "1:2", id="colon"),
        pytest.param(r"cpe:2.3:a:x:y:1.0\+deb:*:*:*:*:*:*:*", "1.0+deb", id="plus"),
    ],
)
def test_escapes_are_honoured(text, version):
    cpe = split(text)
    assert isinstance(cpe, Cpe)
    assert cpe.version == version


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("cpe:2.3:a" + ":x" * 17, id="20-components"),
        pytest.param("cpe:2.3:a:x:y", id="too-few"),
        pytest.param("cpe:/a:x:y:1.0", id="the-older-form"),
        pytest.param("cpe:2.3:z:x:y:1:*:*:*:*:*:*:*", id="no-such-part"),
        pytest.param("", id="empty"),
        pytest.param("cpe:2.3:a:x:y:" + "9" * 10_000 + ":*:*:*:*:*:*:*", id="10-kB"),
    ],
)
def test_what_is_no_name_is_a_value_that_tells_why(text):
    bad = split(text)
    assert isinstance(bad, BadCpe)
    assert bad.reason
    assert len(bad.text) <= 80


@given(st.text(max_size=200))
def test_no_text_makes_it_crash(text):
    split(text)
    split("cpe:2.3:a:" + text)
