"""How is an XML report of any size read, one record at a time, and nothing else of it kept?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from vigie.sources.faults import SourceRefused, SourceUnreadable
from vigie.sources.json_stream import opened

from .limits import MOST_BYTES, Watched, refuse_deep


@dataclass(frozen=True, slots=True)
class Record:
    position: int  # in the report, from 1: what is around it is not kept, not even its line
    path: tuple[str, ...]  # the elements that it stands in, outermost first
    element: Element
    whole: bool  # False for a mark: its attributes alone


def root_of(path: Path) -> Element:
    """The first element, with its attributes only."""
    with opened(path, limit=MOST_BYTES) as stream, _told(path.name):
        for _, element in _events(Watched(stream, path.name)):
            return element
    raise SourceUnreadable(f"{path.name} is not whole XML: it holds no element.")


def records(
    path: Path, *, whole: frozenset[str], marks: frozenset[str] = frozenset(), limit: int = MOST_BYTES
) -> Iterator[Record]:
    """Yield the elements `whole` when they end, and those of `marks` when they begin, in document order.

    An element is to be read before the next one is asked for. Raise SourceError when the document declares entities,
    breaks off, or hides something huge; what was yielded before is then not to be trusted.
    """
    with opened(path, limit=limit) as stream, _told(path.name):
        yield from _walk(Watched(stream, path.name), path.name, whole, marks)


def _walk(watched: Watched, name: str, whole: frozenset[str], marks: frozenset[str]) -> Iterator[Record]:
    open_elements: list[Element] = []
    inside = position = 0  # `inside` is the depth of the record that is being read, 0 when none is
    for event, element in _events(watched):
        if event == "start":
            if not inside and element.tag in marks:
                position += 1
                yield Record(position, _tags(open_elements), element, False)
            open_elements.append(element)
            refuse_deep(len(open_elements), name)
            if not inside and element.tag in whole:
                inside = len(open_elements)
            continue
        open_elements.pop()
        if inside and len(open_elements) >= inside:
            continue  # a part of the record, which ends later
        if inside:
            inside = 0
            position += 1
            yield Record(position, _tags(open_elements), element, True)
        if open_elements:
            del open_elements[-1][:]
        watched.since = 0


def _tags(elements: list[Element]) -> tuple[str, ...]:
    return tuple(element.tag for element in elements)


def _events(watched: Watched) -> Iterator[tuple[str, Element]]:
    # A document type is usual in these reports; entities in it, and what it fetches, are not.
    parsed: Any = iterparse(watched, events=("start", "end"), forbid_entities=True, forbid_external=True)
    yield from parsed


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        raise SourceRefused(f"{name} declares entities or fetches other documents: no scanner writes that.") from error
    except (ParseError, LookupError, ValueError) as error:
        raise SourceUnreadable(f"{name} is not whole XML: {error}.") from error


def text_of(element: Element, path: str) -> str:
    """The text of the first such child; empty when it is not there."""
    return (element.findtext(path) or "").strip()
