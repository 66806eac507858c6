"""vigie keys: under which keys do secrets and evidence rest?"""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from .runtime import FAILED, actor, django_ready, end, print_json_lines, say

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The keys of what rests encrypted: list, rotate, drop."
)


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON, one line a key.")] = False,
) -> None:
    """Print each key and how many values rest under it, the oldest first; also those that the keyring lacks.

    Examples:

        vigie keys list

        vigie keys list --json
    """
    django_ready()
    from vigie.apps.vault.encryption import current_ring
    from vigie.apps.vault.keyring import KeyringUnusable
    from vigie.apps.vault.queries import counts_by_key

    try:
        ring = current_ring()
    except KeyringUnusable as error:
        end(str(error), FAILED)
    counts = counts_by_key()
    facts: list[dict[str, Any]] = []
    for key in ring.keys:
        state = "encrypts" if key.name == ring.current else "prepared" if key == ring.prepared else "opens"
        facts.append(
            {"key": key.name, "state": state, "made_at": key.made_at or None, "values": counts.pop(key.name, 0)}
        )
    facts += [
        {"key": name, "state": "lost", "made_at": None, "values": count} for name, count in sorted(counts.items())
    ]
    if json:
        print_json_lines(facts)
        return
    for one in facts:
        made = one["made_at"][:10] if one["made_at"] else "with the installation"
        since = "not in the keyring: cannot be opened" if one["state"] == "lost" else f"made {made}"
        say(f"{one['key']}  {one['state']:<9} {one['values']:>9} values  {since}")


@app.command()
def rotate(
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the key: copy the file to every machine, then rotate.")
    ] = False,
    lost: Annotated[
        bool, typer.Option("--lost", help="The keyring is gone for good: begin another one, which opens nothing older.")
    ] = False,
) -> None:
    """Encrypt from now on under a new key, and have a worker bring everything else to it.

    Examples:

        vigie keys rotate

        vigie keys rotate --prepare
    """
    django_ready()
    from django.conf import settings

    from vigie.apps.vault import actions
    from vigie.apps.vault.keyring import KeyringUnusable

    now, path = datetime.now(UTC), settings.VIGIE.keyring_file
    try:
        if lost:
            actions.begin_anew(by=actor(), now=now)
        key = (actions.prepare_key if prepare else actions.rotate)(by=actor(), now=now)
    except (actions.KeyRefused, KeyringUnusable) as error:
        end(str(error), FAILED)
    if prepare:
        say(f"{key.name} is prepared in {path}. Copy that file to every machine, then run `vigie keys rotate`.")
        return
    say(f"{key.name} encrypts from now on. A worker brings the rest to it: see `vigie keys list`.")
    say(f"Copy {path} to every other machine and to your safe, apart from the backups of the database.")


@app.command()
def drop(key: Annotated[str, typer.Argument(help="Name of the key, from `vigie keys list`.")]) -> None:
    """Take a key out of the keyring, once nothing rests under it; backups of before still need it: keep a copy.

    Examples:

        vigie keys drop 3f9a01bc
    """
    django_ready()
    from vigie.apps.vault import actions
    from vigie.apps.vault.keyring import KeyringUnusable

    try:
        actions.drop_key(name=key, by=actor(), now=datetime.now(UTC))
    except (actions.KeyRefused, KeyringUnusable) as error:
        end(str(error), FAILED)
    say(f"{key} is dropped.")
