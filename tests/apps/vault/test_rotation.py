"""A new key encrypts at once, the rest follows in short steps, and whatever is killed meanwhile loses nothing."""

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from tests.apps.vault import many
from tests.factories import UserFactory
from vigie.apps.accounts.models import Proof
from vigie.apps.audit.models import Event
from vigie.apps.jobs.models import Job
from vigie.apps.vault import actions, keyring
from vigie.apps.vault.encryption import current_ring, encrypt
from vigie.apps.vault.fields import NotEncrypted
from vigie.apps.vault.keyring import KeyringUnusable
from vigie.apps.vault.queries import counts_by_key, encrypted_columns
from vigie.apps.vault.tasks import reencrypt
from vigie.cli import keys

# On PostgreSQL no process makes the keyring by itself.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_ring"), pytest.mark.embedded]


def typed(*words):
    return CliRunner().invoke(keys.app, list(words))


def test_every_encrypted_column_is_known():
    assert {column.name for column in encrypted_columns()} >= {
        "accounts.Proof.secret",
        "scans.RawAnswer.asked",
        "scans.RawAnswer.answered",
    }


def test_every_encrypted_column_is_bound_to_a_column_of_its_row():
    for column in encrypted_columns():
        names = {field.attname for field in column.model._meta.concrete_fields}
        assert column.field.about in names, column.name
        assert column.field.purpose, column.name


def test_nothing_in_clear_can_be_stored(now):
    with pytest.raises(NotEncrypted, match=r"Proof\.secret"):
        Proof.objects.create(user=UserFactory(), kind="application", secret=b"JBSWY3DPEHPK3PXP", created_at=now)


def test_a_rotation_brings_everything_to_the_new_key(now):
    many.fill(450)
    before = current_ring().current
    key = actions.rotate(by="cli:aline", now=now)
    assert counts_by_key() == {before: 450}
    assert reencrypt.call() == {"renewed": 450, "unreadable": 0}
    assert counts_by_key() == {key.name: 450}
    assert many.readable() == [f"secret {number}" for number in range(450)]


def test_a_rotation_asks_for_its_job_and_tells_the_trail(now):
    key = actions.rotate(by="cli:aline", now=now)
    assert Job.objects.get(path=actions.REENCRYPT).unique_key == f"reencrypt:{key.name}"
    told = Event.objects.get(kind="key-rotated")
    assert told.detail["key"] == key.name
    assert key.secret.hex() not in str(told.detail)


def test_what_is_brought_over_already_is_not_read_again(now):
    many.fill(3)
    actions.rotate(by="test", now=now)
    reencrypt.call()
    with CaptureQueriesContext(connection) as queries:
        assert reencrypt.call() == {"renewed": 0, "unreadable": 0}
    assert not [one for one in queries if one["sql"].startswith("UPDATE")]


def test_each_step_is_short(now):
    many.fill(actions.BATCH + 1)
    actions.rotate(by="test", now=now)
    column = next(one for one in encrypted_columns() if one.name == "accounts.Proof.secret")
    progress = actions.Progress()
    assert actions.reencrypt_batch(column, 0, progress) is not None
    assert progress.renewed == actions.BATCH


def test_what_cannot_be_read_is_left_and_counted(now):
    many.fill(5)
    lost = encrypt(b"of another owner", purpose="second-factor", about=10**9)
    first = Proof.objects.order_by("pk").first()
    Proof.objects.filter(pk=first.pk).update(secret=lost)
    actions.rotate(by="test", now=now)
    assert reencrypt.call() == {"renewed": 4, "unreadable": 1}
    assert bytes(Proof.objects.get(pk=first.pk).secret) == lost


def test_a_prepared_key_waits_for_the_rotation(now):
    before = current_ring().current
    prepared = actions.prepare_key(by="test", now=now)
    assert current_ring().current == before
    with pytest.raises(actions.KeyRefused):
        actions.prepare_key(by="test", now=now)
    assert actions.rotate(by="test", now=now) == prepared
    assert [key.name for key in current_ring().keys] == [before, prepared.name]


def test_a_key_is_dropped_once_nothing_needs_it(now):
    many.fill(2)
    old = current_ring().current
    with pytest.raises(actions.KeyRefused, match="rotate first"):
        actions.drop_key(name=old, by="test", now=now)
    actions.rotate(by="test", now=now)
    with pytest.raises(actions.KeyRefused, match="still rests"):
        actions.drop_key(name=old, by="test", now=now)
    reencrypt.call()
    actions.drop_key(name=old, by="test", now=now)
    assert current_ring().key(old) is None
    assert len(many.readable()) == 2


def test_a_second_keyring_does_not_begin_beside_a_lost_one(own_ring):
    many.fill(1)
    own_ring.unlink()
    with pytest.raises(KeyringUnusable, match="is missing, and this database holds"):
        actions.make_first_key()


def test_the_commands_tell_where_the_keys_stand(now, own_ring):
    many.fill(2)
    assert typed("rotate").exit_code == 0
    old, new = (json.loads(line) for line in typed("list", "--json").stdout.splitlines())
    assert (old["state"], old["values"], new["state"], new["values"]) == ("opens", 2, "encrypts", 0)
    assert typed("drop", old["key"]).exit_code == 1
    own_ring.unlink()
    assert typed("rotate", "--lost").exit_code == 0
    states = [json.loads(line)["state"] for line in typed("list", "--json").stdout.splitlines()]
    assert states == ["opens", "encrypts", "lost"]
    assert typed("rotate", "--lost").exit_code == 1


def test_no_command_prints_a_key(own_ring):
    secret = json.loads((typed("list"), own_ring.read_text())[1])["keys"][0]["secret"]
    assert secret not in typed("list").stdout + typed("list", "--json").stdout + typed("rotate").stdout


def test_a_kill_while_the_file_is_written_leaves_the_old_one(own_ring, monkeypatch):
    ring = current_ring()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("vigie.apps.vault.keyring.os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        keyring.write(own_ring, replace(ring, keys=ring.keys[:0]))
    assert current_ring() == ring
    assert [path.name for path in own_ring.parent.glob("*keyring.json*") if "lock" not in path.name] == [own_ring.name]
