"""Who becomes what, over whom, until when: the rules of giving, ending and delegating a role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from vigie.apps.audit.actions import record
from vigie.apps.registry.models import Establishment, Group, Territory

from .enums import RoleKind, ScopeKind
from .models import Role, User
from .rights import SCOPES

Target = Establishment | Group | Territory | None


class RoleRefused(Exception):
    """The role cannot be given, ended or delegated so; the message says why."""


def scope_kind_of(over: Target) -> ScopeKind:
    if over is None:
        return ScopeKind.NATION
    if isinstance(over, Establishment):
        return ScopeKind.ESTABLISHMENT
    return ScopeKind.GROUP if isinstance(over, Group) else ScopeKind.TERRITORY


def refuse_oneself(*, giver: User, receiver: User) -> None:
    """Two persons are needed to widen what one may see: whoever administers would else read everything."""
    if giver.pk == receiver.pk:
        raise RoleRefused(_("Nobody gives a role to themselves."))


@transaction.atomic
def grant_role(
    *,
    user: User,
    kind: str,
    over: Target = None,
    by: str,
    now: datetime,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Role:
    """Give a role over an establishment, a group, a territory, or the nation when `over` is None."""
    scope = scope_kind_of(over)
    if kind not in RoleKind.values:
        raise RoleRefused(_("There is no such role."))
    if scope not in SCOPES[kind]:
        raise RoleRefused(_("This role cannot be given over that."))
    start = valid_from or now
    if valid_until is not None and valid_until <= max(start, now):
        raise RoleRefused(_("The role would end before it starts."))
    given = {scope.value: over} if over is not None else {}
    User.objects.select_for_update().get(pk=user.pk)  # two administrators at once: one of them waits
    same = Role.objects.filter(user=user, kind=kind, scope_kind=scope, delegated_from=None, **given)
    if same.in_force(max(start, now)).exists():
        raise RoleRefused(_("This person already has this role there."))
    return _write(
        Role(user=user, kind=kind, scope_kind=scope, valid_from=start, valid_until=valid_until, **given), by, now
    )


@transaction.atomic
def delegate(*, role: Role, to: User, until: datetime, by: str, now: datetime) -> Role:
    """Lend a role to somebody until a date; it ends with the role that it comes from, if that comes first."""
    mine = Role.objects.select_for_update(of=("self",)).in_force(now).filter(pk=role.pk).first()
    if mine is None:
        raise RoleRefused(_("This role is not in force."))
    if mine.delegated_from_id is not None:
        raise RoleRefused(_("A role that was delegated is not delegated further."))
    if to.pk == mine.user_id or not to.is_active:
        raise RoleRefused(_("It must be delegated to somebody else, whose account is open."))
    if until <= now or (mine.valid_until is not None and until > mine.valid_until):
        raise RoleRefused(_("A delegation ends, and not after the role itself."))
    lent = Role(
        user=to,
        kind=mine.kind,
        scope_kind=mine.scope_kind,
        establishment_id=mine.establishment_id,
        group_id=mine.group_id,
        territory_id=mine.territory_id,
        valid_from=now,
        valid_until=until,
        delegated_from=mine,
    )
    return _write(lent, by, now)


def _write(role: Role, by: str, now: datetime) -> Role:
    role.recorded_at, role.recorded_by = now, by
    role.save()
    record(
        kind="role-delegated" if role.delegated_from_id else "role-granted",
        by=by,
        at=now,
        subject=role.user,
        role=role.pk,
        kind_of_role=role.kind,
        over=f"{role.scope_kind}:{role.over.pk}" if role.over else "nation",
        until=role.valid_until.isoformat() if role.valid_until else None,
        delegated_from=role.delegated_from_id,
    )
    role.user.__dict__.pop("held_roles", None)
    return role


@transaction.atomic
def end_role(*, role: Role, by: str, now: datetime) -> None:
    """End a role at once, and with it what was delegated from it."""
    if not Role.objects.filter(pk=role.pk, ended_at=None).update(ended_at=now, ended_by=by):
        raise RoleRefused(_("This role has already ended."))
    record(kind="role-ended", by=by, at=now, subject=role.user, role=role.pk, kind_of_role=role.kind)
    role.user.__dict__.pop("held_roles", None)
