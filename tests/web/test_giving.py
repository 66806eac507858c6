"""The findings that are ticked in the list are given to one person, each as if it were given alone."""

import pytest
from django.urls import reverse

from tests.factories import FindingFactory
from tests.web.test_access import given as given
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding

URL = "/findings/give"


@pytest.fixture
def findings(world):
    where = {"establishment": world.establishment, "service": None, "port": 443, "names": []}
    return [FindingFactory(address=f"127.61.0.{n}", **where).pk for n in (1, 2, 3)]


def owners(pks):
    return [Finding.objects.get(pk=pk).assigned_to_id for pk in pks]


def test_what_is_ticked_is_given_and_each_history_says_so(world, given, findings):
    officer = given(("establishment_officer", world.establishment))
    colleague = given(("establishment_officer", world.establishment)).user
    listed = officer.get(reverse("web:findings")).content.decode()
    assert f'name="finding" value="{findings[0]}"' in listed
    assert f'<option value="{colleague.pk}">' in listed
    asked = {"finding": findings[:2], "to": colleague.pk, "next": "/findings/?late=1"}
    answer = officer.post(URL, asked)
    assert answer["Location"] == "/findings/?late=1"
    assert owners(findings) == [colleague.pk, colleague.pk, None]
    assert Event.objects.filter(kind="finding-assigned", subject_id__in=findings).count() == 2
    officer.post(URL, {"finding": findings, "to": "me"})
    assert owners(findings) == [officer.user.pk] * 3
    officer.post(URL, {"finding": findings[0], "to": "nobody"})
    assert owners(findings) == [None, officer.user.pk, officer.user.pk]


def test_bruno_gives_nothing_of_another_establishment(world, given, findings):
    bruno = given(("establishment_officer", world.unseen))
    bruno.post(URL, {"finding": findings, "to": "me"})
    assert owners(findings) == [None] * 3


def test_nothing_is_given_to_somebody_who_may_not_act_on_it(world, given, findings):
    officer = given(("establishment_officer", world.establishment))
    for stranger in (given(("establishment_officer", world.unseen)).user, given(("auditor", None)).user):
        told = officer.post(URL, {"finding": findings, "to": stranger.pk}, follow=True).content.decode()
        assert "0 findings are given." in told
        assert f'<option value="{stranger.pk}">' not in officer.get(reverse("web:findings")).content.decode()
    assert owners(findings) == [None] * 3


@pytest.mark.parametrize("asked", [{}, {"to": "me"}, {"finding": ["x", "٣", "-1"], "to": "me"}, {"to": "9" * 30}])
def test_what_is_badly_asked_gives_nothing(world, given, findings, asked):
    officer = given(("establishment_officer", world.establishment))
    assert officer.post(URL, asked).status_code == 302
    assert officer.post(URL, {"finding": findings} | {"to": "somebody"}).status_code == 302
    assert owners(findings) == [None] * 3


def test_who_only_reads_has_nothing_to_tick(world, given, findings):
    assert 'name="finding"' not in given(("auditor", None)).get(reverse("web:findings")).content.decode()
