"""The trail is sealed each second; one altered, removed or moved row is told."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from vigie.apps.audit import keeping, sealing
from vigie.apps.audit.actions import record
from vigie.apps.audit.models import AppendOnly, Event, Seal
from vigie.apps.audit.queries import head, open_window, verify

pytestmark = pytest.mark.django_db


def trail(now, count=10):
    return [
        record(kind="tried", by="Aline", at=now + timedelta(microseconds=n), number=n, word="é\u2028")
        for n in range(count)
    ]


def by_hand(query, *values):
    """What someone who holds the database may do; the models refuse it."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)


def faults(now, heads=()):
    return [(fault.kind.value, fault.event, fault.other) for fault in verify(now, heads).faults]


def test_a_sealed_trail_holds(now):
    trail(now)
    assert sealing.seal(now) == 10
    found = verify(now)
    assert (found.holds, found.sealed, found.window.waiting) == (True, 10, 0)


def test_sealing_again_adds_nothing(now):
    trail(now)
    sealing.seal(now)
    assert sealing.seal(now) == 0


def test_what_waits_for_the_sealer_is_told_and_is_no_fault(now):
    trail(now, 3)
    found = verify(now)
    assert (found.holds, found.window.waiting, found.window.oldest) == (True, 3, now)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("actor", "Bruno", id="who"),
        pytest.param("at", "2020-01-01 00:00:00", id="when"),
        pytest.param("kind", "other", id="what"),
        pytest.param("detail", '{"number":7}', id="detail"),
        pytest.param("subject_id", 3, id="subject"),
    ],
)
def test_an_altered_row_is_told(now, column, value):
    event = trail(now)[4]
    sealing.seal(now)
    by_hand(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, event.pk)
    assert faults(now) == [("altered", event.pk, None)]


def test_a_removed_row_is_told(now):
    event = trail(now)[4]
    sealing.seal(now)
    by_hand("DELETE FROM audit_event WHERE id = %s", event.pk)
    assert faults(now) == [("removed", event.pk, None)]


def test_rows_that_changed_places_are_told(now):
    one, other = trail(now)[4:6]
    sealing.seal(now)
    for old, new in ((one.pk, -1), (other.pk, one.pk), (-1, other.pk)):
        by_hand("UPDATE audit_event SET id = %s WHERE id = %s", new, old)
    assert faults(now) == [("reordered", one.pk, other.pk), ("reordered", other.pk, one.pk)]


def test_links_that_changed_places_are_told(now):
    one, other = trail(now)[4:6]
    sealing.seal(now)
    for old, new in ((5, -1), (6, 5), (-1, 6)):
        by_hand("UPDATE audit_seal SET position = %s WHERE position = %s", new, old)
    assert [fault[0] for fault in faults(now)][:2] == ["reordered", "reordered"]
    assert {fault[1] for fault in faults(now)} >= {one.pk, other.pk}


def test_a_row_removed_with_its_link_is_told(now):
    event = trail(now)[4]
    sealing.seal(now)
    by_hand("DELETE FROM audit_event WHERE id = %s", event.pk)
    by_hand("DELETE FROM audit_seal WHERE event = %s", event.pk)
    assert faults(now) == [("link_removed", None, None)]


def test_an_end_that_was_cut_off_is_told_by_a_head_kept_elsewhere(now):
    trail(now)
    sealing.seal(now)
    kept = head(now)
    by_hand("DELETE FROM audit_event WHERE id > %s", kept.event - 3)
    by_hand("DELETE FROM audit_seal WHERE position > 7")
    assert faults(now) == []
    assert faults(now, [kept]) == [("cut_off", None, None)]


def test_a_chain_made_again_is_told_by_a_head_kept_elsewhere(now):
    first = trail(now)[0]
    sealing.seal(now)
    kept = head(now)
    by_hand("UPDATE audit_event SET actor = 'Bruno' WHERE id = %s", first.pk)
    by_hand("DELETE FROM audit_seal")
    sealing.seal(now)
    assert faults(now) == []
    assert faults(now, [kept]) == [("other_chain", kept.event, None)]


def test_an_event_committed_after_one_of_a_higher_number_is_sealed_in_its_turn(now):
    late = Event(pk=1_000, at=now, actor="Aline", kind="late")
    Event(pk=1_001, at=now, actor="Aline", kind="early").save()
    assert sealing.seal(now) == 1
    late.save()
    assert sealing.seal(now) == 1
    assert list(Seal.objects.order_by("position").values_list("event", flat=True)) == [1_001, 1_000]
    assert verify(now).holds


def test_one_that_stayed_open_while_thousands_went_by_waits_for_the_hourly_look(now):
    Event(pk=10_000, at=now, actor="Aline", kind="early").save()
    sealing.seal(now)
    Event(pk=10_000 - sealing.NEAR, at=now, actor="Aline", kind="late").save()
    assert sealing.seal(now) == 0
    assert open_window().waiting == 1
    assert sealing.seal(now, near=None) == 1
    assert verify(now).holds


def test_a_second_sealer_gives_way(now, monkeypatch):
    trail(now, 3)
    real = Seal.objects.bulk_create

    def overtaken(links, **kwargs):
        links = list(links)
        real(links, **kwargs)
        return real(links, **kwargs)

    monkeypatch.setattr(Seal.objects, "bulk_create", overtaken)
    assert sealing.seal(now) == 0
    monkeypatch.undo()
    assert sealing.seal(now) == 3


@pytest.mark.parametrize("model", [Event, Seal], ids=lambda model: model.__name__)
def test_the_program_cannot_rewrite_the_trail(now, model):
    trail(now, 1)
    sealing.seal(now)
    row = model.objects.get()
    for rewrite in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(event=1)):
        with pytest.raises(AppendOnly):
            rewrite()


def test_the_head_of_the_day_is_written_once(now, tmp_path):
    assert keeping.keep_head(tmp_path, now) is None
    trail(now)
    sealing.seal(now)
    path = keeping.keep_head(tmp_path / "heads", now)
    trail(now)
    sealing.seal(now)
    assert keeping.keep_head(tmp_path / "heads", now + timedelta(hours=1)) == path
    kept = keeping.read_head(path)
    assert (kept.position, path.name) == (10, "head-2026-11-23.json")
    assert verify(now, [kept]).holds


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"what": "audit-head"}', "\0", json.dumps({"what": 3})])
def test_a_file_that_is_no_head_is_refused(tmp_path, text):
    path = tmp_path / "head.json"
    path.write_text(text)
    with pytest.raises(keeping.HeadUnreadable):
        keeping.read_head(path)
