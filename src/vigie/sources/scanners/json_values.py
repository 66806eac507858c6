"""What are the values of a JSON report: one a line, or in an array?"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson
import msgspec

from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.json_stream import opened

from .limits import MOST_BYTES, MOST_OF_A_RECORD, Watched, refuse_deep

_ENDS = {"end_map", "end_array"}


def values_at(path: Path, *wanted: str, limit: int = MOST_BYTES) -> Iterator[tuple[str, int, Any]]:
    """Yield (where, position, value) of what stands at these places: "item" is a value of the outermost array,
    "servers.item" one of the array `servers`. Raise SourceError when the document is not whole.

    Numbers are whole or Decimal, of any size: a certificate holds larger ones than a machine word.
    """
    position = 0
    with opened(path, limit=limit) as stream:
        try:
            for where, value in _built(Watched(stream, path.name), path.name, frozenset(wanted)):
                position += 1
                yield where, position, value
        except (ijson.JSONError, ValueError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "not JSON"
            raise SourceUnreadable(f"{path.name} is not whole JSON after value {position}: {reason}.") from error


def _built(watched: Watched, name: str, wanted: frozenset[str]) -> Iterator[tuple[str, Any]]:
    # Not ijson.items: it writes the whole path at each level, which a deep document turns into gigabytes.
    places: list[str] = []  # of the containers that are open
    in_map: list[bool] = []
    key = where = ""
    builder: Any = None
    for event, value in ijson.basic_parse(watched, buf_size=1 << 16):
        if builder is None:
            watched.since = 0
        if event == "map_key":
            key = value
        elif event in {"start_map", "start_array"}:
            place = key if in_map and in_map[-1] else "item" if in_map else ""
            places.append(place)
            in_map.append(event == "start_map")
            refuse_deep(len(places), name)
            if builder is None and (where := _dotted(places)) in wanted:
                builder, depth = ijson.ObjectBuilder(), len(places)
        elif (
            event not in _ENDS
            and builder is None
            and in_map
            and (where := _dotted([*places, key if in_map[-1] else "item"])) in wanted
        ):
            yield where, value
        if builder is not None:
            builder.event(event, value)
        if event in _ENDS:
            places.pop()
            in_map.pop()
            if builder is not None and len(places) < depth:
                yield where, builder.value
                builder = None


def _dotted(places: list[str]) -> str:
    return ".".join(places[1:]) if len(places) <= 4 else ""


def lines(path: Path, *, limit: int = MOST_BYTES) -> Iterator[tuple[int, bytes] | BadRow]:
    """Yield (number, line) of the lines that hold something; one that is too long is never held."""
    with opened(path, limit=limit) as stream:
        file = io.BufferedReader(stream, 1 << 16)
        number = 0
        while raw := file.readline(MOST_OF_A_RECORD + 1):
            number += 1
            if len(raw) > MOST_OF_A_RECORD:
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(MOST_OF_A_RECORD)
                yield BadRow(number, f"longer than {MOST_OF_A_RECORD // 1_000_000} MB")
            elif line := raw.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, line


def values_of_lines(path: Path, *, limit: int = MOST_BYTES) -> Iterator[tuple[int, Any] | BadRow]:
    """Yield (number, value) of each line; a bad line is a BadRow, a bad last one is a file that was cut."""
    held: BadRow | None = None
    for item in lines(path, limit=limit):
        if held is not None:
            yield held
            held = None
        if isinstance(item, BadRow):
            yield item
            continue
        try:
            yield item[0], msgspec.json.decode(item[1])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            held = BadRow(item[0], f"not JSON: {error}")
    if held is not None:
        raise SourceUnreadable(f"{path.name} is cut: its last line, {held.line}, is {held.reason}.")
