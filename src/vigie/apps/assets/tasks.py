"""Entry points of the workers for the perimeter: they read the clock and the settings, and pass them on."""

import asyncio
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from vigie.apps.registry.models import Establishment
from vigie.probes import ownership
from vigie.probes.scope import MandateKind
from vigie.probes.settings import settings_for
from vigie.probes.stop import FileStop

from . import proofs, registrations, sparing
from .enums import MandateKind as Given
from .enums import ProofMethod, ProofState
from .models import Mandate, Proof

CHECKER = "vigie"


@task()
def check_proof(proof_id: int) -> None:
    """Look for one token, outside any transaction, then note what was met."""
    proof = Proof.objects.select_related("establishment").get(pk=proof_id)
    if proof.state in {ProofState.WAITING, ProofState.ACCEPTED} and proof.token:
        proofs.note_sight(proof=proof, sight=_sight(proof), by=CHECKER, now=timezone.now())


def _sight(proof: Proof) -> ownership.Sight:
    resolvers = tuple(settings.VIGIE.resolvers)
    if proof.method == ProofMethod.DNS:
        return ownership.look_in_dns(proof.kind, proof.value, proof.token, resolvers=resolvers)
    home: Path = settings.VIGIE.home
    look = ownership.in_file(
        proof.kind,
        proof.value,
        proof.token,
        reference=f"establishment:{proof.establishment_id}:proof:{proof.pk}",
        asked_by=proof.asked_by,
        among=_among(proof.establishment),
        settings=settings_for(settings.VIGIE.scanner_contact, resolvers=resolvers),
        stop=FileStop(home / "STOP"),
        clock=timezone.now,
        spared=sparing.spared_now(timezone.now()),
    )
    return asyncio.run(look)


def _among(establishment: Establishment) -> MandateKind:
    """Public addresses; those of the laboratory for who lives there, so that the demonstration shows the same path."""
    given = Mandate.objects.in_force(timezone.now()).filter(establishment=establishment)
    kinds = set(given.values_list("kind", flat=True))
    return MandateKind.LABORATORY if kinds == {Given.LABORATORY} else MandateKind.ESTABLISHMENT


@task()
def tend_proofs() -> int:
    """Each hour: end what is over, and look again for the tokens whose turn has come."""
    now = timezone.now()
    ended = proofs.lapse_old(by=CHECKER, now=now)
    for proof in proofs.due(now):
        proofs.ask_to_check(proof=proof, by=CHECKER, now=now)
    return ended


@task()
def ask_registries() -> int:
    """Each hour: until when the declared domains are registered, for those whose turn has come.

    An installation that has no way out (VIGIE_FEEDS) asks nobody: it stays unknown.
    """
    if settings.VIGIE.feeds != "network":
        return 0
    door = registrations.door_to_registries(settings.VIGIE.scanner_contact)
    return registrations.ask_those_due(round_=registrations.Round(door, timezone.now), now=timezone.now())
