"""Until when is a declared domain its owner's? Asked of the registries, at their pace; unknown when they are silent."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from django.db import transaction

from vigie.channels.feeds import ChannelAnswered, ChannelError, ChannelUnreachable, Door, fetch
from vigie.data.registries import Registries, registries
from vigie.data.suffixes import registered_domain
from vigie.engine.checks.domain_expires_soon import SOON
from vigie.engine.names import RegistrationFacts
from vigie.sources import rdap
from vigie.sources.faults import SourceError

from .enums import AssetKind
from .models import Asset, Registration, RegistryQuestion

MOST_A_ROUND = 1_000
AT_LEAST = timedelta(minutes=1)  # between two questions about one domain
NOBODY = "no registry of this suffix is known"
_ANSWER_SECONDS = 15


def door_to_registries(contact: str) -> Door:
    """The one way out to the registries; they are told who asks."""
    return Door(
        registries().hosts,
        silence_seconds=_ANSWER_SECONDS,
        total_seconds=2 * _ANSWER_SECONDS,
        user_agent=f"Vigie (registrations; {contact})",
        accept="application/rdap+json, application/json",
    )


@dataclass(slots=True)
class Round:
    """One round of questions: a pause between two to the same registry, and none to one that is tired."""

    door: Door
    clock: Callable[[], datetime]
    table: Registries = field(default_factory=registries)
    sleep: Callable[[float], None] = time.sleep
    _asked_at: dict[str, float] = field(default_factory=dict)
    _tired: set[str] = field(default_factory=set)

    def ask(self, domain: str) -> bool:
        """Ask the registry of one domain and note what it told, or why it did not; False when it is left alone."""
        address = self.table.address_of(domain)
        if address is None:
            note(domain=domain, told=NOBODY, now=self.clock())
            return True
        host = urlsplit(address).hostname or ""
        if host in self._tired:
            return False
        self._wait(host)
        try:
            told: rdap.Registration | str = _answer(address, domain, self.door)
        except (ChannelError, SourceError) as error:
            told = str(error)
            # An answer, be it that it does not know the domain, is no sign that it wants to be left alone.
            if isinstance(error, ChannelUnreachable) and not (isinstance(error, ChannelAnswered) and error.is_absent):
                self._tired.add(host)
        note(domain=domain, told=told, now=self.clock())
        return True

    def _wait(self, host: str) -> None:
        pause = self.table.pause.total_seconds()
        since = time.monotonic() - self._asked_at.get(host, float("-inf"))
        if since < pause:
            self.sleep(pause - since)
        self._asked_at[host] = time.monotonic()


def _answer(address: str, domain: str, door: Door) -> rdap.Registration:
    with TemporaryDirectory(prefix="vigie-registry-") as folder:
        target = Path(folder) / "domain.json"
        fetch(address, target, door=door, most_bytes=rdap.MOST_BYTES)
        return rdap.read_registration(target, domain)


@transaction.atomic
def note(*, domain: str, told: rdap.Registration | str, now: datetime) -> None:
    """Keep what the registry told, as an interval that moves on change; or why it did not, which ends nothing."""
    trouble = told if isinstance(told, str) else ""
    RegistryQuestion.objects.update_or_create(domain=domain, defaults={"asked_at": now, "trouble": trouble[:300]})
    if isinstance(told, str):
        return
    mine = Registration.objects.current().filter(domain=domain)
    same = mine.filter(expires_on=told.expires_on, statuses=list(told.statuses))
    if same.update(last_confirmed=now):
        return
    mine.update(ended_at=now)
    Registration.objects.create(
        domain=domain, expires_on=told.expires_on, statuses=list(told.statuses), first_seen=now, last_confirmed=now
    )


def ask_again_now(*, domain: str, round_: Round) -> None:
    """For whoever waits at a retest; twice within a minute asks once."""
    if not RegistryQuestion.objects.filter(domain=domain, asked_at__gt=round_.clock() - AT_LEAST).exists():
        round_.ask(domain)


def ask_those_due(*, round_: Round, now: datetime) -> int:
    """Ask about the domains whose turn has come, those never asked first; return how many were."""
    return sum(round_.ask(domain) for domain in due(now)[:MOST_A_ROUND])


def due(now: datetime) -> list[str]:
    """Declared domains to ask about now: more often those that end soon, and those of which nothing was told."""
    table = registries()
    asked = {row.domain: row for row in RegistryQuestion.objects.all()}
    ending = set(
        Registration.objects.current().filter(expires_on__lte=(now + 2 * SOON).date()).values_list("domain", flat=True)
    )
    waiting: list[tuple[datetime | None, str]] = []
    for domain in declared(now):
        row = asked.get(domain)
        if row is None:
            waiting.append((None, domain))
            continue
        pause: timedelta = table.ask_again_soon if row.trouble or domain in ending else table.ask_again
        if row.asked_at <= now - pause:
            waiting.append((row.asked_at, domain))
    return [domain for _, domain in sorted(waiting, key=lambda one: (one[0] is not None, one[0] or now, one[1]))]


def declared(now: datetime) -> set[str]:
    """What the owners of the declared names registered."""
    names = Asset.objects.as_of(now.date(), now).filter(kind=AssetKind.DOMAIN).values_list("value", flat=True)
    return {domain for name in names.distinct().order_by() if (domain := registered_domain(name))}


def registrations_of(domains: Iterable[str], now: datetime) -> dict[str, RegistrationFacts]:
    """What is known of these domains, and was confirmed lately enough to be believed."""
    rows = Registration.objects.current().filter(
        domain__in=list(domains), last_confirmed__gte=now - registries().max_age
    )
    return {row.domain: RegistrationFacts(row.expires_on, tuple(row.statuses)) for row in rows}
