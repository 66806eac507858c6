"""Which documents does a list of news (RSS 2.0) name, and in which version?"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .faults import SourceUnreadable
from .json_stream import opened

MOST_BYTES = 10_000_000  # 200 kB in 2026
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class NewsItem:
    reference: str
    stamp: str  # changes when the item does: what it says of its document, shortened


def read_rss(path: Path, reference: re.Pattern[str], *, limit: int = MOST_BYTES) -> tuple[NewsItem, ...]:
    """Return the items that name such a reference, in the list's order, each once. Raise SourceError."""
    with opened(path, limit=limit) as stream:
        content = stream.read()
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SourceUnreadable(f"{path.name} declares entities, which no list of news needs: refused") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceUnreadable(f"{path.name} is not a list of news: {error}") from error
    if root.find("channel") is None:
        raise SourceUnreadable(f"{path.name} is not a list of news: it has no channel")
    found: dict[str, NewsItem] = {}
    for item in root.findall("./channel/item")[:MOST_ITEMS]:
        named = reference.search(_text(item, "link")) or reference.search(_text(item, "guid"))
        if named is not None and named[0] not in found:
            found[named[0]] = NewsItem(named[0], _stamp(item))
    return tuple(found.values())


def _text(item: Element, name: str) -> str:
    return item.findtext(name) or ""


def _stamp(item: Element) -> str:
    """The date of an item stays when its document is revised; its title or its text then tell."""
    told = "\n".join(_text(item, name) for name in ("pubDate", "title", "description"))
    return hashlib.sha256(told.encode()).hexdigest()[:24]
