from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, MandateFactory, ProofFactory
from vigie.apps.assets import proofs, queries
from vigie.apps.assets.models import Proof, ProofDocument
from vigie.apps.assets.refusals import AlreadyOver, InvalidProof
from vigie.apps.audit.models import Event
from vigie.apps.jobs.models import Job
from vigie.data.ownership import ownership_rule
from vigie.engine import ownership
from vigie.probes.ownership import Shown, Sight
from vigie.probes.scope import Permit, Refusal, Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
RULE = ownership_rule(NOW.date())
YES, NO, UNKNOWN = Sight(Shown.YES), Sight(Shown.NO, "no such record is published"), Sight(Shown.UNKNOWN, "failed")
PDF = b"%PDF-1.7\nsigned"


def domain(value="valmorne.example", **options):
    return AssetFactory(kind="domain", value=value, **options)


def asked(asset=None, method="dns", now=NOW):
    return proofs.ask_proof(asset=asset or domain(), method=method, by="aline", now=now)


def seen(proof, sight, now=NOW):
    return proofs.note_sight(proof=proof, sight=sight, by="vigie", now=now)


def permit(owner, address, name=None, now=NOW):
    return Scope(queries.mandates_for(owner.pk, now)).permit(address, 443, now, name)


def test_a_token_is_given_once_and_cannot_be_guessed():
    asset = domain()
    first, again = asked(asset), asked(asset, now=NOW + timedelta(days=3))
    assert first.pk == again.pk
    assert len(bytes.fromhex(first.token)) * 8 >= 112  # what the Baseline Requirements ask of a random value
    assert asked(domain()).token != first.token
    assert Event.objects.filter(kind="proof-asked").count() == 2


def test_a_token_that_nobody_published_is_changed():
    asset = domain()
    first = asked(asset)
    later = asked(asset, now=NOW + RULE.token)
    assert later.token != first.token
    assert Proof.objects.get(pk=first.pk).state == "lapsed"


@pytest.mark.parametrize(
    ("value", "method", "says"),
    [
        pytest.param("203.0.113.0/28", "dns", "no reverse zone", id="range-inside-a-zone"),
        pytest.param("203.0.113.0/24", "file", "one address", id="file-for-a-range"),
        pytest.param("203.0.113.0/24", "document", "sent, not asked", id="document"),
    ],
)
def test_a_method_that_cannot_prove_it_is_refused_in_words(value, method, says):
    with pytest.raises(InvalidProof, match=says):
        asked(AssetFactory(kind="range", value=value), method)


def test_the_token_seen_is_a_proof_that_ends_and_is_renewed_by_each_look():
    proof = seen(asked(), YES)
    assert (proof.state, proof.valid_until) == ("accepted", NOW + timedelta(days=200))
    assert seen(proof, YES, NOW + timedelta(days=30)).valid_until == NOW + timedelta(days=230)
    assert Event.objects.filter(kind="proof-accepted").count() == 1


def test_a_token_that_vanished_lapses_at_the_third_look_and_not_before():
    proof = seen(asked(), YES)
    for days, state in ((30, "accepted"), (33, "accepted"), (36, "lapsed")):
        assert seen(proof, NO, NOW + timedelta(days=days)).state == state
    assert Event.objects.filter(kind="proof-lapsed").count() == 1


def test_what_nobody_could_tell_ends_nothing():
    proof = seen(asked(), YES)
    for days in range(30, 40):
        proof = seen(proof, UNKNOWN, NOW + timedelta(days=days))
    assert (proof.state, proof.misses) == ("accepted", 0)


def test_a_proof_whose_time_is_over_ends_even_when_no_worker_ran():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, value="198.51.100.9")
    MandateFactory(establishment=owner, kind="establishment", valid_until=NOW + timedelta(days=900))
    proof = ProofFactory(establishment=owner, valid_until=NOW + timedelta(days=1))
    assert isinstance(permit(owner, "198.51.100.9"), Permit)
    assert permit(owner, "198.51.100.9", now=NOW + timedelta(days=1)).reason == ownership.UNPROVED
    proofs.lapse_old(by="vigie", now=NOW + timedelta(days=1))
    proof.refresh_from_db()
    assert proof.state == "lapsed"


def test_proofs_are_looked_at_again_each_month_and_sooner_after_a_miss():
    proof = seen(asked(), YES)
    assert proofs.due(NOW + timedelta(days=29)) == []
    assert proofs.due(NOW + timedelta(days=30)) == [proof]
    seen(proof, NO, NOW + timedelta(days=30))
    assert proofs.due(NOW + timedelta(days=32)) == []
    assert proofs.due(NOW + timedelta(days=33)) == [proof]


def test_asking_twice_to_check_is_one_job():
    proof = asked()
    for _ in range(2):
        proofs.ask_to_check(proof=proof, by="aline", now=NOW)
    assert Job.objects.filter(path=proofs.CHECK).count() == 1


def test_what_is_declared_and_not_proved_is_not_contacted():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, kind="range", value="198.51.100.0/24")
    AssetFactory(establishment=owner, value="198.51.100.9")
    domain(establishment=owner)
    MandateFactory(establishment=owner, kind="establishment")
    assert permit(owner, "198.51.100.9").reason == ownership.UNPROVED
    ProofFactory(establishment=owner, value="198.51.100.9")
    assert isinstance(permit(owner, "198.51.100.9"), Permit)
    assert permit(owner, "198.51.100.10").reason == ownership.UNPROVED
    assert permit(owner, "198.51.100.9", "www.valmorne.example").reason == ownership.UNPROVED
    ProofFactory(establishment=owner, kind="domain", value="valmorne.example")
    assert isinstance(permit(owner, "198.51.100.9", "www.valmorne.example"), Permit)
    assert permit(owner, "198.51.100.9", "www.bresange.example").reason == "name outside the mandate"


def test_the_proof_of_aline_proves_nothing_for_bruno():
    aline, bruno = EstablishmentFactory(), EstablishmentFactory()
    for owner in (aline, bruno):
        AssetFactory(establishment=owner, value="198.51.100.9")
        MandateFactory(establishment=owner, kind="establishment")
    ProofFactory(establishment=aline, value="198.51.100.9")
    assert isinstance(permit(aline, "198.51.100.9"), Permit)
    assert isinstance(permit(bruno, "198.51.100.9"), Refusal)


@pytest.mark.parametrize(("kind", "address"), [("laboratory", "127.0.0.9"), ("local", "10.0.0.9")])
def test_whoever_runs_an_enclosed_network_has_nothing_to_prove(kind, address):
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, value=address)
    MandateFactory(establishment=owner, kind=kind)
    assert isinstance(permit(owner, address), Permit)


def test_the_machine_that_served_the_file_of_a_domain_is_proved_with_it():
    owner = EstablishmentFactory()
    asset = domain(establishment=owner)
    AssetFactory(establishment=owner, value="198.51.100.9")
    MandateFactory(establishment=owner, kind="establishment")
    seen(asked(asset, "file"), Sight(Shown.YES, place="198.51.100.9"))
    assert isinstance(permit(owner, "198.51.100.9", "valmorne.example"), Permit)


def test_a_hosted_machine_takes_its_hosts_agreement_and_that_of_no_other():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, value="198.51.100.9", hosted_by="Hébergeur Exemple")
    AssetFactory(establishment=owner, value="198.51.100.10")
    for value in ("198.51.100.9", "198.51.100.10"):
        ProofFactory(establishment=owner, value=value)
    MandateFactory(establishment=owner, kind="establishment")
    assert permit(owner, "198.51.100.9").reason == ownership.HOSTED
    MandateFactory(establishment=owner, kind="hosted", host="Autre Hébergeur")
    assert permit(owner, "198.51.100.9").reason == ownership.HOSTED
    MandateFactory(establishment=owner, kind="hosted", host="hébergeur exemple", valid_until=NOW + timedelta(days=1))
    assert isinstance(permit(owner, "198.51.100.9"), Permit)
    assert permit(owner, "198.51.100.9", now=NOW + timedelta(days=1)).reason == ownership.HOSTED


def test_a_hosts_agreement_opens_nothing_that_it_does_not_host():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, value="198.51.100.10")
    ProofFactory(establishment=owner, value="198.51.100.10")
    MandateFactory(establishment=owner, kind="hosted")
    assert permit(owner, "198.51.100.10").reason == "outside the mandate"


def test_a_hosted_name_is_passive_below_a_domain_of_ones_own():
    owner = EstablishmentFactory()
    domain(establishment=owner)
    domain("portail.valmorne.example", establishment=owner, hosted_by="Éditeur Exemple")
    AssetFactory(establishment=owner, value="198.51.100.9")
    MandateFactory(establishment=owner, kind="establishment")
    ProofFactory(establishment=owner, kind="domain", value="valmorne.example")
    ProofFactory(establishment=owner, value="198.51.100.9")
    assert isinstance(permit(owner, "198.51.100.9", "www.valmorne.example"), Permit)
    assert permit(owner, "198.51.100.9", "portail.valmorne.example").reason == ownership.HOSTED


def send(asset=None, data=PDF, name="attestation.pdf"):
    return proofs.send_document(asset=asset or domain(), name=name, data=data, by="aline", now=NOW)


def test_a_document_rests_encrypted_and_waits_for_an_analyst(settings, tmp_path):
    proof = send()
    assert (proof.state, proof.document_type) == ("waiting", "application/pdf")
    assert PDF not in bytes(ProofDocument.objects.get().body)
    assert proofs.document_of(proof) == PDF


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"<html><script>", "neither a PDF", id="page"),
        pytest.param(b"MZ\x90", "neither a PDF", id="program"),
        pytest.param(PDF + b"x" * RULE.document_bytes, "larger than 5 MB", id="too-large"),
    ],
)
def test_what_is_not_a_small_document_is_refused(data, says):
    with pytest.raises(InvalidProof, match=says):
        send(data=data)
    assert not Proof.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.pdf", "b.pdf"),
        ('a"\r\nSet-Cookie: x.pdf', "a___Set-Cookie_ x.pdf"),
        ("", "document"),
    ],
)  # fmt: skip
def test_the_name_of_a_document_leads_nowhere(name, kept):
    assert send(name=name).document_name == kept


def test_a_document_is_decided_once_and_a_refusal_says_why():
    proof = send()
    with pytest.raises(InvalidProof, match="Say why"):
        proofs.judge_document(proof=proof, accepted=False, reason=" ", by="analyst", now=NOW)
    proofs.judge_document(proof=proof, accepted=True, reason="", by="analyst", now=NOW)
    proof.refresh_from_db()
    assert (proof.state, proof.valid_until) == ("accepted", NOW + timedelta(days=365))
    with pytest.raises(AlreadyOver):
        proofs.judge_document(proof=proof, accepted=False, reason="no", by="analyst", now=NOW)


def test_a_second_document_takes_the_place_of_the_first():
    asset = domain()
    first, second = send(asset), send(asset, PDF + b"2")
    first.refresh_from_db()
    assert (first.state, first.reason) == ("refused", "replaced by another document")
    assert list(Proof.objects.to_review()) == [second]


def test_the_operator_vouches_for_many_at_once():
    owner = EstablishmentFactory()
    AssetFactory(establishment=owner, kind="range", value="198.51.100.0/24")
    MandateFactory(establishment=owner, kind="establishment")
    for new in (1, 0):
        made = proofs.vouch(
            establishment=owner, values=[("range", "198.51.100.0/24")], reference="convention 12", by="cli", now=NOW
        )
        assert made == new
    (mandate,) = queries.mandates_for(owner.pk, NOW)
    assert mandate.networks == (ip_network("198.51.100.0/24"),)
