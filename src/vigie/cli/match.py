"""vigie match: is this version of this product concerned by this vulnerability?"""

import json as json_text
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .json_lines import BadLine, converse, read
from .runtime import USAGE, django_ready, end

if TYPE_CHECKING:
    from vigie.engine.matching import VulnerabilityRecord

_CVE = re.compile(r"CVE-\d{4}-\d{1,12}")
Records = Callable[[str], "tuple[VulnerabilityRecord, ...]"]


class _Question(msgspec.Struct):
    vendor: str
    product: str
    cve: str
    version: str | None = None
    update: str | None = None
    edition: str | None = None
    platform: str | None = None
    distribution: str | None = None
    package: str | None = None


def match(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one question a line from stdin.")] = False,
    starter_only: Annotated[
        bool, typer.Option("--starter-only", help="Hear only the catalogue that ships with Vigie.")
    ] = False,
) -> None:
    """Say for each question whether the version is affected, fixed, not_affected, conditional or unknown.

    A line {"vendor","product","version","cve"}, with "edition" and "platform" if known, is answered by a line
    {"verdict","evidence","source"}; a line that is no question by {"verdict":"unknown","error"}. What this
    installation has stored is heard besides the catalogue that ships with Vigie; neither is needed for the other.

    Examples:

        echo '{"vendor":"fortinet","product":"fortios","version":"7.0.5","cve":"CVE-2024-21762"}' | vigie match --jsonl

        vigie match --jsonl < questions.jsonl > answers.jsonl
    """
    if not jsonl:
        end("Give --jsonl and questions on stdin; `vigie match --help` shows one.", USAGE)
    converse(_Desk(_sources(starter_only)).answer)


@dataclass(frozen=True, slots=True)
class _Desk:
    records: Records

    def answer(self, line: bytes) -> str:
        try:
            return _plain(self._judged(read(line, _Question)))
        except BadLine as error:
            return _plain({"verdict": "unknown", "error": str(error)})

    def _judged(self, asked: _Question) -> dict[str, str]:
        from vigie.data.aliases import aliases
        from vigie.data.names import product_named
        from vigie.engine.facts import Identity
        from vigie.engine.matching import answer

        cve = asked.cve.strip().upper()
        if not _CVE.fullmatch(cve):
            raise BadLine(f"{asked.cve[:40]!r} is not a CVE identifier")
        vendor, product = product_named(asked.vendor, asked.product)
        identity = Identity(
            vendor, product, asked.version or None, asked.update or None, asked.edition or None,
            asked.distribution or None, asked.package or None, asked.platform or None,
        )  # fmt: skip
        found = answer(cve, identity, self.records(cve), aliases())
        told = {"verdict": found.verdict.value, "evidence": found.evidence, "source": found.source}
        return told | ({"fixed_in": found.fixed_in} if found.fixed_in else {})


def _plain(value: dict[str, str]) -> str:
    return json_text.dumps(value, ensure_ascii=False)


def _sources(starter_only: bool) -> Records:
    from vigie.data import starter

    stored = None if starter_only else _stored()

    @lru_cache(maxsize=4096)
    def heard(cve: str) -> "tuple[VulnerabilityRecord, ...]":
        return starter.beside(cve, stored(cve) if stored else ())

    return heard


def _stored() -> Records | None:
    """What the database of this installation holds; None when there is no installation here."""
    from vigie.config.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", USAGE)
    if settings.database_url is None and not (settings.home / "vigie.sqlite3").is_file():
        return None
    django_ready()
    from vigie.apps.vulns.queries import records_of

    return records_of
