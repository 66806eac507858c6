"""Proofs, contests, proposals and the first hour, as people meet them; and Bruno, who wants what is Aline's."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory, ProofFactory, ShardFactory, UserFactory
from vigie.apps.accounts import actions as accounts
from vigie.apps.accounts.models import User
from vigie.apps.assets import proofs
from vigie.apps.assets.models import Asset, Contest, Mandate, Proof, Proposal
from vigie.apps.jobs.models import Job
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import link_token
from vigie.probes.ownership import Shown, Sight

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nsigned"


@pytest.fixture
def one():
    return EstablishmentFactory()


def signed_in(kind, over):
    user = UserFactory(analyst=False)
    accounts.grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=1))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def officer(one):
    return signed_in("establishment_officer", one)


def url(name, *args):
    return reverse(f"web:{name}", args=args)


def text(answer):
    return answer.content.decode()


def test_the_first_hour_goes_from_a_domain_to_a_look_one_question_a_page(one, officer):
    path, director = url("first-hour", one.finess), signed_in("establishment_director", one)
    assert "What is the domain" in text(officer.get(path))
    assert "is not a domain" in text(officer.post(path, {"deed": "domain", "value": "valmorne"}))
    officer.post(path, {"deed": "domain", "value": "valmorne-essai.example"})
    assert "Prove that it is yours" in text(officer.get(path))
    asset = Asset.objects.get(establishment=one)
    page = url("prove-asset", one.finess, asset.pk)
    officer.post(page, {"method": "dns", "deed": "ask"})
    proof = Proof.objects.get(establishment=one)
    assert proof.token in text(officer.get(page))
    officer.post(page, {"method": "dns", "deed": "check"})
    assert Job.objects.filter(path=proofs.CHECK).count() == 1
    assert "It is being looked for" in text(officer.get(page))
    proofs.note_sight(proof=proof, sight=Sight(Shown.YES), by="vigie", now=timezone.now())
    assert "Your director signs" in text(officer.get(path))
    assert "Do you authorise" in text(director.get(path))
    refused = director.post(path, {"deed": "sign", "signatory": "Mme Exemple, directrice"})
    assert refused.status_code == 422
    assert not Mandate.objects.exists()
    director.post(path, {"deed": "sign", "signatory": "Mme Exemple, directrice", "agreed": "on"})
    mandate = Mandate.objects.get()
    assert (mandate.kind, mandate.signatory) == ("establishment", "Mme Exemple, directrice")
    assert "All is ready for the first look" in text(officer.get(path))
    officer.post(path, {"deed": "look"})
    assert "about to begin" in text(officer.get(path))
    assert one.shards.count() == 1
    officer.post(path, {"deed": "look"})
    assert one.shards.count() == 1


def test_after_the_look_the_officer_reads_what_to_do_today_each_with_its_time(world):
    officer = signed_in("establishment_officer", world.establishment)
    assert "The look is under way" in text(officer.get(url("first-hour", world.establishment.finess)))
    world.establishment.shards.update(state="done", ended_at=timezone.now())
    told = text(officer.get(url("first-hour", world.establishment.finess)))
    assert "to do today" in told
    assert "about" in told
    assert f"/findings/{world.finding.pk}/" in told


def test_an_officer_signs_nothing(one, officer):
    answer = officer.post(url("first-hour", one.finess), {"deed": "sign", "signatory": "Moi", "agreed": "on"})
    assert answer.status_code == 403
    assert not Mandate.objects.exists()


def test_a_look_that_failed_can_be_started_again_the_day_after(one, officer):
    AssetFactory(establishment=one, value="127.0.0.9")
    MandateFactory(establishment=one, valid_until=timezone.now() + timedelta(days=9))
    ShardFactory(establishment=one, state="failed", error="broke", campaign__started_at=timezone.now() - timedelta(2))
    assert "It can be started again" in text(officer.get(url("first-hour", one.finess)))


def test_a_director_cannot_open_the_network_of_the_installation(one):
    director = signed_in("establishment_director", one)
    page = url("grant-mandate", one.finess)
    today = timezone.localdate()
    asked = {"signatory": "Moi", "basis": "x", "valid_from": today, "valid_until": today + timedelta(days=9),
             "intensity": "standard"}  # fmt: skip
    for kind in ("local", "laboratory"):
        assert director.post(page, {**asked, "kind": kind}).status_code == 422
    assert director.post(page, {**asked, "kind": "establishment"}).status_code == 302


def test_a_document_goes_to_an_analyst_and_back(one, officer):
    asset = AssetFactory(establishment=one, kind="range", value="198.51.100.0/28")
    page, analyst = url("prove-asset", one.finess, asset.pk), signed_in("national_analyst", None)
    bad = officer.post(page, {"deed": "document", "document": SimpleUploadedFile("a.html", b"<script>")})
    assert "neither a PDF" in text(bad)
    officer.post(page, {"deed": "document", "document": SimpleUploadedFile("attestation.pdf", PDF)})
    proof = Proof.objects.get()
    assert "198.51.100.0/28" in text(analyst.get(url("perimeter-review")))
    got = analyst.get(url("proof-document", one.finess, proof.pk))
    assert got.content == PDF
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    judge = url("judge-document", proof.pk)
    assert "Say why" in text(analyst.post(judge, {"accepted": "no"}))
    analyst.post(judge, {"accepted": "no", "reason": "It is not signed."})
    assert "It is not signed." in text(officer.get(page))


def test_bruno_reads_no_document_and_proves_nothing_of_alines(one, officer):
    bruno_at = EstablishmentFactory()
    bruno = signed_in("establishment_officer", bruno_at)
    asset = AssetFactory(establishment=one, kind="domain", value="valmorne.example")
    officer.post(
        url("prove-asset", one.finess, asset.pk), {"deed": "document", "document": SimpleUploadedFile("a.pdf", PDF)}
    )
    proof = Proof.objects.get()
    for name, pk in (("prove-asset", asset.pk), ("edit-asset", asset.pk), ("deny-asset", asset.pk)):
        for finess in (one.finess, bruno_at.finess):
            assert bruno.get(url(name, finess, pk)).status_code == 404, name
    for finess in (one.finess, bruno_at.finess):
        assert bruno.get(url("proof-document", finess, proof.pk)).status_code == 404


def test_an_asset_is_described_denied_and_decided_on(one, officer):
    asset = AssetFactory(establishment=one, kind="domain", value="valmorne.example")
    officer.post(
        url("edit-asset", one.finess, asset.pk),
        {"label": "Portail", "exchanges_care_data": "on", "hosted_by": "Hébergeur Exemple"},
    )
    told = text(officer.get(url("perimeter", one.finess)))
    assert "care data" in told
    assert "hosted by Hébergeur Exemple" in told
    asset = Asset.objects.current().get(establishment=one, valid_until=None)
    officer.post(url("deny-asset", one.finess, asset.pk), {"reason": "Sold in 2019"})
    assert "contested" in text(officer.get(url("perimeter", one.finess)))
    analyst = signed_in("national_analyst", None)
    assert "Contested assets (1)" in " ".join(text(analyst.get(url("perimeter-review"))).split())
    contest = Contest.objects.get()
    assert "Sold in 2019" in text(analyst.get(url("decide-contest", contest.pk)))
    analyst.post(url("decide-contest", contest.pk), {"decision": "removed", "reason": "The registrar says so."})
    assert not Asset.objects.current().filter(establishment=one, valid_until=None).exists()
    assert "The registrar says so." in text(analyst.get(url("perimeter-review")))


def test_proposals_are_accepted_and_declined_by_ticking_them(world):
    one = world.establishment
    officer, page = signed_in("establishment_officer", one), url("proposals", one.finess)
    row = Proposal.objects.get(establishment=one)
    assert row.value in text(officer.get(page))
    assert "Tick at least one" in text(officer.post(page, {"deed": "accept"}, follow=True))
    officer.post(page, {"deed": "accept", "proposal": ["x", str(row.pk), "9" * 30]})
    assert Asset.objects.current().filter(establishment=one, value=row.value).exists()
    bruno = signed_in("establishment_officer", world.unseen)
    assert bruno.get(page).status_code == 404


def test_a_proof_in_force_is_said_on_the_page_of_the_perimeter(one, officer):
    AssetFactory(establishment=one, kind="address", value="198.51.100.9")
    MandateFactory(establishment=one, kind="establishment", valid_until=timezone.now() + timedelta(days=9))
    assert "not proved yet: nothing is sent to it" in text(officer.get(url("perimeter", one.finess)))
    ProofFactory(establishment=one, valid_until=timezone.now() + timedelta(days=9))
    told = text(officer.get(url("perimeter", one.finess)))
    assert "not proved yet" not in told
    assert "proved" in told


def test_a_finding_says_that_what_it_is_on_exchanges_care_data(world):
    analyst, page = signed_in("national_analyst", None), url("finding", world.finding.pk)
    assert "care data" not in text(analyst.get(page))
    Asset.objects.filter(pk=world.asset.pk).update(exchanges_care_data=True)
    assert "care data" in text(analyst.get(page))


def test_a_director_is_invited_by_the_message_and_signs(one, officer):
    now = timezone.now()
    contact = notices.declare_contact(
        owner=one, role="director", name="Dominique Exemple", email="d@valmorne.example", telephone="",
        by="cli:agent", now=now - timedelta(days=2),
    )  # fmt: skip
    notices.confirm_contact(contact=contact, by=f"contact:{contact.pk} D", now=now - timedelta(days=1))
    domain = AssetFactory(establishment=one, kind="domain", value="valmorne-essai.example")
    ProofFactory(establishment=one, kind="domain", value=domain.value)
    assert "Have Vigie write to my director" in text(officer.get(url("first-hour", one.finess)))
    assert "is invited" in text(officer.post(url("ask-director", one.finess), follow=True))
    token = link_token(Notice.objects.get(kind="signature").uid)
    visitor = Client(headers={"accept-language": "en"})
    told = text(visitor.get(url("sign-mandate", token)))
    assert one.name in told
    assert not User.objects.filter(email="d@valmorne.example").exists()
    link = visitor.post(url("sign-mandate", token))["Location"]
    visitor.post(link)
    path = url("first-hour", one.finess)
    assert "Do you authorise" in text(visitor.get(path))
    visitor.post(path, {"deed": "sign", "signatory": "Dominique Exemple, directeur", "agreed": "on"})
    assert Mandate.objects.get().signatory == "Dominique Exemple, directeur"
    assert visitor.post(url("sign-mandate", token)).status_code == 410


def test_bruno_asks_nobody_to_sign_and_a_made_up_link_opens_nothing(one):
    bruno = signed_in("establishment_officer", EstablishmentFactory())
    assert bruno.post(url("ask-director", one.finess)).status_code == 404
    assert bruno.get(url("sign-mandate", "0" * 32 + "-" + "0" * 32)).status_code == 410
    assert not Notice.objects.exists()


def test_who_declared_and_has_no_signed_mandate_is_listed_for_the_analyst_and_for_who_invites(one):
    AssetFactory(establishment=one, kind="domain", value="valmorne-essai.example")
    other = MandateFactory().establishment
    AssetFactory(establishment=other, kind="domain", value="autre-essai.example")
    analyst, administrator = signed_in("national_analyst", None), signed_in("technical_administrator", None)
    told = text(analyst.get(url("perimeter-review")))
    assert "Mandates that nobody has signed (1)" in " ".join(told.split())
    assert "no confirmed address: to be invited" in told
    rows = analyst.get(url("perimeter-review") + "?format=csv").content.decode()
    assert (one.finess in rows, other.finess in rows) == (True, False)
    invited = f"/people/invite?kind=establishment_director&amp;over={one.finess}"
    assert invited in administrator.get(url("people")).content.decode()
    form = administrator.get(invited.replace("&amp;", "&")).content.decode()
    assert f'value="{one.finess}"' in form
    signed_in("establishment_director", one)
    assert invited not in administrator.get(url("people")).content.decode()
    assert "has an account" in text(analyst.get(url("perimeter-review")))
