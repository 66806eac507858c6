"""A past day is counted as it was known then: before what was judged, merged, restored or completed since."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.apps.incidents.world import declared, shared
from tests.factories import EstablishmentFactory
from vigie.apps.incidents import actions
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.yearly import of_year
from vigie.engine.incidents.lifecycle import Deed
from vigie.engine.incidents.taxonomy import Care, Kind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(day, *, now_known=False):
    return of_year(2026, moment=day, as_known_then=not now_known)


def share(made, slug, answer):
    table = next(table for table in made.tables if table.slug == slug)
    return sum(line.count for line in table.lines if answer in line.slugs)


def test_what_was_judged_since_is_not_known_yet(now):
    one = declared(EstablishmentFactory(), now, kind="unknown").declaration
    actions.end(incident=one.incident, deed=Deed.DISMISS, reason="Un essai.", by="cell", now=now + 2 * DAY)
    assert (told(now + DAY).cases, told(now + DAY).left_out.not_incidents) == (1, 0)
    assert (told(now + DAY, now_known=True).cases, told(now + 3 * DAY).cases) == (0, 0)
    assert told(now + 3 * DAY).left_out.not_incidents == 1


def test_what_it_was_said_to_be_then(now):
    one = declared(EstablishmentFactory(), now, kind="unknown", care="normal").declaration
    facts = actions.latest_facts(one)
    found = replace(facts, kind=Kind.RANSOMWARE, care=Care.INTERRUPTED)
    actions.qualify(incident=one.incident, facts=found, by="cell", now=now + 2 * DAY)
    assert share(told(now + DAY), "care", "interrupted") == 0
    assert share(told(now + 3 * DAY), "care", "interrupted") == 1
    assert share(told(now + DAY, now_known=True), "care", "interrupted") == 1


def test_who_was_not_confirmed_then_was_not_counted_then(now):
    one = declared(EstablishmentFactory(), now, how=ReceivedBy.EMAIL, address="192.0.2.1").declaration
    actions.confirm(declaration=one, asked_at=now + DAY, by="declarant", now=now + DAY + timedelta(minutes=5))
    assert (told(now + DAY).cases, told(now + DAY).left_out.unconfirmed) == (0, 1)
    assert told(now + 2 * DAY).cases == 1


def test_what_was_merged_or_taken_out_since_hung_elsewhere_then(now):
    first = declared(EstablishmentFactory(), now).declaration
    second = declared(EstablishmentFactory(), now + timedelta(hours=1)).declaration
    provider = shared(now)
    for one in (first, second):
        actions.merge(incident=one.incident, into=provider, by="cell", now=now + 2 * DAY)
    first.refresh_from_db()
    actions.split(declaration=first, reason="Une autre panne.", by="cell", now=now + 4 * DAY)
    assert told(now + DAY).incidents == 2
    assert told(now + 3 * DAY).incidents == 1
    assert told(now + 5 * DAY).incidents == 2


def test_help_and_endings_written_since_are_not_known_then(now):
    one = declared(EstablishmentFactory(), now).declaration
    incident = actions.start_qualifying(incident=one.incident, by="cell", now=now + timedelta(hours=1))
    actions.log_support(incident=incident, words="Appel", minutes=30, at=now, by="cell", now=now + 2 * DAY)
    assert told(now + DAY).helped_minutes == 0
    assert told(now + 3 * DAY).helped_minutes == 30
