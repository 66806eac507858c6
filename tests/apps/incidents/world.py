"""A night at an invented hospital: what its administrator types, and who receives it."""

import uuid
from datetime import datetime, timedelta

from vigie.apps.incidents import actions
from vigie.apps.incidents.actions import Receipt, Receiving
from vigie.apps.incidents.disclosing import Reporter, report
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Incident, WeaknessReport
from vigie.apps.registry.models import Establishment
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Kind, Known

TYPED = {
    "seen": "Les fichiers du service d'imagerie ne s'ouvrent plus, un message demande une rançon.",
    "discovered_at": "2026-11-23T05:30",
    "name": "Aline Exemple",
    "function": "administratrice de garde",
    "email": "aline@valmorne.example",
    "telephone": "01 00 00 00 00",
    "care": "degraded",
    "kind": "ransomware",
    "data_loss": "yes",
    "natures": "health",
}


def typed(establishment: Establishment | None = None, **more: str) -> dict[str, str]:
    where = {"finess": establishment.finess} if establishment else {"structure": "Clinique Exemple"}
    return {**TYPED, **where, **more}


def declared(
    establishment: Establishment | None,
    now: datetime,
    *,
    how: ReceivedBy = ReceivedBy.ACCOUNT,
    at: datetime | None = None,
    address: str | None = None,
    competent: bool = False,
    key: uuid.UUID | None = None,
    **more: str,
) -> Receipt:
    receiving = Receiving(by="test", how=how, at=at, address=address, competent=competent)
    return actions.declare(typed=typed(establishment, **more), receiving=receiving, key=key or uuid.uuid4(), now=now)


def shared(now: datetime) -> Incident:
    """A hosting company of the region is down since an hour."""
    facts = Facts(now - timedelta(hours=1), kind=Kind.PROVIDER_OUTAGE, ongoing=Known.YES)
    title = "Le dossier patient hébergé ne répond plus"
    return actions.open_shared(title=title, provider="Hébergeur Exemple", facts=facts, by="test", now=now)


WEAKNESS = {"place": "https://portail.valmorne.example:8443/", "seen": "La page montre la liste des utilisateurs."}


def reported(establishment: Establishment, now: datetime, **more: str) -> WeaknessReport:
    """Somebody saw a page that should not be open."""
    typed = {**WEAKNESS, "finess": establishment.finess, **more}
    return report(typed=typed, reporter=Reporter(address="192.0.2.7"), key=uuid.uuid4(), now=now)
