"""The command itself, and what each of its kinds of file is asked with."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Bring in the registry, the survey, the groups, the perimeters and mandates, reports, past declarations.",
    epilog="Each file is read through before anything is written, told by what it holds and not by its name, and can "
    "be imported again: nothing is recorded twice. Exit codes: 0 all came in, 1 a file was refused, 2 badly asked.",
)

Files = Annotated[list[Path], typer.Argument(help="One file or several, imported in this order.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")]
