from datetime import date

import pytest

from vigie.data import params
from vigie.data.documents import DocumentError

READERS = [params.exposure_method, params.deadline_policy, params.priority_table, params.absence_rule, params.fix_rule]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_an_edition_says_since_when_and_from_where(read):
    edition = read(date(2026, 11, 23))
    assert edition.slug.endswith(edition.since.isoformat())
    assert edition.reference


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param(date(2026, 11, 1), "exposure-2026-11-01", id="its-first-day"),
        pytest.param(date(2031, 1, 1), "exposure-2026-11-01", id="until-another-one"),
        pytest.param(date(2020, 1, 1), "exposure-2026-11-01", id="before-the-first-the-first"),
    ],
)
def test_the_edition_in_force_on_a_day(day, found):
    assert params.exposure_method(day).slug == found


def test_a_family_that_does_not_exist_is_told():
    with pytest.raises(DocumentError, match="no edition of horoscopes"):
        params._in_force("horoscopes", date(2026, 11, 23), lambda raw: raw)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"bounds": {"A": 50, "B": 70, "E": 0}}, id="bounds-that-go-up"),
        pytest.param({"bounds": {"A": 50, "B": 10}}, id="a-level-without-letter"),
        pytest.param({"indicators": []}, id="points-that-do-not-make-100"),
    ],
)
def test_a_method_that_does_not_add_up_is_refused(change):
    from vigie.data.documents import read

    raw = read("params/exposure-method-2026-11-01") | change
    with pytest.raises(ValueError, match=r"points|bounds"):
        params._method(raw)
