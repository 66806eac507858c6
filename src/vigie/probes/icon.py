"""Which picture does this site show beside its name, as two hashes?"""

import base64
import hashlib
from dataclasses import dataclass

import mmh3
import re2

from .errors import NotPermitted, ProbeError, Stopped
from .http import HttpAnswer, HttpConversation
from .page import own_path, text_of

USUAL = "/favicon.ico"
MAX_ICON = 64 * 1024
_LINK = re2.compile(r"(?i)<link\b[^>]{0,400}>")
_REL = re2.compile(r"""(?i)\brel\s*=\s*["']?(?:shortcut\s+)?icon\b""")
_HREF = re2.compile(r"""(?i)\bhref\s*=\s*["']?([^"'\s<>]{1,256})""")


@dataclass(frozen=True, slots=True)
class Icon:
    md5: str
    mmh3: int  # signed, of the base64 in lines of 76 characters


def path_of(answer: HttpAnswer, host: str, *, is_tls: bool) -> str:
    """Where the page says that its icon is, when that is on this very server; else where browsers look."""
    for link in _LINK.finditer(text_of(answer)):
        href = _HREF.search(link.group(0)) if _REL.search(link.group(0)) else None
        if href is None:
            continue
        told = href.group(1)
        if "://" not in told and not told.startswith(("/", "data:")):
            told = answer.path.partition("?")[0].rpartition("/")[0] + "/" + told.removeprefix("./")
        return own_path(told, host, is_tls=is_tls) or USUAL
    return USUAL


async def ask(conversation: HttpConversation, path: str) -> Icon | None:
    """The hashes of the icon; None when there is none, when it is a page, or when it is too large to be one."""
    try:
        answer = await conversation.get(path, limit=MAX_ICON)
    except (NotPermitted, Stopped):
        raise
    except ProbeError:
        return None
    return icon_of(answer)


def icon_of(answer: HttpAnswer) -> Icon | None:
    kind = (answer.header("content-type") or "").lower()
    whole = len(answer.body) < MAX_ICON and (
        answer.body_length <= len(answer.body) or answer.header("content-encoding")
    )
    if answer.status != 200 or not answer.body or not whole or "html" in kind or b"<html" in answer.body[:512].lower():
        return None
    return Icon(
        md5=hashlib.md5(answer.body, usedforsecurity=False).hexdigest(),
        mmh3=mmh3.hash(base64.encodebytes(answer.body)),
    )
