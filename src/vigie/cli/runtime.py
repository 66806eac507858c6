"""What every command shares: starting Django, printing facts, ending with a sentence instead of a traceback."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

OK = 0
FAILED = 1  # it could not be done; the sentence says why
USAGE = 2  # the command was not well asked
STOPPED = 3  # a stop, or Ctrl-C, ended it; what was done is kept


def end(sentence: str, code: int = FAILED) -> NoReturn:
    """Print one sentence on stderr and leave with that exit code."""
    print(sentence, file=sys.stderr)  # noqa: T201
    raise SystemExit(code)


def django_ready(*, database: bool = True) -> None:
    """Start Django for this command; end with a sentence when the settings or the database cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.django")
    from vigie.config import catalogues
    from vigie.config.settings import SettingsError

    try:
        import django

        catalogues.compile_stale()
        django.setup()
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", USAGE)
    if database:
        _check_database()


def _check_database() -> None:
    from vigie.config.readiness import missing_migrations

    problem = missing_migrations()
    if problem:
        end(problem)


def actor() -> str:
    """Who runs the command, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, in a container
        return "cli"


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def print_json(value: Any) -> None:
    """One JSON document on stdout; datetimes and decimals as text."""
    print(json.dumps(value, ensure_ascii=False, default=str))  # noqa: T201


def print_json_lines(values: Iterable[Any]) -> None:
    for value in values:
        print_json(value)


def guarded(command: Callable[[], Any]) -> int:
    """Run the whole command line; no failure of the machine ends in a traceback."""
    try:
        command()
    except KeyboardInterrupt:
        print("\nStopped. What was recorded is kept.", file=sys.stderr)  # noqa: T201
        return STOPPED
    except BrokenPipeError:
        # The reader of our output left (head, less): not an error, and stdout cannot be flushed any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        print(_machine_trouble(error), file=sys.stderr)  # noqa: T201
        return FAILED
    return OK


def _machine_trouble(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"The machine refused{where}: {error.strerror or error}. Run `vigie doctor` to see what is missing."
