"""The keys under which secrets and evidence rest: one file, each key with its name, one of them current.

The file is the only copy: whoever has the database without it has nothing, and whoever loses it has lost what rests
under it. Several machines hold the same file: docs/runbooks/keys.md.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

KEY_BYTES = 32
NAME_BYTES = 4


class KeyringUnusable(Exception):
    """The file is not there, cannot be read, or is not one that Vigie wrote; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Key:
    name: str  # eight hexadecimal digits: they stand at the head of all that rests under it
    secret: bytes = field(repr=False)
    made_at: str  # ISO 8601; "" when it was made with the installation


@dataclass(frozen=True, slots=True)
class Keyring:
    keys: tuple[Key, ...]  # oldest first
    current: str  # name of the one that encrypts

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)

    @property
    def prepared(self) -> Key | None:
        """The latest key when it was made and does not encrypt yet: it waits until every machine has it."""
        latest = self.keys[-1]
        names = [key.name for key in self.keys]
        return latest if names.index(self.current) < len(names) - 1 else None

    def with_new(self, made_at: str) -> "Keyring":
        return replace(self, keys=(*self.keys, new_key(made_at)))


def new_key(made_at: str) -> Key:
    return Key(secrets.token_hex(NAME_BYTES), secrets.token_bytes(KEY_BYTES), made_at)


def first_keyring() -> Keyring:
    key = new_key("")
    return Keyring((key,), key.name)


def read(path: Path) -> Keyring:
    """Raise KeyringUnusable; the file is parsed again only once it has changed."""
    try:
        state = path.stat()
    except OSError as error:
        raise KeyringUnusable(f"The keyring {path} cannot be read: {error.strerror}.") from error
    return _parsed(path, state.st_mtime_ns, state.st_ino, state.st_size)


@lru_cache(maxsize=8)
def _parsed(path: Path, *_version: int) -> Keyring:
    try:
        told = json.loads(path.read_text())
        keys = tuple(
            Key(str(one["name"]), base64.b64decode(one["secret"], validate=True), str(one["made_at"]))
            for one in told["keys"]
        )
        ring = Keyring(keys, str(told["current"]))
        whole = all(len(key.secret) == KEY_BYTES and len(bytes.fromhex(key.name)) == NAME_BYTES for key in keys)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyringUnusable(f"{path} is not a keyring that Vigie wrote, or this user may not read it.") from error
    if not whole or ring.key(ring.current) is None:
        raise KeyringUnusable(f"{path} is damaged: a key of it is not whole. Bring it back from its copy.")
    return ring


def write(path: Path, ring: Keyring) -> None:
    """Replace the file at once: no reader ever sees half of it, and a crash leaves the old one."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    keys = [
        {"name": key.name, "secret": base64.b64encode(key.secret).decode(), "made_at": key.made_at} for key in ring.keys
    ]
    document = {"product": "vigie", "what": "keyring", "current": ring.current, "keys": keys}
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(document, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """One process at a time changes the file; those that read it never wait."""
    with os.fdopen(os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_missing(path: Path) -> None:
    """Make the first keyring of an installation, unless there is one."""
    with changing(path):
        if not path.exists():
            write(path, first_keyring())
