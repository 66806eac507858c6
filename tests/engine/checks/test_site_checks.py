"""What a site serves that it must not, and what could not be told of it."""

from dataclasses import replace

import pytest

from vigie.engine.facts_of_web import Exposure, ExposureKind, NotFound, SiteFacts
from vigie.engine.outcome import Verdict

from .looks import http, look, outcome, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN

#   kind -> the check that judges it
CHECK_OF = {
    ExposureKind.REPOSITORY: "http-repository-exposed",
    ExposureKind.SECRETS: "http-secrets-exposed",
    ExposureKind.BACKUP: "http-backup-exposed",
    ExposureKind.LOG: "http-log-exposed",
    ExposureKind.STATUS: "http-status-exposed",
    ExposureKind.LISTING: "http-folder-listing",
}
SOUND = SiteFacts(NotFound.SAYS_SO, 63, security_txt=True)
REFUSED = SiteFacts(None, 1, untold=tuple(ExposureKind), reason="the site refuses whatever it is asked")


def exposure(kind: ExposureKind, path: str = "/x", **changes) -> Exposure:
    values = {"status": 206, "length": 21, "sha256": "0" * 64, "mark": "git", "count": None}
    return Exposure(kind, path, **(values | changes))


def seen(site: SiteFacts | None, name: str | None = None):
    return replace(look("https", tls=tls(), http=http(), site=site), name=name)


def test_every_kind_has_its_check():
    assert set(CHECK_OF) == set(ExposureKind)


@pytest.mark.parametrize(("kind", "slug"), CHECK_OF.items())
@pytest.mark.parametrize(
    ("site", "expected"),
    [
        pytest.param(None, None, id="not-asked-for"),
        pytest.param(SOUND, PASS, id="nothing-answers"),
        pytest.param(SiteFacts(NotFound.A_PAGE, 63), PASS, id="answers-anything-but-not-that"),
        pytest.param(REFUSED, UNKNOWN, id="refuses-everything"),
    ],
)
def test_a_path_that_must_not_answer(site, expected, kind, slug):
    assert verdict(slug, seen(site)) is expected


@pytest.mark.parametrize(("kind", "slug"), CHECK_OF.items())
def test_one_that_answers_fails_its_own_check_alone(kind, slug):
    site = SiteFacts(NotFound.SAYS_SO, 63, found=(exposure(kind),))
    assert {one for one in CHECK_OF.values() if verdict(one, seen(site)) is FAIL} == {slug}


@pytest.mark.parametrize(("kind", "slug"), CHECK_OF.items())
def test_a_kind_that_could_not_be_told_is_unknown_and_the_others_are_judged(kind, slug):
    site = SiteFacts(NotFound.SAYS_SO, 63, untold=(kind,), reason="a path did not answer as it should")
    assert {one for one in CHECK_OF.values() if verdict(one, seen(site)) is UNKNOWN} == {slug}


def test_what_was_found_is_a_failure_though_the_rest_could_not_be_told():
    kind = ExposureKind.BACKUP
    site = SiteFacts(NotFound.SAYS_SO, 20, found=(exposure(kind),), untold=tuple(ExposureKind), reason="x")
    assert verdict("http-backup-exposed", seen(site)) is FAIL


def test_the_evidence_is_where_and_how_much_never_what():
    found = tuple(exposure(ExposureKind.REPOSITORY, f"/{number}", count=2) for number in range(7))
    shown = outcome("http-repository-exposed", seen(SiteFacts(NotFound.SAYS_SO, 63, found=found))).evidence
    assert (shown[0].label, shown[0].value) == (
        "web.path.1",
        "/0 (206, 21 bytes, 2 entries; git; sha256 0000000000000000)",
    )
    assert [one.label for one in shown][-2:] == ["web.path.5", "web.paths.more"]


@pytest.mark.parametrize(
    ("site", "name", "expected"),
    [
        pytest.param(SOUND, "a.example", PASS, id="said"),
        pytest.param(SiteFacts(NotFound.SAYS_SO, 63, security_txt=False), "a.example", FAIL, id="not-said"),
        pytest.param(REFUSED, "a.example", UNKNOWN, id="not-told"),
        pytest.param(SiteFacts(NotFound.SAYS_SO, 63, security_txt=False), None, None, id="by-its-address"),
        pytest.param(None, "a.example", None, id="not-asked-for"),
    ],
)
def test_a_site_says_whom_to_tell(site, name, expected):
    assert verdict("http-security-txt-missing", seen(site, name)) is expected
