"""Who the caller is; where the chain that seals the audit trail stands."""

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from vigie.apps.accounts.models import Role
from vigie.apps.audit import queries as audit
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment

from .access import caller, for_whoever_signed_in, needs
from .schemas.people import HeadOut, HeadState, MeOut, RoleOut, TokenOut

router = Router(tags=[_("You, and the audit trail")])


@router.get("/me", response=MeOut, summary=_("Tell who you are here, and what you may do"))
@for_whoever_signed_in()
def me(request: HttpRequest) -> MeOut:
    who = caller(request)
    return MeOut(
        email=who.user.email,
        name=who.user.name,
        roles=[
            RoleOut(kind=role.kind, scope=role.scope_kind, over=_over(role), valid_until=role.valid_until)
            for role in who.user.roles_at(timezone.now())
        ],
        token=TokenOut.model_validate(who.token) if who.token else None,
    )


def _over(role: Role) -> str | None:
    over = role.over
    if over is None:
        return None
    return over.finess if isinstance(over, Establishment) else over.code


@router.get("/audit/head", response=HeadState, summary=_("Read the last seal of the audit trail, to keep it elsewhere"))
@needs(Right.CAMPAIGNS, Right.PEOPLE)
def audit_head(request: HttpRequest) -> HeadState:
    """A hash and a number, no event: whoever keeps it can later prove that nothing before it was altered."""
    found = audit.head(timezone.now())
    return HeadState(head=HeadOut(**asdict(found)) if found else None)
