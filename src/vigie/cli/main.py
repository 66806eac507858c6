"""The `vigie` command: one module per noun, imported only when it is asked for."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from .runtime import guarded

# name -> module:attribute (a Typer application, or a function that is the command)
COMMANDS = {
    "init": "vigie.cli.init:init",
    "serve": "vigie.cli.serve:serve",
    "worker": "vigie.cli.worker:worker",
    "demo": "vigie.cli.demo:demo",
    "lab": "vigie.cli.lab:app",
    "import": "vigie.cli.imports:app",
    "feeds": "vigie.cli.feeds:app",
    "versions": "vigie.cli.versions:app",
    "match": "vigie.cli.match:match",
    "fingerprint": "vigie.cli.fingerprint:fingerprint",
    "exposed": "vigie.cli.exposed:exposed",
    "alerts": "vigie.cli.alerts:app",
    "image": "vigie.cli.image:app",
    "perimeter": "vigie.cli.perimeter:app",
    "scan": "vigie.cli.scan:scan",
    "campaign": "vigie.cli.campaign:app",
    "finding": "vigie.cli.finding:app",
    "incident": "vigie.cli.incident:app",
    "report": "vigie.cli.report:app",
    "notices": "vigie.cli.notices:app",
    "level": "vigie.cli.level:level",
    "card": "vigie.cli.card:card",
    "group-audit": "vigie.cli.groupaudit:app",
    "time-to-fix": "vigie.cli.timetofix:time_to_fix",
    "people": "vigie.cli.people:app",
    "audit": "vigie.cli.audit:app",
    "keys": "vigie.cli.keys:app",
    "sweep": "vigie.cli.sweep:app",
    "stop": "vigie.cli.stop:stop",
    "doctor": "vigie.cli.doctor:doctor",
}


def load(name: str) -> Any:
    """The click command of one entry of COMMANDS."""
    module, _, attribute = COMMANDS[name].partition(":")
    target = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        alone.command(name)(target)
        target = alone
    command = typer.main.get_command(target)
    command.name = name
    return command


class Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return load(cmd_name) if cmd_name in COMMANDS else None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="The permanent observatory of the cybersecurity level of health establishments: look, listen, tell.",
    epilog="Exit codes: 0 done, 1 could not be done, 2 badly asked, 3 stopped. "
    "Start here: `vigie demo` for an invented region, `vigie scan --help` for one hospital alone tonight.",
)


@app.callback()
def options() -> None:
    """Options come with each command."""


def main() -> None:
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
