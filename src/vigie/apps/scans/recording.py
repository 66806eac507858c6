"""Record one host: the look, the services as intervals, the raw answers, the progress. Once, whatever dies."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db import transaction

from vigie.apps.jobs import actions as jobs
from vigie.apps.vault.encryption import encrypt
from vigie.apps.vulns import actions as vulns
from vigie.apps.vulns.models import Pair
from vigie.engine.facts import Answer, Facts, HostLook, Identity, ServiceLook, Transport
from vigie.engine.sameness import Sign, changed, sign_of

from . import presence
from .models import Look, RawAnswer, Service, Shard, Unlooked
from .signals import SeenService, host_recorded
from .unlooked import added, unlooked_of

Key = tuple[int, str, str]  # port, transport, name


def record_host(*, shard: Shard, host: HostLook, moved: frozenset[str], now: datetime) -> bool:
    """Record the host and have it judged, in one short transaction; False when it already was.

    `moved` are the names known to lead elsewhere now.
    """
    if Look.objects.filter(shard=shard, address=host.address, domain=host.domain).exists():
        return False
    pairs = _pairs(host, now)
    with transaction.atomic():
        jobs.fence()
        look, made = _record_look(shard, host)
        if not made:
            return False
        before = _current(shard.establishment_id, host)
        moves: presence.Moves = Counter()
        seen = [_record_service(look, service, before, pairs, moves) for service in _answers(host)]
        presence.move(establishment_id=shard.establishment_id, moves=moves, now=now)
        look.absent = [_as_stored(key) for key in sorted(_absent(host, before, moved))]
        if look.absent:
            look.save(update_fields=["absent"])
        unlooked = unlooked_of(shard.pk, host)
        Unlooked.objects.bulk_create(unlooked)
        _count(shard, host, seen, unlooked, gone=len(look.absent))
        told = tuple(one for one, _ in seen)
        host_recorded.send(sender=Look, look=look, seen=told, now=now)
    return True


def _answers(host: HostLook) -> list[ServiceLook]:
    return [service for service in host.services if service.answer is not Answer.NOT_ASKED]


def _pairs(host: HostLook, now: datetime) -> dict[Identity, Pair]:
    """Intern and match the products first: they are shared, and not part of the host's transaction."""
    identities = {identity for service in host.services for identity in service.identities}
    pairs = {identity: vulns.intern(identity) for identity in identities}
    fresh = [pair for pair in pairs.values() if pair.matched_at is None]
    if fresh:
        vulns.match_pairs(pairs=fresh, now=now)
        matched = Pair.objects.in_bulk([pair.pk for pair in pairs.values()])
        pairs = {identity: matched[pair.pk] for identity, pair in pairs.items()}
    return pairs


def _record_look(shard: Shard, host: HostLook) -> tuple[Look, bool]:
    return Look.objects.get_or_create(
        shard=shard,
        address=host.address,
        domain=host.domain,
        defaults={
            "names": list(host.names),
            "started_at": host.started_at,
            "ended_at": host.ended_at,
            "reached": host.reached,
            "open_ports": sorted({s.port for s in host.services if s.transport is Transport.TCP}),
            "refused_ports": list(host.refused_ports),
            "silent_ports": list(host.silent_ports),
            "not_asked_ports": list(host.not_asked_ports),
            "not_asked_reason": host.not_asked_reason[:80],
            "refused_datagrams": list(host.refused_datagrams),
            "silent_datagrams": list(host.silent_datagrams),
        },
    )


def _current(establishment_id: int, host: HostLook) -> dict[Key, Service]:
    rows = Service.objects.current().select_for_update().filter(establishment=establishment_id, address=host.address)
    rows = rows.filter(name=host.domain) if host.domain else rows
    return {(row.port, row.transport, row.name): row for row in rows}


def _record_service(
    look: Look, service: ServiceLook, before: dict[Key, Service], pairs: dict[Identity, Pair], moves: presence.Moves
) -> tuple[SeenService, bool]:
    """The interval that this look confirms or begins, and whether it begins one; `moves` is added to."""
    known = before.get(_key(service))
    own = tuple(pairs[identity] for identity in service.identities)
    sign = sign_of(service.service, service.facts, service.identities)
    if known is not None and not _is_change(known, service, sign):
        _confirm(known, service)
        return SeenService(service, known, own), False
    if known is not None:
        known.ended_at, known.end_reason = service.looked_at, "changed"
        known.save(update_fields=["ended_at", "end_reason"])
        moves.subtract(presence.pairs_of(known))
    moves.update({pair.pk for pair in own})
    return SeenService(service, _begin(look, service, own, sign), own), True


def _key(service: ServiceLook) -> Key:
    return service.port, service.transport.value, service.name or ""


def _is_change(known: Service, service: ServiceLook, sign: Sign) -> bool:
    if service.answer is not Answer.ANSWERED:
        # Not understood this time: what was known stays, and one unknown follows another only if it differs.
        return known.answer not in {Answer.ANSWERED, service.answer}
    if known.answer != Answer.ANSWERED:
        return True
    return known.facts_sha256 != sign.sha256 and changed(stored_sign(known), sign)


def stored_sign(row: Service) -> Sign:
    return sign_of(row.service, stored_facts(row), stored_identities(row))


def stored_facts(row: Service) -> Facts:
    return msgspec.convert(row.facts, Facts, strict=False)


def stored_identities(row: Service) -> tuple[Identity, ...]:
    return msgspec.convert(row.identities, tuple[Identity, ...])


def _confirm(known: Service, service: ServiceLook) -> None:
    """The port is there: no absence any more. Only an answer as good as before confirms what is known."""
    known.absences, known.absent_since = 0, None
    if service.answer == known.answer:
        known.last_confirmed = service.looked_at
    known.save(update_fields=["absences", "absent_since", "last_confirmed"])


def _begin(look: Look, service: ServiceLook, own: tuple[Pair, ...], sign: Sign) -> Service:
    row = Service.objects.create(
        establishment_id=look.shard.establishment_id,
        address=service.address,
        port=service.port,
        transport=service.transport.value,
        name=service.name or "",
        service=service.service or "",
        answer=service.answer.value,
        reason=service.reason[:200],
        pair=own[0] if own else None,
        identities=msgspec.to_builtins(service.identities),
        facts=msgspec.to_builtins(service.facts),
        facts_sha256=sign.sha256,
        first_seen=service.looked_at,
        last_confirmed=service.looked_at,
    )
    if len(own) > 1:
        row.other_pairs.set({*own} - {own[0]})
    # Raw answers are kept once per unchanged service: each row of Service points to the bytes that began it.
    RawAnswer.objects.bulk_create(
        RawAnswer(
            service=row,
            look=look,
            probe=raw.probe[:20],
            at=service.looked_at,
            asked=encrypt(raw.asked, purpose="raw-answer", about=row.pk),
            answered=encrypt(raw.answered, purpose="raw-answer", about=row.pk),
            answered_length=raw.answered_length,
        )
        for raw in service.raw
    )
    return row


def _absent(host: HostLook, before: dict[Key, Service], moved: frozenset[str]) -> Iterable[Key]:
    """Services seen before that this look asked for and did not see. A host that said nothing proves nothing.

    Nor does a service without connections that is silent: many answer only whom they know, or lose a question.
    """
    seen = {_key(service) for service in host.services}
    answered = {_key(service)[:2] for service in host.services if service.answer is Answer.ANSWERED}
    tcp = {(port, "tcp") for port in (*host.refused_ports, *host.silent_ports)}
    closed = tcp | {(port, "udp") for port in host.refused_datagrams} if host.reached else set()
    if host.domain and host.reached:  # a domain that is not there any more publishes nothing, however it was asked
        closed |= {key[:2] for key in before}
    for key, row in before.items():
        if key in seen:
            continue
        place = key[:2]
        gone_name = row.name and place in answered and (row.name in moved or row.name in host.names)
        if place in closed or gone_name:
            yield key


def _as_stored(key: Key) -> dict[str, int | str]:
    port, transport, name = key
    plain: dict[str, int | str] = {"port": port, "name": name}
    return plain if transport == "tcp" else {**plain, "transport": transport}


def _count(
    shard: Shard, host: HostLook, seen: list[tuple[SeenService, bool]], unlooked: list[Unlooked], *, gone: int
) -> None:
    """Move the live figures of the shard, which one worker alone holds."""
    live = Shard.objects.select_for_update().get(pk=shard.pk)
    unknowns = Counter(live.unknowns)
    unknowns.update(reasons_unknown(host))
    live.unknowns = dict(unknowns)
    live.unlooked = added(live.unlooked, unlooked)
    if not host.domain:  # counted apart: a domain is no host
        live.hosts_done += 1
        live.hosts_reached += host.reached
    live.questions += questions_of(host)
    live.services_found += len(seen)
    live.services_new += sum(new for _, new in seen)
    live.services_gone += gone
    live.save(
        update_fields=[
            "unknowns",
            "unlooked",
            "hosts_done",
            "hosts_reached",
            "questions",
            "services_found",
            "services_new",
            "services_gone",
        ]
    )


def questions_of(host: HostLook) -> int:
    """Connections that this host saw, as far as its look tells; none for a domain: our resolvers were asked."""
    if host.domain:
        return 0
    conversations = sum(max(1, len(service.raw)) for service in host.services)
    opened = len({service.port for service in host.services if service.transport is Transport.TCP})
    datagrams = len(host.refused_datagrams) + len(host.silent_datagrams)
    return opened + len(host.refused_ports) + len(host.silent_ports) + datagrams + conversations


def reasons_unknown(host: HostLook) -> Counter[str]:
    found: Counter[str] = Counter()
    for service in host.services:
        if service.answer not in {Answer.ANSWERED, Answer.NOT_ASKED}:
            found[service.reason or service.answer.value] += 1
    if host.silent_datagrams:
        found["no answer to a question without connection"] += len(host.silent_datagrams)
    if not host.reached and host.silent_ports and not host.domain:
        found["a host did not answer"] += 1
    return found
