"""Which objects of the TAXII collection does somebody ask for? The filters and pages of the standard."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from vigie.apps.accounts.models import User
from vigie.apps.incidents.models import Incident
from vigie.apps.incidents.passing import described, passed_on
from vigie.data.incident_sharing import sharing
from vigie.exports.incident import objects as stix_objects

SALT = "vigie.taxii.next"
SHARED = 2  # the marking and the producer come first with each incident, and are told once
CHUNK = 50  # incidents drawn at a time
QUESTIONS = {"added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"}
VERSIONS = {"first", "last", "all"}


class BadQuestion(Exception):
    """One sentence: which question cannot be read."""


@dataclass(frozen=True, slots=True)
class Record:
    object: dict[str, Any]
    added_at: datetime
    incident: int
    index: int  # among the objects of its incident

    @property
    def added(self) -> str:
        """To the microsecond: what was added after it is not told twice."""
        return self.added_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @property
    def version(self) -> str:
        return str(self.object.get("modified") or self.object["created"])


@dataclass(frozen=True, slots=True)
class Asked:
    added_after: datetime | None = None
    limit: int | None = None
    after: tuple[str, int, int] | None = None  # moment, incident and index of the last record told
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    spec_versions: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        return bool(self.added_after or self.after or self.types or self.versions or self.spec_versions)

    def of(self, object_id: str) -> "Asked":
        return replace(self, ids=frozenset({object_id}))

    def wants(self, record: Record) -> bool:
        told = record.object
        return (
            (not self.ids or told["id"] in self.ids)
            and (not self.types or told["type"] in self.types)
            and (not self.spec_versions or told["spec_version"] in self.spec_versions)
            # One version is held: it is the first, the last and all of them.
            and (not self.versions or bool(VERSIONS & self.versions) or record.version in self.versions)
        )


def asked_of(questions: QueryDict) -> Asked:
    """Raise BadQuestion; a question that is misspelt is refused, it would answer more than was asked."""
    for name in questions:
        if name not in QUESTIONS:
            raise BadQuestion(f"There is no question “{name[:40]}”.")

    def each(name: str) -> frozenset[str]:
        return frozenset(filter(None, questions.get(name, "").split(",")))

    return Asked(
        _moment(questions.get("added_after", "")), _limit(questions.get("limit", "")),
        _after(questions.get("next", "")),
        each("match[id]"), each("match[type]"), each("match[version]"), each("match[spec_version]"),
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise BadQuestion("“added_after” is a moment in UTC: 2026-11-23T05:30:00.000Z.")
    return found


def _limit(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0):
        raise BadQuestion("“limit” is a whole number above zero.")
    return int(text[:9])


def _after(text: str) -> tuple[str, int, int] | None:
    if not text:
        return None
    try:
        moment, incident, index = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadQuestion("“next” is what an answer gave.") from error
    return moment, incident, index


def page_of(user: User, asked: Asked, *, source: str, now: datetime) -> tuple[list[Record], str]:
    """At most as many records as were asked for, in the order in which they were added; and `next`, "" at the end."""
    most = min(asked.limit or sharing(now.date()).page_size, sharing(now.date()).page_size)
    found: list[Record] = []
    for record in _records(user, asked, source, now):
        if not asked.wants(record):
            continue
        if len(found) == most:
            last = found[-1]
            return found, signing.dumps([last.added_at.isoformat(), last.incident, last.index], salt=SALT)
        found.append(record)
    return found, ""


def _records(user: User, asked: Asked, source: str, now: datetime) -> Iterator[Record]:
    """Every record after the last one that was told."""
    rows = passed_on(Incident.objects.visible_to(user, now)).order_by("added_at", "pk")
    first = rows.values_list("pk", flat=True).first()
    if asked.added_after is not None:
        rows = rows.filter(added_at__gt=asked.added_after)
    last = asked.after
    if last is not None:
        rows = rows.filter(added_at__gte=datetime.fromisoformat(last[0]))
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        part = list(passed_on(Incident.objects.filter(pk__in=keys[start : start + CHUNK])).order_by("added_at", "pk"))
        for row, told in zip(part, described(part, source=source, now=now), strict=True):
            for index, one in enumerate(stix_objects(told)):
                if index < SHARED and row.pk != first:
                    continue
                record = Record(one, row.added_at, row.pk, index)
                if last is None or (row.added_at.isoformat(), row.pk, index) > last:
                    yield record
