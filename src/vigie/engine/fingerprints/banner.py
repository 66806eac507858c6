"""What does a banner that somebody recorded give to the rules, however they recorded it?"""

import html
import re
from collections.abc import Callable, Iterator

from .matcher import MAX_TEXT

Texts = Iterator[tuple[str, str]]

_REPLY_CODE = re.compile(r"(?:^|[\r\n]+)[2-5][0-9]{2}[ -]")
_BLANKS = re.compile(r"[\s\x00-\x1f]+")
#   the same question under the names that other tools give to it -> ours
KIND_NAMES = {
    "pop3": "pop",
    "imap4": "imap",
    "http_title": "html_title",
    "http_set_cookie": "http_cookie",
    "sip_server": "sip",
    "snmp": "snmp_sysdescr",
    "snmp_sys_description": "snmp_sysdescr",
    "dns_versionbind": "dns_version",
}


def texts_of_banner(kind: str, banner: str) -> tuple[tuple[str, str], ...]:
    """(kind, text) as the probes would have told it; more than one where a banner holds several statements."""
    kind = KIND_NAMES.get(kind, kind)
    read = _READERS.get(kind, _plain)
    return tuple((told, text[:MAX_TEXT]) for told, text in read(kind, banner[:MAX_TEXT]) if text)


def _plain(kind: str, banner: str) -> Texts:
    yield kind, _BLANKS.sub(" ", banner).strip()


def _ssh(kind: str, banner: str) -> Texts:
    """RFC 4253 4.2: SSH-protoversion-softwareversion, then a comment after a blank."""
    line = banner.strip().splitlines()[0] if banner.strip() else ""
    if line.startswith("SSH-"):
        line = line.split("-", 2)[-1]
    yield from _plain(kind, line)


def _numbered(kind: str, banner: str) -> Texts:
    """FTP and SMTP begin each line by a code of three digits."""
    yield from _plain(kind, _REPLY_CODE.sub(" ", banner))


def _header(name: str) -> Callable[[str, str], Texts]:
    def read(kind: str, banner: str) -> Texts:
        text = banner.strip()
        own, colon, value = text.partition(":")
        yield from _plain(kind, value if colon and own.lower() == name else text)

    return read


def _cookie(kind: str, banner: str) -> Texts:
    """Names only: a value may identify a person, and no rule reads one."""
    text = next(text for _, text in _header("set-cookie")(kind, banner)) if banner.strip() else ""
    names = (part.partition("=")[0].strip() for part in re.split(r"[;,]", text))
    yield from ((kind, name) for name in dict.fromkeys(names))


def _title(kind: str, banner: str) -> Texts:
    yield from _plain(kind, html.unescape(re.sub(r"(?i)</?title[^>]{0,200}>", "", banner)))


def _any_header(kind: str, banner: str) -> Texts:
    name, colon, value = banner.partition(":")
    yield from _plain(kind, f"{name.strip().lower()}: {value.strip()}" if colon else banner)


def _hexadecimal(kind: str, banner: str) -> Texts:
    yield kind, banner.strip().lower()


_READERS: dict[str, Callable[[str, str], Texts]] = {
    "ssh": _ssh,
    "ftp": _numbered,
    "smtp": _numbered,
    "http_server": _header("server"),
    "http_cookie": _cookie,
    "html_title": _title,
    "http_header": _any_header,
    "http_location": _header("location"),
    "sip": _header("server"),
    "favicon_md5": _hexadecimal,
}
