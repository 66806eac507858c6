"""vigie versions: which of two versions of a product comes first."""

import sys
from typing import Annotated

import msgspec
import typer

from .json_lines import BadLine, converse, read
from .runtime import USAGE, end, say

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Compare versions as their vendors do: one scheme per family of products.",
)


class _Comparison(msgspec.Struct):
    scheme: str
    a: str
    b: str


@app.command()
def compare(
    scheme: Annotated[str, typer.Argument(help="A scheme, or vendor:product.")] = "",
    a: Annotated[str, typer.Argument(help="One version.")] = "",
    b: Annotated[str, typer.Argument(help="The other.")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help='Read {"scheme","a","b"} a line from stdin.')] = False,
) -> None:
    """Print <, = or > : how a stands to b; "?" when one cannot be read or does not say enough.

    With --jsonl, one answer for each line read, in order; a line that is no question is answered "?", and stderr
    says why.

    Examples:

        vigie versions compare fortios 7.0.12 7.0.13

        vigie versions compare --jsonl < pairs.jsonl
    """
    if jsonl:
        converse(_answer)
    elif scheme and a and b:
        say(_order(_Comparison(scheme, a, b)))
    else:
        end("Give a scheme and two versions, or --jsonl and questions on stdin.", USAGE)


@app.command()
def schemes() -> None:
    """List the schemes that `compare` knows.

    Example:

        vigie versions schemes
    """
    from vigie.engine.versions import schemes as known

    for name in known():
        say(name)


def _answer(line: bytes) -> str:
    try:
        return _order(read(line, _Comparison))
    except BadLine as error:
        print(f"a line that is no comparison: {error}", file=sys.stderr)  # noqa: T201
        return "?"


def _order(asked: _Comparison) -> str:
    from vigie.engine.versions import compare as compare_versions
    from vigie.engine.versions import scheme_named

    scheme = scheme_named(asked.scheme)
    return compare_versions(scheme, asked.a, asked.b) if scheme else "?"
