"""How long does a banner take to be told, the ordinary and the hostile?"""

import json
import time
from collections.abc import Iterator

from bench import Case
from vigie.cli.fingerprint import answer
from vigie.data import rules

ROUNDS = 20
LARGEST = 4096


def run() -> Iterator[Case]:
    examples = rules.examples()
    lines = [_line(one.kind, one.text) for one in examples]
    answer(lines[0])  # the rules are compiled once for the process
    began = time.perf_counter()
    for _ in range(ROUNDS):
        for line in lines:
            answer(line)
    mean = (time.perf_counter() - began) * 1000 / (ROUNDS * len(lines))
    note = f"{len(rules.rules())} rules, {len(lines)} banners that they carry, a line in and a line out"
    yield Case("detect", "a banner told, mean", round(mean, 4), "ms", "< 0.1 ms", mean < 0.1, note=note)
    slowest, kind, what = max(
        (_milliseconds(_line(kind, text)), kind, what)
        for kind in sorted(rules.matcher().kinds)
        for what, text in _hostile(kind)
    )
    note = f"the slowest: {what}, as {kind}"
    yield Case(
        "detect", "a hostile banner of 4 kB, at worst", round(slowest, 2), "ms", "<= 5 ms", slowest <= 5, note=note
    )


def _hostile(kind: str) -> Iterator[tuple[str, str]]:
    """Texts made to be slow: what a backtracking engine takes seconds for."""
    beginnings = {one.text for one in rules.examples() if one.kind == kind}
    yield "blanks", " " * LARGEST
    yield "digits and dots", "1." * (LARGEST // 2)
    yield "one letter", "a" * LARGEST
    yield "every example at once", " ".join(sorted(beginnings))[:LARGEST]
    for text in sorted(beginnings)[:20]:
        yield f"{text[:30]!r} again and again", (text * (LARGEST // len(text) + 1))[:LARGEST]
        yield f"{text[:30]!r}, then digits", (text + "9" * LARGEST)[:LARGEST]


def _milliseconds(line: bytes) -> float:
    """The best of three: another process of the machine is not the banner's doing."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        answer(line)
        best = min(best, (time.perf_counter() - began) * 1000)
    return best


def _line(kind: str, text: str) -> bytes:
    return json.dumps({"kind": kind, "banner": text}).encode()
