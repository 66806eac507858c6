from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import EstablishmentFactory
from vigie.apps.assets import actions, bulk
from vigie.apps.assets.models import Asset, Contest
from vigie.apps.assets.terms import asset_terms
from vigie.apps.audit.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def asked(owner, value, label="", kind="address", **options):
    terms = asset_terms(establishment=owner, kind=kind, value=value, label=label, now=NOW, **options)
    return bulk.Asked(owner, terms, False)


def declare(*lines, now=NOW):
    return bulk.declare_batch(asked=lines, by="cli", now=now)


def open_rows():
    rows = Asset.objects.current().filter(valid_until=None).order_by("establishment", "kind", "value")
    return list(rows.values_list("establishment", "kind", "value", "label", "exchanges_care_data", "hosted_by"))


def test_many_at_once_leave_what_one_by_one_would_have_left():
    owner, other = EstablishmentFactory(), EstablishmentFactory()
    lines = [
        asked(owner, "198.51.100.9", "old"),
        asked(owner, "198.51.100.9", "new"),
        asked(owner, "10.0.0.9"),
        asked(other, "10.0.0.9"),
        asked(other, "www.valmorne.example", kind="domain", hosted_by="Hébergeur Exemple"),
    ]
    assert declare(*lines) == 4
    at_once = open_rows()
    Asset.objects.all().delete()
    for one in lines:
        actions.declare_asset(
            establishment=one.establishment, kind=str(one.terms.kind), value=one.terms.value, label=one.terms.label,
            hosted_by=one.terms.hosted_by, by="cli", now=NOW,
        )  # fmt: skip
    assert open_rows() == at_once


def test_the_same_again_changes_nothing_and_another_label_begins_a_new_row():
    owner = EstablishmentFactory()
    assert [declare(asked(owner, "198.51.100.9", label)) for label in ("a", "a")] == [1, 0]
    assert declare(asked(owner, "198.51.100.9", "b"), now=NOW + timedelta(days=2)) == 1
    assert [row[3] for row in open_rows()] == ["b"]
    assert Asset.objects.current().filter(label="a", valid_until=NOW.date() + timedelta(days=2)).exists()


def test_each_declaration_is_in_the_trail_of_its_establishment():
    owner, other = EstablishmentFactory(), EstablishmentFactory()
    declare(asked(owner, "198.51.100.9"), asked(other, "198.51.100.10"))
    told = Event.objects.filter(kind="asset-declared").values_list("subject_id", "detail__value")
    assert set(told) == {(owner.pk, "198.51.100.9"), (other.pk, "198.51.100.10")}


def test_a_second_claim_is_contested_whether_it_comes_in_the_same_file_or_later():
    owners = [EstablishmentFactory() for _ in range(3)]
    declare(asked(owners[0], "198.51.100.9"), asked(owners[1], "198.51.100.9"), asked(owners[0], "10.0.0.9"))
    assert set(Contest.objects.values_list("establishment", flat=True)) == {owners[0].pk, owners[1].pk}
    declare(asked(owners[2], "198.51.100.9"), asked(owners[2], "10.0.0.9"))
    assert Contest.objects.filter(establishment=owners[2]).count() == 1


def test_ten_times_more_lines_cost_no_more_queries():
    owner, counts = EstablishmentFactory(), []
    for many in (10, 100):
        lines = [asked(owner, f"198.51.{many}.{number}") for number in range(many)]
        with CaptureQueriesContext(connection) as queries:
            declare(*lines)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2
