"""The second proof of who somebody is: codes of an application, passkeys, and codes kept on paper."""

import hashlib
import hmac
import json
import secrets
from base64 import b32decode, b32encode, b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

from vigie.apps.audit.actions import record
from vigie.apps.vault.encryption import Unreadable, decrypt, encrypt

from .enums import ProofKind
from .models import Proof, ProofQuerySet, User

STEP_SECONDS, DIGITS = 30, 6  # RFC 6238, as every application of codes reads it by default
EARLY_OR_LATE = 1  # steps: a telephone may be half a minute off
PAPER_CODES, PAPER_BYTES = 10, 5
MOST_PASSKEYS = 10
Credential = Mapping[str, Any]


class ProofRefused(Exception):
    """The code, or the passkey, is not the right one; which part is wrong is not told."""


def _kept(text: str, user: User) -> bytes:
    """A copy of the database alone gives nobody's codes, and a proof moved to another account opens nothing."""
    return encrypt(text.encode(), purpose="second-factor", about=user.pk)


def _read(row: Proof) -> str:
    """Raise ProofRefused when it cannot be read any more: `vigie people reset` gives a new start."""
    try:
        return decrypt(row.secret, purpose="second-factor", about=row.user_id).decode()
    except Unreadable as error:
        raise ProofRefused from error


def proofs_of(user: User) -> ProofQuerySet:
    """What they enrolled, oldest first; codes on paper alone are not a second factor."""
    return Proof.objects.filter(user=user).exclude(kind=ProofKind.PAPER).order_by("pk")


def is_enrolled(user: User) -> bool:
    return proofs_of(user).exists()


def new_secret() -> str:
    return b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one half-minute (RFC 4226, section 5.3)."""
    digest = hmac.new(b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute that this code belongs to, among those around now."""
    around = range(step_of(now) - EARLY_OR_LATE, step_of(now) + EARLY_OR_LATE + 1)
    return next((step for step in around if hmac.compare_digest(code_at(secret, step).encode(), code.encode())), None)


@transaction.atomic
def enrol_application(*, user: User, secret: str, code: str, by: str, now: datetime) -> list[str]:
    """Keep the secret once the application has shown a right code; return the codes to keep on paper."""
    step = _matching_step(secret, "".join(code.split()), now) if secret else None
    if step is None or Proof.objects.filter(user=user, kind=ProofKind.APPLICATION).exists():
        raise ProofRefused
    Proof.objects.create(
        user=user,
        kind=ProofKind.APPLICATION,
        secret=_kept(secret, user),
        last_step=step,
        created_at=now,
        last_used_at=now,
    )
    record(kind="second-factor-added", by=by, at=now, subject=user, how="application")
    return _paper_codes(user, now)


def _paper_codes(user: User, now: datetime) -> list[str]:
    """Made with the first proof, and shown once: only their hashes are kept."""
    if Proof.objects.filter(user=user, kind=ProofKind.PAPER).exists():
        return []
    codes = [b32encode(secrets.token_bytes(PAPER_BYTES)).decode().lower() for _ in range(PAPER_CODES)]
    hashes = json.dumps([hashlib.sha256(code.encode()).hexdigest() for code in codes])
    Proof.objects.create(user=user, kind=ProofKind.PAPER, secret=_kept(hashes, user), created_at=now)
    return codes


@transaction.atomic
def check_code(*, user: User, code: str, by: str, now: datetime) -> None:
    """Accept a code of the application or one kept on paper, each once; raise ProofRefused."""
    typed = "".join(code.split()).lower()[:20]
    # Locked: of two requests that carry the same code, one is refused.
    for row in Proof.objects.select_for_update().filter(user=user).exclude(kind=ProofKind.PASSKEY).order_by("pk"):
        spent = _spend_paper(row, typed) if row.kind == ProofKind.PAPER else _spend_step(row, typed, now)
        if spent:
            row.last_used_at = now
            row.save(update_fields=["secret", "last_step", "last_used_at"])
            record(kind="second-factor-passed", by=by, at=now, subject=user, how=row.kind)
            return
    raise ProofRefused


def _spend_step(row: Proof, code: str, now: datetime) -> bool:
    step = _matching_step(_read(row), code, now)
    if step is None or (row.last_step is not None and step <= row.last_step):
        return False  # seen over a shoulder, a code opens nothing a second time
    row.last_step = step
    return True


def _spend_paper(row: Proof, code: str) -> bool:
    left = json.loads(_read(row))
    typed = hashlib.sha256(code.encode()).hexdigest()
    if typed not in left:
        return False
    left.remove(typed)
    row.secret = _kept(json.dumps(left), row.user)
    return True


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(name="Vigie", id=host))


def _credentials(user: User) -> list[AttestedCredentialData]:
    """Those that can be read: one whose key is lost opens nothing, and hinders no other."""
    found = []
    for row in Proof.objects.filter(user=user, kind=ProofKind.PASSKEY).order_by("pk"):
        with suppress(ProofRefused):
            found.append(AttestedCredentialData(b64decode(_read(row))))
    return found


def ask_new_passkey(*, user: User, host: str) -> tuple[dict[str, Any], Any]:
    """What the browser is asked, and what its answer is compared with (kept in the session)."""
    whose = PublicKeyCredentialUserEntity(
        id=f"vigie:{user.pk}".encode(), name=user.email, display_name=user.name or user.email
    )
    asked, state = _server(host).register_begin(whose, credentials=_credentials(user))
    return dict(asked), state


@transaction.atomic
def enrol_passkey(
    *, user: User, name: str, credential: Credential, state: Any, host: str, by: str, now: datetime
) -> list[str]:
    """Keep the passkey that answered; return the codes to keep on paper."""
    if len(_credentials(user)) >= MOST_PASSKEYS:
        raise ProofRefused
    try:
        made = _server(host).register_complete(state, credential).credential_data
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProofRefused from error
    if made is None:
        raise ProofRefused
    secret = _kept(b64encode(made).decode(), user)
    label = "".join(c for c in name if c.isprintable()).strip()[:80]
    Proof.objects.create(user=user, kind=ProofKind.PASSKEY, name=label, secret=secret, created_at=now)
    record(kind="second-factor-added", by=by, at=now, subject=user, how="passkey")
    return _paper_codes(user, now)


def ask_passkey(*, user: User, host: str) -> tuple[dict[str, Any], Any]:
    asked, state = _server(host).authenticate_begin(_credentials(user))
    return dict(asked), state


@transaction.atomic
def check_passkey(*, user: User, credential: Credential, state: Any, host: str, by: str, now: datetime) -> None:
    """Accept the answer of an enrolled passkey; raise ProofRefused."""
    try:
        _server(host).authenticate_complete(state, _credentials(user), credential)
    # The library lets what its cryptography finds wrong come as it is.
    except (ValueError, TypeError, KeyError, AttributeError, InvalidSignature) as error:
        raise ProofRefused from error
    record(kind="second-factor-passed", by=by, at=now, subject=user, how="passkey")


@transaction.atomic
def remove_proof(*, user: User, pk: int, by: str, now: datetime) -> None:
    """Take one proof away; with the last one go the codes on paper."""
    removed, _ = proofs_of(user).filter(pk=pk).delete()
    if not removed:
        raise ProofRefused
    if not is_enrolled(user):
        Proof.objects.filter(user=user).delete()
    record(kind="second-factor-removed", by=by, at=now, subject=user, proof=pk)


@transaction.atomic
def forget_proofs(*, user: User, by: str, now: datetime) -> int:
    """For somebody who lost everything: whoever administers does it, after having made sure of who asks."""
    count = proofs_of(user).count()
    Proof.objects.filter(user=user).delete()
    record(kind="second-factor-forgotten", by=by, at=now, subject=user, proofs=count)
    return count
