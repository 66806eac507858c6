"""Declaring: nothing typed is lost, sent twice it is declared once, a link serves once, nobody reads another's."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, RegionFactory, RoleFactory
from vigie.apps.incidents.actions import write_back, write_to_authorities
from vigie.apps.incidents.models import Declaration, Incident, Obligation, Route
from vigie.apps.incidents.queries import board, code_of
from vigie.apps.notices.actions import declare_contact
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.notices.tokens import link_token
from vigie.engine.incidents.answers import CHOICES, FIELDS

pytestmark = pytest.mark.django_db


def form(**more: str) -> dict[str, str]:
    seen = timezone.localtime().strftime("%Y-%m-%dT00:00")
    told = {"structure": "Clinique Exemple", "seen": "Plus rien ne répond.", "discovered_at": seen}
    return {"deed": "declare", "key": uuid.uuid4().hex, "email": "aline@valmorne.example", **told, **more}


def sent(client: Client, **more: str):
    return client.post(reverse("web:declare-incident"), form(**more), headers={"accept-language": "fr"})


def test_without_account_a_reference_is_given_and_the_page_opens(client):
    answer = sent(client, care="degraded")
    one = Declaration.objects.get()
    assert answer["Location"] == reverse("web:own-declaration", args=[one.reference])
    page = client.get(answer["Location"]).content.decode()
    assert one.reference in page
    assert code_of(one) in page
    assert "signalement.social-sante.gouv.fr" in page
    other = Client().get(answer["Location"])
    assert (other.status_code, other["Location"]) == (302, reverse("web:resume-declaration"))


def test_the_authority_itself_does_not_point_elsewhere(client, settings):
    settings.VIGIE = settings.VIGIE.model_copy(update={"competent_authority": True})
    assert "signalement.social-sante" not in client.get(reverse("web:declare-incident")).content.decode()
    sent(client, care="degraded")
    assert Obligation.objects.get(regime="public_health_code", stage="declaration").submitted_at is not None


def test_sent_twice_the_same_reference_is_given(client):
    told = form()
    first, second = (client.post(reverse("web:declare-incident"), told)["Location"] for _turn in range(2))
    assert first == second
    assert Incident.objects.count() == 1


def test_a_confirmation_link_serves_once_and_says_so_clearly(client):
    sent(client)
    write_back(timezone.now())
    url = reverse("web:confirm-declaration", args=[link_token(Notice.objects.get().uid)])
    browser = Client(headers={"accept-language": "fr"})
    assert "je confirme" in browser.get(url).content.decode()
    assert Declaration.objects.get().confirmed_at is None  # filters open links
    assert browser.post(url).status_code == 302
    assert Declaration.objects.get().confirmed_at is not None
    replayed = Client(headers={"accept-language": "fr"}).post(url)
    assert replayed.status_code == 409
    assert "déjà été confirmée" in replayed.content.decode()


def test_what_is_kept_as_it_is_typed_opens_with_its_code_on_another_device(client):
    told = form(deed="save", seen="Un écran rouge", kind="ransomware")
    part = client.post(reverse("web:declare-incident"), told, headers={"HX-Request": "true"}).content.decode()
    one = Declaration.objects.get()
    assert one.reference in part
    assert "<html" not in part
    phone = Client()
    wrong = phone.post(reverse("web:resume-declaration"), {"reference": one.reference, "code": "0000-0000"})
    unknown = phone.post(reverse("web:resume-declaration"), {"reference": "00000-00000-0", "code": code_of(one)})
    assert wrong.status_code == unknown.status_code == 422
    assert shape(wrong) == shape(unknown)
    page = phone.post(reverse("web:resume-declaration"), {"reference": one.reference.lower(), "code": code_of(one)})
    assert "Un écran rouge" in page.content.decode()
    finished = phone.post(reverse("web:declare-incident"), {**told, "deed": "declare"})
    assert finished["Location"] == reverse("web:own-declaration", args=[one.reference])
    assert Declaration.objects.count() == 1


def shape(answer) -> str:
    """The page without what the reader typed and the tokens."""
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def test_a_reference_that_slipped_is_told_where(client):
    answer = client.post(reverse("web:resume-declaration"), {"reference": "7K3UM-9XT4R-H", "code": "x"})
    assert "«\u00a0U\u00a0»" in answer.content.decode()


def test_bruno_neither_reads_nor_completes_the_declaration_of_aline(client, signed_in_as):
    one = EstablishmentFactory()
    aline = RoleFactory(kind="establishment_officer", scope_kind="establishment", establishment=one).user
    bruno = RoleFactory(
        kind="establishment_officer", scope_kind="establishment", establishment=EstablishmentFactory()
    ).user
    sent(signed_in_as(aline), finess=one.finess)
    reference = Declaration.objects.get().reference
    assert Declaration.objects.get().confirmed_at is not None
    for name in ("declaration", "declaration-complete"):
        assert signed_in_as(aline).get(reverse(f"web:{name}", args=[reference])).status_code == 200
        assert signed_in_as(bruno).get(reverse(f"web:{name}", args=[reference])).status_code == 404


@pytest.fixture
def signed_in_as():
    def signed(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed


def test_a_follow_up_shows_what_changed_and_what_is_done_is_noted(client):
    url = sent(client, care="degraded", data_loss="yes", natures="health")["Location"]
    told = {**form(care="normal", measures="Isolé"), "deed": "resolved"}
    assert client.post(f"{url}complete", told).status_code == 302
    page = client.get(url).content.decode()
    assert "<del>" in page
    assert Declaration.objects.get().resolved_at is not None
    row = Obligation.objects.filter(certainty="yes", submitted_at=None, withdrawn_at=None).first()
    if row is not None:
        assert client.post(f"{url}submitted", {"obligation": row.pk, "authority_reference": "R-1"}).status_code == 302
    other = Obligation.objects.latest("pk").pk + 1
    assert client.post(f"{url}submitted", {"obligation": other}).status_code == 404


words = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["=HYPERLINK(1)", "1970-01-01T00:00", "2099-01-01T00:00", "\0", "<script>", "yes"]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(st.sampled_from(FIELDS), words, max_size=6))
def test_whatever_is_typed_each_fault_is_a_sentence_and_the_form_comes_back_filled(client, typed):
    before = Declaration.objects.count()
    answer = client.post(reverse("web:declare-incident"), {**form(), **typed})
    if answer.status_code == 302:
        assert Declaration.objects.count() == before + 1
        return
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="faults"' in page or 'role="alert"' in page
    assert "<script>" not in page
    for name, text in typed.items():
        if name in CHOICES or name == "natures" or not text.isalnum():
            continue
        assert text in page


def test_an_authority_reads_the_outline_and_says_so_once(client, now):
    contact = declare_contact(
        owner=RegionFactory(kind="nation", code="X"),
        role="corruss",
        name="Veille",
        email="v@dgs.example",
        by="t",
        now=now,
    )
    Contact.objects.filter(pk=contact.pk).update(verified_at=now)
    declared(EstablishmentFactory(name="CH Exemple", essential_operator=True), now)
    write_to_authorities(now)
    notice = Notice.objects.get(kind="authority")
    url = reverse("web:passed-on", args=[link_token(notice.uid)])
    page = client.get(url).content.decode()
    assert "CH Exemple" in page
    assert "imagerie" not in page  # neither the words nor the cause
    assert "rançongiciel" not in page
    assert Route.objects.get(authority="corruss").acknowledged_at is None  # filters open links
    client.post(url, {"reference": "CORRUSS-1"})
    assert Route.objects.get(authority="corruss").acknowledgement == "CORRUSS-1"
    assert client.get(reverse("web:open-notice", args=[link_token(notice.uid)])).status_code == 410


def test_the_list_asks_as_little_for_many_as_for_one(now, django_assert_max_num_queries):
    one = EstablishmentFactory()
    for _turn in range(12):
        declared(one, now)
    with django_assert_max_num_queries(2):
        rows = list(board(Incident.objects.standing())[:100])
        assert {row.declared_count for row in rows} == {1}
        assert all(row.first_due and row.establishment.department.name for row in rows)
