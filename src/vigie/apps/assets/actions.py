"""Declare and end assets; grant and withdraw mandates; each kept in the audit trail."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment

from .addresses import is_public
from .contests import note_second_claim
from .enums import Intensity
from .models import Asset, Mandate
from .refusals import AlreadyOver
from .terms import MandateTerms, asset_terms, mandate_terms


@transaction.atomic
def declare_asset(
    *,
    establishment: Establishment,
    kind: str,
    value: str,
    by: str,
    now: datetime,
    label: str = "",
    exchanges_care_data: bool = False,
    hosted_by: str = "",
) -> Asset:
    """Declare a domain, an address or a range from today on; raise InvalidAsset with a sentence.

    The same value again is the same asset; with another label or tag, the former is ended and a new one begins.
    """
    terms = asset_terms(establishment=establishment, kind=kind, value=value, label=label, now=now, hosted_by=hosted_by)
    same = Asset.objects.current().filter(
        establishment=establishment, kind=terms.kind, value=terms.value, valid_until=None
    )
    before: Asset | None = same.first()
    if before is not None:
        told = (before.label, before.exchanges_care_data, before.hosted_by)
        if told == (terms.label, exchanges_care_data, terms.hosted_by):
            return before
        same.end(now.date(), now=now)
    asset: Asset = Asset.objects.create(
        establishment=establishment,
        kind=terms.kind,
        value=terms.value,
        label=terms.label,
        exchanges_care_data=exchanges_care_data,
        hosted_by=terms.hosted_by,
        valid_from=now.date(),
        recorded_at=now,
    )
    audit.record(
        kind="asset-declared", by=by, at=now, subject=establishment, asset=asset.pk, what=terms.kind, value=terms.value
    )
    if before is None and is_public(terms.kind, terms.value):
        note_second_claim(asset=asset, by=by, now=now)
    return asset


@transaction.atomic
def end_asset(*, asset: Asset, by: str, now: datetime, day: date | None = None) -> None:
    """End it on that day, today by default: from then on no mandate covers it. Raise AlreadyOver."""
    open_rows = Asset.objects.current().filter(
        establishment=asset.establishment_id, kind=asset.kind, value=asset.value, valid_until=None
    )
    if not open_rows.end(day or now.date(), now=now):
        raise AlreadyOver(_("%(value)s is not declared any more.") % {"value": asset.value})
    audit.record(kind="asset-ended", by=by, at=now, subject=asset.establishment, asset=asset.pk, value=asset.value)


@transaction.atomic
def grant_mandate(
    *,
    establishment: Establishment,
    kind: str,
    signatory: str,
    basis: str,
    valid_from: datetime,
    valid_until: datetime,
    by: str,
    now: datetime,
    intensity: str = Intensity.STANDARD,
    windows: str = "",
    exclusions: Iterable[str] = (),
    excluded_ports: Iterable[int | str] = (),
    allow_mllp_frame: bool = False,
    host: str = "",
) -> Mandate:
    """Record an authorisation; raise InvalidMandate with a sentence. The very same one again is not recorded twice."""
    terms = mandate_terms(
        establishment=establishment,
        kind=kind,
        signatory=signatory,
        basis=basis,
        valid_from=valid_from,
        valid_until=valid_until,
        intensity=intensity,
        windows=windows,
        exclusions=exclusions,
        excluded_ports=excluded_ports,
        allow_mllp_frame=allow_mllp_frame,
        host=host,
        now=now,
    )
    same = next((one for one in identical_mandates(establishment, terms) if one.withdrawn_at is None), None)
    if same is not None:
        return same
    values = {**asdict(terms), "windows": list(terms.windows), "exclusions": list(terms.exclusions)}
    values["excluded_ports"] = list(terms.excluded_ports)
    mandate = Mandate.objects.create(establishment=establishment, recorded_at=now, recorded_by=by, **values)
    audit.record(
        kind="mandate-granted",
        by=by,
        at=now,
        subject=establishment,
        mandate=mandate.pk,
        mandate_kind=terms.kind,
        signatory=terms.signatory,
        until=terms.valid_until.isoformat(),
    )
    return mandate


def identical_mandates(establishment: Establishment, terms: MandateTerms) -> list[Mandate]:
    """Mandates of these very terms, withdrawn ones included, oldest first."""
    alike = Mandate.objects.filter(
        establishment=establishment,
        kind=terms.kind,
        host=terms.host,
        signatory=terms.signatory,
        basis=terms.basis,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        intensity=terms.intensity,
        allow_mllp_frame=terms.allow_mllp_frame,
    ).order_by("id")
    lists = (list(terms.windows), list(terms.exclusions), list(terms.excluded_ports))
    return [one for one in alike if (one.windows, one.exclusions, one.excluded_ports) == lists]


@transaction.atomic
def withdraw_mandate(*, mandate: Mandate, by: str, now: datetime) -> None:
    """End the authorisation at once; raise AlreadyOver when it was withdrawn before."""
    changed = Mandate.objects.filter(pk=mandate.pk, withdrawn_at=None).update(withdrawn_at=now, withdrawn_by=by)
    if not changed:
        raise AlreadyOver(_("This mandate is already withdrawn."))
    audit.record(kind="mandate-withdrawn", by=by, at=now, subject=mandate.establishment, mandate=mandate.pk)
