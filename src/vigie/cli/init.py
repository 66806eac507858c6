"""vigie init: make the home folder, the database, the administrator."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from .runtime import django_ready, end, say

ROLES = """The first account of an installation is technical administrator, which sees no content, and national analyst,
so that its pages can be seen at all. Once others are invited (`vigie people invite`), end that second role
(`vigie people end`)."""


def init(
    email: Annotated[
        str | None, typer.Option(help="E-mail address of the administrator; asked for when nobody can sign in yet.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when all is well.")] = False,
) -> None:
    """Make or update this installation: its folder, its database, its territories, its administrator.

    It can be run again at any time: it adds what is missing and loses nothing.

    Examples:

        vigie init --email you@hospital.example

        VIGIE_HOME=/srv/vigie vigie init --email you@hospital.example
    """
    prepare()
    link = administrator(email)
    if quiet:
        return
    say("Ready. Start it with `vigie serve`.")
    if link:
        say(f"Sign in once, within the hour, at {link}\nand choose a password there.")
        say(ROLES)


def prepare() -> None:
    """The folder, the secret, the tables, the reference data."""
    from vigie.config.settings import SettingsError, load

    try:
        home = load().home
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", 2)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".write-{secrets.token_hex(4)}"
        probe.write_bytes(b"vigie")
        probe.unlink()
    except OSError as error:
        end(f"{home} cannot be written: {error.strerror}. Choose another folder with VIGIE_HOME.")
    django_ready(database=False)
    _migrate()
    _make_first_key()
    _load_reference_data()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        end(f"The database could not be made: {str(error).strip().splitlines()[0]}. Check VIGIE_DATABASE_URL.")


def _make_first_key() -> None:
    from vigie.apps.vault.actions import make_first_key
    from vigie.apps.vault.keyring import KeyringUnusable

    try:
        make_first_key()
    except KeyringUnusable as error:
        end(str(error))


def _load_reference_data() -> None:
    from vigie.apps.jobs import actions as jobs
    from vigie.apps.registry import actions as registry
    from vigie.apps.vulns import actions as vulns
    from vigie.config.schedules import SCHEDULES

    now = datetime.now(UTC)
    registry.load_territories(now=now)
    vulns.load_starter(now=now)
    jobs.ensure_schedules(SCHEDULES, now=now)


def administrator(email: str | None) -> str | None:
    """Make the first administrator; return a one-time link for them, None when somebody can already sign in."""
    from django.conf import settings

    from vigie.apps.accounts import actions as accounts
    from vigie.apps.accounts.models import User

    if email is None:
        if User.objects.filter(is_active=True).exists():
            return None
        end("Nobody can sign in yet: run again with --email and the address of the administrator.", 2)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_superuser(email)
    accounts.grant_first_roles(user=user, by="vigie init", now=datetime.now(UTC))
    token = accounts.create_sign_in_link(user=user, now=datetime.now(UTC), lifetime=timedelta(hours=1))
    return f"http://{settings.VIGIE.host}:{settings.VIGIE.port}/link/{token}"
