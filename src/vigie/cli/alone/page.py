"""The report as one HTML page that stands alone: no script, nothing fetched, readable on paper."""

import os
import tempfile
from contextlib import suppress
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from string import Template

from vigie.data import starter

from .judged import Weakness
from .report import Report

_NO_ADDRESS = "–"  # of a domain


class CannotWrite(Exception):
    """The page cannot be written; the message says where and why."""


def check_writable(path: Path) -> None:
    """Find out before anything is sent, not after; raises CannotWrite."""
    if path.is_dir():
        raise CannotWrite(f"{path} is a folder: give the name of a file.")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".vigie-"):
            pass
    except OSError as error:
        raise CannotWrite(f"The report cannot be written to {path}: {error.strerror}.") from error


def write(report: Report, path: Path) -> None:
    """Write the whole page or nothing; raises CannotWrite (disk full, read-only folder)."""
    content = render(report).encode()
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".vigie-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o600)  # it names weaknesses: for its owner's eyes
            Path(temporary).replace(path)
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise CannotWrite(f"The report cannot be written to {path}: {error.strerror}.") from error


def render(report: Report) -> str:
    """The page; every value that came from outside is escaped."""
    words = report.words
    told = words["footer_catalogue"].format(count=len(starter.catalogue()), version=_version())
    return _template().substitute(
        {slug: escape(text) for slug, text in words.items()},
        language=report.language,
        answer=escape(report.answer()),
        counts=escape(report.counts()),
        is_stopped=f'<p class="stopped" role="status">{escape(words["stopped"])}</p>' if report.summary.stopped else "",
        authority_rows="".join(
            f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in report.authority_lines()
        ),
        weaknesses=_weaknesses(report),
        service_rows="".join(_service_row(report, index) for index in range(len(report.services))),
        unknowns_section=_unknowns(report),
        told=escape(told),
    )


def _version() -> str:
    try:
        return version("vigie")
    except PackageNotFoundError:
        return "?"


@cache
def _template() -> Template:
    return Template(files(__package__).joinpath("report.html").read_text(encoding="utf-8"))


def _weaknesses(report: Report) -> str:
    if not report.weaknesses:
        return ""
    items = "".join(_weakness(report, weakness) for weakness in report.weaknesses)
    title = escape(report.words["first"])
    return f'<section aria-labelledby="first"><h2 id="first">{title}</h2><ol class="weaknesses">{items}</ol></section>'


def _weakness(report: Report, weakness: Weakness) -> str:
    words, text = report.words, weakness.text
    marks = [words[f"priority_{weakness.priority.value}"], words[f"severity_{weakness.severity.value}"]]
    shown = "".join(f"<li>{escape(mark)}</li>" for mark in marks)
    if weakness.exploited:
        shown += f'<li class="burning">{escape(words["exploited"])}</li>'
    shown += f"<li>{escape(report.work(text.minutes))}</li>"
    steps = "".join(f"<li>{escape(step)}</li>" for step in text.steps)
    parts = (("what", text.what), ("why", text.why_for_care))
    later = (("meanwhile", text.meanwhile), ("verified", text.verified_by))
    places = ", ".join(f"<code>{escape(place)}</code>" for place in weakness.places)
    evidence = "".join(
        f"<li>{escape(item.label)}: <code>{escape(item.value)}</code></li>" for item in weakness.evidence if item.value
    )
    evidence += f"<li>{escape(', '.join(weakness.cves))}</li>" if weakness.cves else ""
    return (
        f'<li><h3>{escape(text.title)}</h3><ul class="marks">{shown}</ul><p>{escape(words["where"])} {places}</p>'
        + _paragraphs(words, parts)
        + f"<h4>{escape(words['steps'])}</h4><ol>{steps}</ol>"
        + _paragraphs(words, later)
        + f"<details open><summary>{escape(words['evidence'])}</summary><ul>{evidence}</ul></details></li>"
    )


def _paragraphs(words: dict[str, str], parts: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"<h4>{escape(words[slug])}</h4><p>{escape(text)}</p>" for slug, text in parts)


def _service_row(report: Report, index: int) -> str:
    service = report.services[index]
    look, words = service.look, report.words
    kind = "weak" if service.weaknesses else "unknown" if service.is_unknown else "sound"
    cells = (
        f"<code>{escape(look.address or _NO_ADDRESS)}</code>",
        f"<code>{look.port}</code>",
        escape(look.name or words["by_address"]),
        escape(look.service or words["not_recognised"]),
        escape(report.product_of(service)),
    )
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr>{row}<td class="{kind}">{escape(report.state_of(service))}</td></tr>'


def _unknowns(report: Report) -> str:
    lines = report.unknown_lines()
    if not lines:
        return ""
    words = report.words
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f'<section aria-labelledby="unknowns" class="hatched"><h2 id="unknowns">{escape(words["unknowns"])}</h2>'
        f"<p>{escape(words['unknowns_help'])}</p><ul>{items}</ul></section>"
    )
