"""What the law asks, beside a declaration; whom to tell, beside its incident. In the caller's transaction."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from vigie.apps.rows import append
from vigie.data import incident_rules
from vigie.engine.incidents.duties import Duty, Moments, duties, routes
from vigie.engine.incidents.duties import Route as Telling
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Known

from .answering import with_registry
from .models import Declaration, Incident, Obligation, Route

Stage = tuple[str, str]  # regime, stage


def duties_of(facts: Facts, moments: Moments, submitted: Mapping[Stage, datetime]) -> tuple[Duty, ...]:
    """By the edition in force when it was discovered. Nothing that the registry alone knows is read."""
    return duties(facts, incident_rules.obligations(moments.discovery.date()).rules, moments, submitted)


def first_obligations(declaration: Declaration, facts: Facts, now: datetime) -> Iterator[Obligation]:
    """What a declaration that was just received makes due; not written yet."""
    policy = incident_rules.obligations(facts.discovered_at.date()).slug
    for duty in duties_of(facts, Moments(facts.discovered_at, declaration.received_at), {}):
        yield _obligation(declaration, duty, policy, now)


def write_obligations(declaration: Declaration, facts: Facts, *, now: datetime) -> None:
    """Add what is owed now and was not; withdraw what later facts exclude. A due date, once written, stays."""
    rows = {(row.regime, row.stage): row for row in declaration.obligations.all()}
    submitted = {key: row.submitted_at for key, row in rows.items() if row.submitted_at}
    moments = Moments(facts.discovered_at, declaration.received_at)
    found = {(one.rule.regime, one.rule.stage): one for one in duties_of(facts, moments, submitted)}
    policy = incident_rules.obligations(facts.discovered_at.date()).slug
    append(_obligation(declaration, duty, policy, now) for key, duty in found.items() if key not in rows)
    for key, row in rows.items():
        _follow(row, found.get(key), now)


def _obligation(declaration: Declaration, duty: Duty, policy: str, now: datetime) -> Obligation:
    row = Obligation(
        declaration=declaration,
        regime=duty.rule.regime,
        stage=duty.rule.stage,
        authority=duty.rule.authority,
        certainty=duty.applies.value,
        why=list(duty.why),
        policy=policy,
        written_at=now,
        due_at=duty.due_at,
    )
    row.next_reminder_at = next_reminder(row, now) if duty.applies is Known.YES else None
    return row


def _follow(row: Obligation, duty: Duty | None, now: datetime) -> None:
    if row.submitted_at is not None:
        return
    row.withdrawn_at = (row.withdrawn_at or now) if duty is None else None
    if duty is not None:
        row.certainty, row.why = duty.applies.value, list(duty.why)
        row.due_at = row.due_at or duty.due_at
    sure = duty is not None and duty.applies is Known.YES
    row.next_reminder_at = next_reminder(row, now) if sure else None
    row.save(update_fields=["withdrawn_at", "certainty", "why", "due_at", "next_reminder_at"])


def reminders(row: Obligation) -> list[datetime]:
    """When its declarant is reminded: before the date, at it, after it; nobody is hurried for what was due at once."""
    if row.due_at is None:
        return []
    rule = incident_rules.limits(row.written_at.date())
    delay = row.due_at - row.written_at
    before = row.written_at + delay * rule.remind_before_percent / 100
    early = [before] if delay > timedelta(0) else []
    return early + [max(row.due_at, row.written_at + timedelta(hours=1)) + after for after in rule.remind_after]


def next_reminder(row: Obligation, now: datetime) -> datetime | None:
    """The next of them that was not taken; None when none is left."""
    left = reminders(row)[row.reminded :]
    return left[0] if left else None


def first_routes(incident: Incident, facts: Facts, now: datetime) -> Iterator[Route]:
    """Whom the rules have told of an incident that was just declared; not written yet."""
    edition = incident_rules.routes(facts.discovered_at.date())
    for one in _routes_of(incident, facts):
        yield _route(incident, one, edition.slug, now)


def write_routes(incident: Incident, facts: Facts, *, now: datetime) -> None:
    """Add whom the rules have told, and when; a due date, once written, stays."""
    edition = incident_rules.routes(facts.discovered_at.date())
    found = {one.rule.authority: one for one in _routes_of(incident, facts)}
    rows = {row.authority: row for row in incident.routes.all()}
    append(_route(incident, one, edition.slug, now) for authority, one in found.items() if authority not in rows)
    for authority, row in rows.items():
        one = found.get(authority)
        if row.told_at is not None:
            continue
        row.withdrawn_at = (row.withdrawn_at or now) if one is None else None
        if one is not None:
            row.certainty, row.why, row.due_at = one.applies.value, list(one.why), row.due_at or one.due_at
        row.save(update_fields=["withdrawn_at", "certainty", "why", "due_at"])


def _routes_of(incident: Incident, facts: Facts) -> tuple[Telling, ...]:
    """The moment of a declaration is when somebody answers for it: what anybody typed wakes nobody up."""
    moments = Moments(facts.discovered_at, incident.confirmed_at, incident.qualified_at)
    edition = incident_rules.routes(facts.discovered_at.date())
    return routes(with_registry(facts, incident.establishment), edition.rules, moments)


def _route(incident: Incident, one: Telling, policy: str, now: datetime) -> Route:
    return Route(
        incident=incident,
        authority=one.rule.authority,
        certainty=one.applies.value,
        why=list(one.why),
        sent_by_us=one.rule.sent_by_us,
        policy=policy,
        written_at=now,
        due_at=one.due_at,
    )
