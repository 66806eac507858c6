"""The perimeter of an establishment: what it declares, the mandates, and withdrawing one at once."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.accounts.guard import ESTABLISHMENT
from vigie.apps.assets import actions
from vigie.apps.assets.models import Asset, Mandate
from vigie.apps.assets.queries import mandates_of
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.timeline import as_of_day

from .access import caller, needs
from .schemas import values
from .schemas.perimeter import AssetIn, AssetOut, MandateOut, PerimeterOut, asset_out, mandate_out

router = Router(tags=[_("Perimeter and mandates")])


@router.get(
    "/establishments/{slug:finess}/perimeter",
    response=PerimeterOut,
    summary=_("Read what it declares and who allowed that it be looked at"),
)
@needs(Right.PERIMETER, of=ESTABLISHMENT)
def perimeter(request: HttpRequest, finess: str, as_of: values.AsOfDay = None) -> PerimeterOut:
    one, asked = get_object_or_404(Establishment, finess=finess), as_of_day(as_of, timezone.now())
    assets = Asset.objects.as_of(asked.day, asked.moment).filter(establishment=one).order_by("kind", "value", "pk")
    mandates = mandates_of(one.pk).filter(recorded_at__lte=asked.moment)
    return PerimeterOut(
        assets=[asset_out(row) for row in assets], mandates=[mandate_out(row, asked.moment) for row in mandates]
    )


@router.post(
    "/establishments/{slug:finess}/assets",
    response={201: AssetOut},
    summary=_("Declare a domain, an address or a range, from today on"),
)
@needs(Right.DECLARE, of=ESTABLISHMENT)
def declare_asset(request: HttpRequest, finess: str, told: AssetIn) -> Status[AssetOut]:
    one = get_object_or_404(Establishment, finess=finess)
    made = actions.declare_asset(establishment=one, **told.model_dump(), by=caller(request).by, now=timezone.now())
    return Status(201, asset_out(made))


@router.post(
    "/establishments/{slug:finess}/assets/{int:pk}/end",
    response={204: None},
    summary=_("Take an asset out of the perimeter today"),
)
@needs(Right.DECLARE, of=ESTABLISHMENT)
def end_asset(request: HttpRequest, finess: str, pk: int) -> Status[None]:
    asset = get_object_or_404(Asset, pk=pk, establishment__finess=finess)
    actions.end_asset(asset=asset, by=caller(request).by, now=timezone.now())
    return Status(204, None)


@router.post(
    "/establishments/{slug:finess}/mandates/{int:pk}/withdraw",
    response=MandateOut,
    summary=_("Withdraw a mandate: nothing is sent under it any more"),
)
@needs(Right.GRANT, of=ESTABLISHMENT)
def withdraw_mandate(request: HttpRequest, finess: str, pk: int) -> MandateOut:
    mandate = get_object_or_404(Mandate, pk=pk, establishment__finess=finess)
    actions.withdraw_mandate(mandate=mandate, by=caller(request).by, now=timezone.now())
    mandate.refresh_from_db()
    return mandate_out(mandate, timezone.now())
