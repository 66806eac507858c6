"""vigie fingerprint: which product says this?"""

from typing import Annotated, Any

import msgspec
import typer

from .json_lines import BadLine, converse, read
from .runtime import USAGE, end, say

_OPTIONAL = ("update", "edition", "platform", "distribution", "package", "versions")
_encode = msgspec.json.Encoder().encode


class _Question(msgspec.Struct):
    kind: str
    banner: str


def fingerprint(
    jsonl: Annotated[bool, typer.Option("--jsonl", help='Read {"kind","banner"} a line from stdin.')] = False,
    kinds: Annotated[bool, typer.Option("--kinds", help="List the kinds of banner that some rule reads.")] = False,
) -> None:
    """Tell the product, its version and its CPE 2.3 name from what it says of itself.

    Each line is answered by {"vendor","product","version","cpe23","confidence"}; "versions" is a range where only a
    range can be known, "distribution" and "package" the package of a Linux distribution. What no rule recognises has
    null in each field and confidence 0; a line that is no question has "error" besides. Nothing is sent to anyone.

    Examples:

        echo '{"kind":"ssh","banner":"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3"}' | vigie fingerprint --jsonl

        vigie fingerprint --kinds
    """
    if kinds:
        from vigie.data.rules import matcher

        for kind in sorted(matcher().kinds):
            say(kind)
    elif jsonl:
        converse(answer)
    else:
        end("Give --jsonl and banners on stdin, or --kinds; `vigie fingerprint --help` shows one.", USAGE)


def answer(line: bytes) -> str:
    """One JSON object for one line of stdin."""
    try:
        told = _recognised(read(line, _Question))
    except BadLine as error:
        told = _NOTHING | {"error": str(error)}
    return _encode(told).decode()


_NOTHING: dict[str, Any] = {"vendor": None, "product": None, "version": None, "cpe23": None, "confidence": 0}


def _recognised(asked: _Question) -> dict[str, Any]:
    from vigie.data.rules import matcher
    from vigie.engine.fingerprints import texts_of_banner

    texts = texts_of_banner(asked.kind, asked.banner)
    known = matcher()
    if texts and not any(kind in known.kinds for kind, _ in texts):
        raise BadLine(
            f"no rule reads the kind {asked.kind[:40]!r}; `vigie fingerprint --kinds` lists those that are read"
        )
    identities = known.identify_texts(texts)
    if not identities:
        return _NOTHING
    first = identities[0]
    told = {
        "vendor": first.vendor,
        "product": first.product,
        "version": first.version,
        "cpe23": first.cpe23,
        "confidence": first.confidence,
    }
    return told | {name: value for name in _OPTIONAL if (value := getattr(first, name))}
