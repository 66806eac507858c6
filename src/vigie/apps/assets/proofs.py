"""Ask for a proof that a declared value is one's own, note what was seen of it, decide on a document."""

import hashlib
from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.models import Establishment
from vigie.apps.vault.encryption import decrypt, encrypt
from vigie.data.ownership import ownership_rule
from vigie.engine.file_name import shown_file_name
from vigie.probes.ownership import Shown, Sight, record_name

from .enums import AssetKind, ProofMethod, ProofState
from .models import Asset, Proof, ProofDocument, ProofQuerySet
from .refusals import AlreadyOver, InvalidProof

CHECK = "vigie.apps.assets.tasks.check_proof"
AHEAD = 20  # a person waits for the answer
LIVE = (ProofState.WAITING, ProofState.ACCEPTED)
TYPES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@transaction.atomic
def ask_proof(*, asset: Asset, method: str, by: str, now: datetime) -> Proof:
    """Give the token to be published; the same question again has the same token while it is fresh.

    Raise InvalidProof where that method cannot prove such an asset.
    """
    if method not in {ProofMethod.DNS, ProofMethod.FILE}:
        raise InvalidProof(_("A document is sent, not asked for."))
    if method == ProofMethod.DNS and record_name(asset.kind, asset.value) is None:
        raise InvalidProof(
            _("%(value)s has no reverse zone of its own: prove it with a signed document.") % {"value": asset.value}
        )
    if method == ProofMethod.FILE and asset.kind == AssetKind.RANGE:
        raise InvalidProof(_("A file proves one address: prove %(value)s in the DNS, or with a signed document.")
                           % {"value": asset.value})  # fmt: skip
    live: Proof | None = _live(asset, method).select_for_update().first()
    if live is not None and (
        live.state == ProofState.ACCEPTED or now - live.asked_at < ownership_rule(now.date()).token
    ):
        return live
    if live is not None:
        _live(asset, method).update(state=ProofState.LAPSED)
    proof = _made(asset, method, by, now, token=token_hex(20))
    audit.record(kind="proof-asked", by=by, at=now, subject=asset.establishment, proof=proof.pk, value=asset.value)
    return proof


def _live(asset: Asset, method: str) -> ProofQuerySet:
    return Proof.objects.filter(
        establishment=asset.establishment_id, kind=asset.kind, value=asset.value, method=method, state__in=LIVE
    )


def _made(asset: Asset, method: str, by: str, now: datetime, **values: str) -> Proof:
    return Proof.objects.create(
        establishment=asset.establishment,
        kind=asset.kind,
        value=asset.value,
        method=method,
        asked_at=now,
        asked_by=by,
        **values,
    )


@transaction.atomic
def ask_to_check(*, proof: Proof, by: str, now: datetime) -> None:
    """Have it looked for at once, by a worker; asking again while it is under way changes nothing."""
    waiting = Proof.objects.filter(pk=proof.pk, state__in=LIVE, checking_since=None).exclude(token="")
    if waiting.update(checking_since=now):
        audit.record(kind="proof-check-asked", by=by, at=now, subject=proof.establishment, proof=proof.pk)
        jobs.place(jobs.Order(CHECK, {"proof_id": proof.pk}, key=f"proof:{proof.pk}", priority=AHEAD), now=now)


@transaction.atomic
def note_sight(*, proof: Proof, sight: Sight, by: str, now: datetime) -> Proof:
    """Record what a look for the token met: seen, it holds and is renewed; missing too often, it lapses.

    What nobody could tell changes nothing but the date.
    """
    rule = ownership_rule(now.date())
    mine = Proof.objects.filter(pk=proof.pk, state__in=LIVE)
    mine.update(checking_since=None, checked_at=now, told=sight.told[:200])
    if sight.shown is Shown.YES:
        places = [sight.place] if sight.place else []
        mine.update(misses=0, places=places, valid_until=now + rule.holds[proof.method])
        if mine.filter(state=ProofState.WAITING).update(state=ProofState.ACCEPTED, decided_at=now, decided_by=by):
            audit.record(kind="proof-accepted", by=by, at=now, subject=proof.establishment, proof=proof.pk)
    elif sight.shown is Shown.NO:
        mine.update(misses=F("misses") + 1)
        if mine.filter(state=ProofState.ACCEPTED, misses__gte=rule.misses).update(state=ProofState.LAPSED):
            audit.record(kind="proof-lapsed", by=by, at=now, subject=proof.establishment, proof=proof.pk)
    proof.refresh_from_db()
    return proof


def due(now: datetime) -> list[Proof]:
    """Accepted proofs whose token is to be looked for again."""
    rule = ownership_rule(now.date())
    shown = Proof.objects.in_force(now).exclude(token="")
    fresh = shown.filter(misses=0, checked_at__lte=now - rule.look_again)
    missed = shown.filter(misses__gt=0, checked_at__lte=now - rule.retry)
    return list((fresh | missed).filter(checking_since=None).order_by("checked_at", "pk"))


@transaction.atomic
def lapse_old(*, by: str, now: datetime) -> int:
    """Proofs whose time is over, and tokens that nobody published; return how many."""
    rule = ownership_rule(now.date())
    ended = list(Proof.objects.filter(state=ProofState.ACCEPTED, valid_until__lte=now).select_related("establishment"))
    for proof in ended:
        audit.record(kind="proof-lapsed", by=by, at=now, subject=proof.establishment, proof=proof.pk)
    Proof.objects.filter(pk__in=[proof.pk for proof in ended]).update(state=ProofState.LAPSED)
    stale = Proof.objects.filter(state=ProofState.WAITING, asked_at__lte=now - rule.token).exclude(token="")
    # A look that its worker never ended is asked again.
    Proof.objects.filter(checking_since__lte=now - timedelta(hours=1)).update(checking_since=None)
    return len(ended) + stale.update(state=ProofState.LAPSED)


@transaction.atomic
def send_document(*, asset: Asset, name: str, data: bytes, by: str, now: datetime) -> Proof:
    """Keep a signed document for an analyst to review; raise InvalidProof. A second one takes the first one's place."""
    most = ownership_rule(now.date()).document_bytes
    if not data or len(data) > most:
        raise InvalidProof(
            _("The document is empty, or larger than %(most)d MB: send it as a PDF.") % {"most": most // 1_000_000}
        )
    kind = next((kind for start, kind in TYPES.items() if data.startswith(start)), None)
    if kind is None:
        raise InvalidProof(_("This is neither a PDF nor a PNG or JPEG picture: send the signed document as a PDF."))
    digest = hashlib.sha256(data).hexdigest()
    _live(asset, ProofMethod.DOCUMENT).filter(state=ProofState.WAITING).update(
        state=ProofState.REFUSED, reason="replaced by another document", decided_at=now, decided_by=by
    )
    _live(asset, ProofMethod.DOCUMENT).update(state=ProofState.LAPSED)
    proof = _made(
        asset,
        ProofMethod.DOCUMENT,
        by,
        now,
        document_sha256=digest,
        document_name=shown_file_name(name, otherwise="document"),
        document_type=kind,
    )
    audit.record(kind="proof-sent", by=by, at=now, subject=asset.establishment, proof=proof.pk, sha256=digest)
    ProofDocument.objects.create(proof=proof, body=encrypt(data, purpose="proof-document", about=proof.pk))
    return proof


def document_of(proof: Proof) -> bytes | None:
    """What was sent; None when nothing was kept. Raise vault.Unreadable when its key is lost."""
    kept = ProofDocument.objects.filter(proof=proof).first()
    return None if kept is None else decrypt(kept.body, purpose="proof-document", about=proof.pk)


@transaction.atomic
def judge_document(*, proof: Proof, accepted: bool, reason: str, by: str, now: datetime) -> None:
    """An analyst read it; a refusal says why. Raise InvalidProof, AlreadyOver when it was decided before."""
    if not accepted and not reason.strip():
        raise InvalidProof(_("Say why the document does not prove it: the establishment reads this sentence."))
    values = {"decided_at": now, "decided_by": by, "reason": reason.strip()[:300], "checked_at": now}
    if accepted:
        holds = ownership_rule(now.date()).holds[ProofMethod.DOCUMENT]
        values |= {"state": ProofState.ACCEPTED, "valid_until": now + holds}
    else:
        values["state"] = ProofState.REFUSED
    if not Proof.objects.to_review().filter(pk=proof.pk).update(**values):
        raise AlreadyOver(_("This document was decided on already."))
    kind = "proof-accepted" if accepted else "proof-refused"
    audit.record(kind=kind, by=by, at=now, subject=proof.establishment, proof=proof.pk, reason=values["reason"])


@transaction.atomic
def vouch(
    *, establishment: Establishment, values: list[tuple[str, str]], reference: str, by: str, now: datetime
) -> int:
    """Accept (kind, value) pairs on documents that the operator of this installation has reviewed on paper.

    `reference` names them. Those that are proved by a document already are left as they are; return how many are new.
    """
    held = Proof.objects.filter(establishment=establishment, method=ProofMethod.DOCUMENT, state__in=LIVE)
    known = set(held.values_list("kind", "value"))
    until = now + ownership_rule(now.date()).holds[ProofMethod.DOCUMENT]
    new = [
        Proof(
            establishment=establishment, kind=kind, value=value, method=ProofMethod.DOCUMENT, valid_until=until,
            state=ProofState.ACCEPTED, asked_at=now, asked_by=by, checked_at=now, decided_at=now, decided_by=by,
            reason=reference[:300],
        )
        for kind, value in dict.fromkeys(values)
        if (kind, value) not in known
    ]  # fmt: skip
    if new:
        Proof.objects.bulk_create(new, batch_size=500)
        audit.record(
            kind="proof-accepted", by=by, at=now, subject=establishment, assets=len(new), reason=reference[:300]
        )
    return len(new)
