"""vigie people: who may see and do what, over whom, until when."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import USAGE, actor, django_ready, end, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.accounts.granting import Target
    from vigie.apps.accounts.models import Role, User

app = typer.Typer(add_completion=False, no_args_is_help=True, help="People and their roles: list, invite, grant, end.")

Email = Annotated[str, typer.Argument(help="E-mail address of the person.")]
Kind = Annotated[str, typer.Argument(help="A role: establishment_officer, regional_agency, national_analyst...")]
Over = Annotated[
    str,
    typer.Option(help="A FINESS number; `group:CODE`, `region:CODE` or `department:CODE`; or `nation`."),
]
Until = Annotated[str | None, typer.Option(help="Last day (YYYY-MM-DD), included; without it the role has no end.")]


@app.command("list")
def list_(
    everybody: Annotated[bool, typer.Option("--all", help="Roles that ended, or have not begun, as well.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON, one line a role.")] = False,
) -> None:
    """Print who holds which role, over whom, until when.

    Examples:

        vigie people list

        vigie people list --all --json
    """
    django_ready()
    from vigie.apps.accounts.models import Role, User

    now = datetime.now(UTC)
    roles = Role.objects.all() if everybody else Role.objects.in_force(now)
    rows = roles.select_related("user", "establishment", "group", "territory", "delegated_from").order_by(
        "user__email", "pk"
    )
    if json:
        print_json_lines(_facts(role, now) for role in rows)
        return
    for role in rows:
        say(_line(role, now))
    for user in User.objects.filter(is_active=True, roles=None).order_by("email"):
        say(f"{user.email}  has no role: sees nothing")


def _facts(role: "Role", now: datetime) -> dict[str, Any]:
    return {
        "role": role.pk,
        "email": role.user.email,
        "kind": role.kind,
        "over": _over(role),
        "valid_from": role.valid_from,
        "valid_until": role.valid_until,
        "in_force": role.is_in_force(now),
        "ended_at": role.ended_at,
        "delegated_from": role.delegated_from_id,
    }


def _over(role: "Role") -> str:
    if role.establishment is not None:
        return role.establishment.finess
    if role.group is not None:
        return f"group:{role.group.code}"
    return f"{role.territory.kind}:{role.territory.code}" if role.territory is not None else "nation"


def _line(role: "Role", now: datetime) -> str:
    until = f" until {role.valid_until:%Y-%m-%d %H:%M} UTC" if role.valid_until else ""
    lent = f" (delegated from role {role.delegated_from_id})" if role.delegated_from_id else ""
    gone = "" if role.is_in_force(now) else " - not in force"
    return f"{role.pk:>6}  {role.user.email}  {role.kind}  over {_over(role)}{until}{lent}{gone}"


@app.command()
def invite(
    email: Email,
    kind: Kind,
    over: Over = "nation",
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    until: Until = None,
) -> None:
    """Make an account, give it a role, and print the link that signs in once, within seven days.

    Examples:

        vigie people invite aline@hospital.example establishment_officer --over 000000026 --name "Aline Exemple"

        vigie people invite ars@region.example regional_agency --over region:84
    """
    django_ready()
    from django.conf import settings
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from vigie.apps.accounts import actions

    try:
        validate_email(email)
    except ValidationError:
        end(f"{email} is not an e-mail address.", USAGE)
    try:
        _, token = actions.invite(
            email=email,
            name=name,
            kind=kind,
            over=_target(over),
            until=_day_after(until),
            by=actor(),
            now=datetime.now(UTC),
        )
    except actions.RoleRefused as refused:
        end(f"{refused} {_choices(kind)}", USAGE)
    if token is None:
        say(f"{email} is {kind} over {over}. They have an account already, and sign in as before.")
        return
    say(f"{email} is {kind} over {over}. Give them this link, by a way that you trust; it works once:")
    say(f"http://{settings.VIGIE.host}:{settings.VIGIE.port}/link/{token}")


@app.command()
def grant(email: Email, kind: Kind, over: Over = "nation", until: Until = None) -> None:
    """Give one more role to somebody who has an account.

    Examples:

        vigie people grant aline@hospital.example provider --over 000000034 --until 2027-03-31
    """
    django_ready()
    from vigie.apps.accounts import actions

    try:
        actions.grant_role(
            user=_user(email),
            kind=kind,
            over=_target(over),
            valid_until=_day_after(until),
            by=actor(),
            now=datetime.now(UTC),
        )
    except actions.RoleRefused as refused:
        end(f"{refused} {_choices(kind)}", USAGE)
    say(f"{email} is {kind} over {over}.")


@app.command()
def delegate(
    role: Annotated[int, typer.Argument(help="Number of the role, from `vigie people list`.")],
    email: Email,
    until: Annotated[str, typer.Option(help="Last day (YYYY-MM-DD), included.")],
) -> None:
    """Lend a role to somebody until a date; it ends with the role that it comes from, if that comes first.

    Examples:

        vigie people delegate 12 bruno@hospital.example --until 2026-12-31
    """
    django_ready()
    from vigie.apps.accounts import actions

    last = _day_after(until)
    try:
        lent = actions.delegate(
            role=_role(role), to=_user(email), until=last or datetime.now(UTC), by=actor(), now=datetime.now(UTC)
        )
    except actions.RoleRefused as refused:
        end(str(refused), USAGE)
    say(f"{email} is {lent.kind} over {_over(lent)} until {until}, that day included: role {lent.pk}.")


@app.command("end")
def end_(role: Annotated[int, typer.Argument(help="Number of the role, from `vigie people list`.")]) -> None:
    """End a role at once, and with it what was delegated from it.

    Examples:

        vigie people end 12
    """
    django_ready()
    from vigie.apps.accounts import actions

    try:
        actions.end_role(role=_role(role), by=actor(), now=datetime.now(UTC))
    except actions.RoleRefused as refused:
        end(str(refused))
    say(f"Role {role} has ended.")


@app.command()
def reset(email: Email) -> None:
    """Forget the second factors of somebody who lost them, end their sessions and tokens, print a link that signs in.

    Make sure by another way that it is them who ask. They are told by mail, as are those who answer for the same
    places and the duty managers: each can refuse it, which closes the account.

    Examples:

        vigie people reset aline@hospital.example
    """
    django_ready()
    from django.conf import settings

    from vigie.apps.accounts import actions

    token = actions.start_again(user=_user(email), by=actor(), now=datetime.now(UTC))
    say(f"The second factors of {email} are forgotten. Within the hour, once:")
    say(f"http://{settings.VIGIE.host}:{settings.VIGIE.port}/link/{token}")


@app.command()
def essential(
    finess: Annotated[str, typer.Argument(help="FINESS number of the operator.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It is not an essential operator any more.")] = False,
) -> None:
    """Note that an establishment is an operator of essential services; shown on no page.

    ANSSI sees nothing of it by this alone: which findings it shows is its own agreement, recorded on its page.

    Examples:

        vigie people essential 000000026
    """
    django_ready()
    from vigie.apps.registry import actions
    from vigie.apps.registry.models import Establishment

    one = Establishment.objects.filter(finess=finess).first()
    if one is None:
        end(f"{finess} is not in the registry.", USAGE)
    actions.mark_essential(establishment=one, essential=not withdraw, by=actor(), now=datetime.now(UTC))
    say(f"{finess} is noted.")


def _choices(kind: str) -> str:
    from vigie.apps.accounts.enums import RoleKind
    from vigie.apps.accounts.rights import SCOPES

    if kind not in RoleKind.values:
        return f"The roles are: {', '.join(RoleKind.values)}."
    return f"{kind} is given over: {', '.join(sorted(SCOPES[kind]))}."


def _user(email: str) -> "User":
    from vigie.apps.accounts.queries import user_by_email

    user = user_by_email(email)
    if user is None:
        end(f"Nobody signs in as {email}: invite them with `vigie people invite`.", USAGE)
    return user


def _role(number: int) -> "Role":
    from vigie.apps.accounts.models import Role

    found = Role.objects.select_related("user", "delegated_from").filter(pk=number).first()
    if found is None:
        end(f"There is no role {number}: see `vigie people list --all`.", USAGE)
    return found


def _target(text: str) -> "Target":
    from vigie.apps.accounts.queries import NotInRegistry, over_named

    try:
        return over_named(text)
    except NotInRegistry:
        end(
            f"--over {text}: not in the registry. Give a FINESS number, group:CODE, region:CODE, department:CODE.",
            USAGE,
        )


def _day_after(text: str | None) -> datetime | None:
    """The end of that day in the time zone of the installation."""
    from django.utils import timezone

    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        following = day + timedelta(days=1)
        return timezone.make_aware(datetime(following.year, following.month, following.day))  # noqa: DTZ001
    except (ValueError, OverflowError):
        end(f"--until {text}: write a day as YYYY-MM-DD.", USAGE)
