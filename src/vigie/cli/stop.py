"""vigie stop: end all traffic, now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from .runtime import actor, django_ready, end, say


def stop(
    reason: Annotated[str, typer.Option(help="Why; kept with the order.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Allow packets again.")] = False,
) -> None:
    """Stop everything: within two seconds no packet of this installation leaves any more, and nothing starts.

    The order is a file in VIGIE_HOME and a row in the database: the file stops what runs on this machine even when
    the database does not answer, the row stops the workers of every machine. Campaigns that it stopped stay stopped.

    Exit codes: 0 ordered or lifted, 1 could not be ordered everywhere (the sentence says what is not stopped).

    Examples:

        vigie stop --reason "the VPN of the hospital slows down"

        vigie stop --lift
    """
    if lift:
        _lift()
        return
    _write_file(reason)
    django_ready()
    from vigie.apps.scans import actions

    order = actions.stop_everything(by=actor(), reason=reason, now=datetime.now(UTC))
    say(f"Everything is stopped, by the order of {order.ordered_at:%Y-%m-%d %H:%M:%S} UTC ({order.ordered_by}).")
    say("Nothing starts until `vigie stop --lift`.")


def _write_file(reason: str) -> None:
    """Before anything that can fail or be slow: what looks on this machine sees it within 0.2 s."""
    from vigie.config.settings import SettingsError, load

    try:
        home: Path = load().home
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "STOP").write_text(f"{datetime.now(UTC).isoformat()} cli: {reason}\n", encoding="utf-8")
    except SettingsError as error:
        end(f"NOT stopped. The settings cannot be used:\n{error}")
    except OSError as error:
        say(f"The file STOP could not be written ({error}); the order goes through the database alone.")


def _lift() -> None:
    django_ready()
    from vigie.apps.scans import actions

    had_file = actions.stop_file().exists()  # a stop ordered while the database did not answer left only that
    lifted = actions.lift_stop(by=actor(), now=datetime.now(UTC))
    say("The stop is lifted: campaigns can start." if lifted or had_file else "No stop was in force.")
