"""Change the keys: make one, let it encrypt, bring what rests under older ones to it, drop what nothing needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs

from . import keyring
from .encryption import Unreadable, current_ring, decrypt, encrypt
from .keyring import Key, Keyring, KeyringUnusable
from .queries import Column, counts_by_key, is_anything_encrypted

REENCRYPT = "vigie.apps.vault.tasks.reencrypt"
BATCH = 200  # values of one short transaction


class KeyRefused(Exception):
    """The key cannot be made, used or dropped so; the message says why."""


@dataclass(slots=True)
class Progress:
    """Of one pass over the columns."""

    renewed: int = 0
    unreadable: int = 0  # their key is lost, or they were tampered with: left as they are


def make_first_key() -> None:
    """For `vigie init`: raise KeyringUnusable rather than begin a second keyring beside a lost or distant one."""
    path = settings.VIGIE.keyring_file
    if not path.exists() and is_anything_encrypted():
        raise KeyringUnusable(
            f"{path} is missing, and this database holds what rests under its keys: "
            "copy it from where it is (docs/runbooks/keys.md)."
        )
    keyring.make_missing(path)


@transaction.atomic
def begin_anew(*, by: str, now: datetime) -> None:
    """Make a keyring where the old one is lost for good: what rests under it stays, and opens no more."""
    path = settings.VIGIE.keyring_file
    if path.exists():
        raise KeyRefused(_("There is a keyring: move it away first."))
    record(kind="keyring-lost", by=by, at=now)
    keyring.make_missing(path)


@transaction.atomic
def prepare_key(*, by: str, now: datetime) -> Key:
    """Add a key that does not encrypt yet: every machine gets the file first."""
    with _changing() as (path, ring):
        if ring.prepared is not None:
            raise KeyRefused(_("A key is prepared already: rotate to it."))
        longer = ring.with_new(now.isoformat())
        record(kind="key-prepared", by=by, at=now, key=longer.keys[-1].name)
        keyring.write(path, longer)
    return longer.keys[-1]


@transaction.atomic
def rotate(*, by: str, now: datetime) -> Key:
    """Encrypt from now on under the prepared key, or a new one; a job brings the rest to it."""
    with _changing() as (path, ring):
        keys = ring.keys if ring.prepared else ring.with_new(now.isoformat()).keys
        key = keys[-1]
        record(kind="key-rotated", by=by, at=now, key=key.name, before=ring.current)
        # The key in its name: a pass that still runs for the rotation before must not swallow this one.
        jobs.enqueue(REENCRYPT, key=f"reencrypt:{key.name}", now=now)
        keyring.write(path, Keyring(keys, key.name))
    return key


@transaction.atomic
def drop_key(*, name: str, by: str, now: datetime) -> None:
    """Take a key out of the file once nothing rests under it here; older backups still need it."""
    with _changing() as (path, ring):
        if ring.key(name) is None:
            raise KeyRefused(_("There is no such key."))
        if name == ring.current:
            raise KeyRefused(_("This key encrypts: rotate first."))
        if counts_by_key()[name]:
            raise KeyRefused(_("Something still rests under this key: a worker has not brought it to the new one yet."))
        record(kind="key-dropped", by=by, at=now, key=name)
        keyring.write(path, replace(ring, keys=tuple(key for key in ring.keys if key.name != name)))


@contextmanager
def _changing() -> Iterator[tuple[Path, Keyring]]:
    path = settings.VIGIE.keyring_file
    current_ring()  # makes the first one where that is allowed
    with keyring.changing(path):
        yield path, keyring.read(path)


def reencrypt_batch(column: Column, after: int, progress: Progress) -> int | None:
    """Bring the next values to the current key, in one short transaction; return where to go on, None at the end."""
    field = column.field
    with transaction.atomic():
        jobs.fence()
        waiting = column.not_under(current_ring().current).filter(pk__gt=after).order_by("pk").select_for_update()
        rows = list(waiting.values_list("pk", field.about, field.name)[:BATCH])
        for pk, about, stored in rows:
            try:
                clear = decrypt(stored, purpose=field.purpose, about=about)
            except Unreadable:
                progress.unreadable += 1
                continue
            fresh = encrypt(clear, purpose=field.purpose, about=about)
            column.model._base_manager.filter(pk=pk).update(**{field.name: fresh})
            progress.renewed += 1
    return rows[-1][0] if rows else None
