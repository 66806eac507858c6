"""Which tool wrote this report, by what it holds and not by its name?"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.json_stream import opened

from . import masscan, nessus, nmap, nuclei, openvas, qualys, sslyze, testssl
from .csv_rows import delimiter_of
from .limits import BEGINNING, MOST_BYTES
from .row import SightingRow, Tool
from .xml_records import root_of

Reader = Callable[[Path], Iterator[SightingRow | BadRow]]

_XML: dict[str, tuple[Tool, Reader]] = {
    "nmaprun": (Tool.NMAP, nmap.read_xml),
    "NessusClientData_v2": (Tool.NESSUS, nessus.read_xml),
    "report": (Tool.OPENVAS, openvas.read_xml),
    "get_reports_response": (Tool.OPENVAS, openvas.read_xml),
    "ASSET_DATA_REPORT": (Tool.QUALYS, qualys.read_asset_data),
    "SCAN": (Tool.QUALYS, qualys.read_scan),
}
_JSON: tuple[tuple[re.Pattern[str], Tool, Reader, Reader], ...] = (
    # sign, tool, reader of an array, reader of lines or of one object
    (re.compile(r'"template-?(id|ID)"\s*:'), Tool.NUCLEI, nuclei.read_array, nuclei.read_lines),
    (re.compile(r'"server_(scan_results|connectivity_errors)"\s*:'), Tool.SSLYZE, sslyze.read_json, sslyze.read_json),
    (re.compile(r'"ip"\s*:.*"ports"\s*:', re.DOTALL), Tool.MASSCAN, masscan.read_json, masscan.read_json),
)
_CSV: tuple[tuple[tuple[frozenset[str], ...], Tool, Reader], ...] = (
    (testssl.CSV_HEADERS, Tool.TESTSSL, testssl.read_csv),
    (openvas.CSV_HEADERS, Tool.OPENVAS, openvas.read_csv),
    (nessus.CSV_HEADERS, Tool.NESSUS, nessus.read_csv),
    (qualys.CSV_HEADERS, Tool.QUALYS, qualys.read_csv),
)
_NOTHING = re.compile(r"\[?\s*(\{\s*finished\s*:\s*1\s*\}\s*)?\]?")
_KNOWN = "nmap, Nessus, OpenVAS, nuclei, masscan, testssl (CSV), sslyze, Qualys"


@dataclass(frozen=True, slots=True)
class Report:
    path: Path
    tool: Tool | None  # None for a file without any content: several tools write that when they found nothing
    reader: Reader

    def read(self) -> Iterator[SightingRow | BadRow]:
        """Yield what the tool says; raise SourceError when the file cannot be trusted whole, even after some rows."""
        return self.reader(self.path)


def recognise(path: Path) -> Report:
    """Raise SourceUnreadable with a sentence when it is no report that Vigie can read."""
    with opened(path, limit=MOST_BYTES) as stream:
        raw = stream.read(BEGINNING)
        ended = len(raw) < BEGINNING and not stream.read(1)
    text = _decoded(raw)
    start = text.lstrip("\ufeff \t\r\n")
    if ended and _NOTHING.fullmatch(start.strip()):
        return Report(path, None, _nothing)
    if start.startswith("<"):
        return _from_xml(path)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceUnreadable(f"{path.name} is in UTF-16: save it again as UTF-8.")
    found = _from_json(path, start) if start.startswith(("[", "{")) else _from_csv(path, text)
    if found is None:
        raise SourceUnreadable(f"{path.name} is no report that Vigie can read: {_KNOWN}.")
    return found


def read(path: Path) -> Iterator[SightingRow | BadRow]:
    """Recognise the report and read it."""
    return recognise(path).read()


def _nothing(_: Path) -> Iterator[SightingRow | BadRow]:
    return iter(())


def _decoded(raw: bytes) -> str:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if wide else "utf-8", "replace")


def _from_xml(path: Path) -> Report:
    root = root_of(path)
    if root.tag == "nmaprun" and root.get("scanner") == "masscan":
        return Report(path, Tool.MASSCAN, masscan.read_xml)
    if root.tag not in _XML:
        raise SourceUnreadable(
            f"{path.name} is XML, but no report that Vigie can read: it begins with {root.tag[:40]!r}."
        )
    return Report(path, *_XML[root.tag])


def _from_json(path: Path, start: str) -> Report | None:
    for sign, tool, of_array, of_lines in _JSON:
        if sign.search(start):
            return Report(path, tool, of_array if start.startswith("[") else of_lines)
    return None


def _from_csv(path: Path, text: str) -> Report | None:
    return next((Report(path, tool, reader) for headers, tool, reader in _CSV if delimiter_of(text, headers)), None)
