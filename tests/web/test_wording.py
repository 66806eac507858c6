"""How things are named, and what is done first."""

import pytest
from django.utils import translation

from tests.factories import EstablishmentFactory, FindingFactory
from vigie.apps.findings.models import Finding
from vigie.apps.observatory.models import Level
from vigie.data.texts import product_name
from vigie.web.components import wording
from vigie.web.components.todo import todo


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("not asked: excluded by the mandate (127.60.16.31/32)", "addresses excluded by the mandate"),
        ("no end after 65536 bytes", "answered more than one question may take"),
        ("no mandate", "no mandate in force"),
        ("something that no probe says yet", "something that no probe says yet"),
    ],
)
def test_a_reason_is_told_in_words_or_as_it_was_recorded(reason: str, told: str) -> None:
    with translation.override("en"):
        assert wording.unknown_reason(reason) == told


@pytest.mark.parametrize(
    ("subject", "name"),
    [("openbsd:openssh", "OpenSSH"), ("acme:big_thing", "Big Thing"), ("acme:", ""), ("nothing", "")],
)
def test_a_product_is_named_as_people_write_it(subject: str, name: str) -> None:
    assert product_name(subject) == name


def test_a_place_holds_an_address_of_version_6_in_brackets() -> None:
    assert wording.place(Finding(address="2001:db8::1", port=443)) == "[2001:db8::1]:443"
    named = Finding(address="2001:db8::1", names=["", "www.example.org", "mail.example.org"], port=443)
    assert wording.place(named) == "www.example.org:443 +1"


def test_who_acted_is_shown_without_the_number_of_the_account() -> None:
    assert wording.person("user:12 aline@vigie.example") == "aline@vigie.example"
    assert wording.person("cli:root") == "cli:root"


def test_titles_follow_the_language_of_the_reader() -> None:
    finding = Finding(kind="product", subject="openbsd:openssh", seen_version="7.4")
    with translation.override("en"):
        assert wording.finding_title(finding, 2) == "OpenSSH 7.4: 2 known vulnerabilities"
    with translation.override("fr"):
        assert wording.finding_title(finding, 2) == "OpenSSH 7.4\u00a0: 2 vulnérabilités connues"


def gain(pk: int, low_after: int, letter: str) -> dict[str, object]:
    return {
        "finding": pk,
        "subject": "openbsd:openssh",
        "place": "",
        "low_before": 40,
        "low_after": low_after,
        "letter_before": "D",
        "letter_after": letter,
    }


@pytest.mark.django_db
def test_what_gains_most_comes_first() -> None:
    one = EstablishmentFactory()
    small, large = FindingFactory(establishment=one), FindingFactory(establishment=one)
    gains = [gain(small.pk, 42, "D"), gain(large.pk, 75, "B")]
    trace = {"indicators": [], "gates": [], "gains": gains, "low_before_gates": 40, "high_before_gates": 40}
    level = Level(subject_kind="establishment", trace=trace)
    tasks = todo(level, [small, large])
    assert [task.finding.pk for task in tasks] == [large.pk, small.pk]
    assert [task.changes_letter for task in tasks] == [True, False]


@pytest.mark.django_db
def test_exploited_comes_before_any_gain() -> None:
    one = EstablishmentFactory()
    urgent = FindingFactory(establishment=one, exploited=True)
    other = FindingFactory(establishment=one)
    trace = {
        "indicators": [],
        "gates": [],
        "gains": [gain(other.pk, 75, "B")],
        "low_before_gates": 40,
        "high_before_gates": 40,
    }
    tasks = todo(Level(subject_kind="establishment", trace=trace), [other, urgent])
    assert [task.finding.pk for task in tasks] == [urgent.pk, other.pk]
