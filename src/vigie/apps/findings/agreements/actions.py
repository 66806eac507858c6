"""An essential operator agrees that ANSSI sees a kind of its findings, or takes it back; the audit trail keeps it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.findings.enums import FindingKind
from vigie.apps.findings.refusals import Incomplete
from vigie.apps.registry.models import Establishment

from .models import Agreement


@transaction.atomic
def agree(
    *,
    establishment: Establishment,
    kinds: Iterable[FindingKind | str],
    signatory: str,
    basis: str,
    by: str,
    now: datetime,
) -> list[Agreement]:
    """From today on, until it is taken back; what was agreed already stays as it is. Raises Incomplete."""
    if not signatory.strip():
        raise Incomplete(_("Say who agreed, for the establishment."), "signatory")
    if not basis.strip():
        raise Incomplete(_("Say on what basis: a convention or a letter, with its date."), "basis")
    # One at a time for one establishment: two people may record the same letter.
    Establishment.objects.select_for_update().get(pk=establishment.pk)
    given = set(Agreement.objects.current().filter(establishment=establishment, valid_until=None).values_list("kind"))
    made = [
        Agreement.objects.create(
            establishment=establishment,
            kind=kind,
            signatory=signatory.strip()[:120],
            basis=basis.strip()[:200],
            valid_from=now.date(),
            recorded_at=now,
            recorded_by=by[:200],
        )
        for kind in map(FindingKind, kinds)
        if (kind.value,) not in given
    ]
    for one in made:
        audit.record(kind="agreement-given", by=by, at=now, subject=establishment, finding_kind=one.kind)
    return made


@transaction.atomic
def take_back(*, establishment: Establishment, kind: FindingKind | str, by: str, now: datetime) -> bool:
    """Show it no more, at once; False when nothing was agreed."""
    given = Agreement.objects.current().filter(establishment=establishment, kind=kind, valid_until=None)
    if not given.end(now.date(), now=now):
        return False
    audit.record(kind="agreement-taken-back", by=by, at=now, subject=establishment, finding_kind=str(kind))
    return True
