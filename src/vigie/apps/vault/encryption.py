"""Secrets and evidence at rest: `encrypt` before it is stored, `decrypt` once it is read. The one mechanism for all.

    stored = encrypt(body, purpose="attachment", about=declaration.pk)
    body = decrypt(stored, purpose="attachment", about=declaration.pk)

What is stored is: magic (3 bytes), name of the key (4), nonce (12), ciphertext and tag: AES-256-GCM under a key drawn
from the named one for that purpose. Purpose and owner are authenticated with it: what is moved to another column or to
another owner does not open. Store it in an EncryptedField (fields.py), so that a rotation finds it.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from . import keyring
from .keyring import NAME_BYTES, Keyring, KeyringUnusable

MAGIC = b"VK1"
HEAD_BYTES = len(MAGIC) + NAME_BYTES
NONCE_BYTES, TAG_BYTES = 12, 16
OVERHEAD_BYTES = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
About = int | str  # whose it is: the key of the row that it hangs from


class Unreadable(Exception):
    """What is stored cannot be opened: its key is missing, or it is not as it was stored."""


class KeyMissing(Unreadable):
    """The keyring does not hold the key that this rests under; holds its name."""


def encrypt(data: bytes, *, purpose: str, about: About) -> bytes:
    """Return what may be stored; raise KeyringUnusable when this machine has no keys."""
    ring = current_ring()
    return _encrypted_under(ring, ring.current, data, purpose, about)


def _encrypted_under(ring: Keyring, name: str, data: bytes, purpose: str, about: About) -> bytes:
    head, nonce = head_of(name), os.urandom(NONCE_BYTES)
    return head + nonce + _box(ring, name, purpose).encrypt(nonce, data, _bound(head, purpose, about))


def decrypt(stored: bytes | memoryview, *, purpose: str, about: About) -> bytes:
    """Return what was encrypted; raise Unreadable, KeyringUnusable."""
    whole = bytes(stored)
    if len(whole) < OVERHEAD_BYTES or not whole.startswith(MAGIC):
        raise Unreadable("this was not encrypted here")
    head, nonce, rest = whole[:HEAD_BYTES], whole[HEAD_BYTES:][:NONCE_BYTES], whole[HEAD_BYTES + NONCE_BYTES :]
    try:
        return _box(current_ring(), key_name(whole), purpose).decrypt(nonce, rest, _bound(head, purpose, about))
    except InvalidTag as error:
        raise Unreadable("this is not as it was stored, or not where it was stored") from error


def head_of(name: str) -> bytes:
    """What everything begins with that rests under this key."""
    return MAGIC + bytes.fromhex(name)


def key_name(stored: bytes) -> str:
    return stored[len(MAGIC) : HEAD_BYTES].hex()


def _bound(head: bytes, purpose: str, about: About) -> bytes:
    return b"\0".join((head, purpose.encode(), str(about).encode()))


def _box(ring: Keyring, name: str, purpose: str) -> AESGCM:
    key = ring.key(name)
    if key is None:
        raise KeyMissing(name)
    return _derived(key.secret, purpose)


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> AESGCM:
    """A key a purpose: a random nonce serves 2^32 messages of one key (NIST SP 800-38D, 8.3), far above any of ours."""
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"vigie " + purpose.encode()).derive(secret))


def current_ring() -> Keyring:
    """The keys of this installation, as its file holds them now.

    One machine with its own database makes its first key by itself. With PostgreSQL there may be others that
    encrypt already: `vigie init` makes it, or it is copied from them.
    """
    path = settings.VIGIE.keyring_file
    try:
        return keyring.read(path)
    except KeyringUnusable:
        if path.exists() or settings.VIGIE.database_url is not None or not path.parent.is_dir():
            raise
    keyring.make_missing(path)
    return keyring.read(path)
