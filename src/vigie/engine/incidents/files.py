"""May this file be kept with a declaration? Its name, its first bytes, its text, and what an archive unpacks to.

Nothing is run, drawn or written. An archive is read through once, to a bound, and what it holds is forgotten.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from .patients import Trace, is_dicom, message_at, number_at

CHUNK = 1 << 16
OVERLAP = 32  # characters: longer than an identifier with its blanks
TEXT, PACKED = "text", "packed"
#   ending -> what it is said to be, and how its first bytes must begin (or TEXT, or PACKED)
KINDS: Mapping[str, tuple[str, bytes | str]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "txt": ("text/plain", TEXT),
    "log": ("text/plain", TEXT),
    "csv": ("text/csv", TEXT),
    "json": ("application/json", TEXT),
    "eml": ("message/rfc822", TEXT),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", PACKED),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", PACKED),
    "odt": ("application/vnd.oasis.opendocument.text", PACKED),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", PACKED),
    "zip": ("application/zip", PACKED),
}
# What a double click would run, or a browser: told apart so that the sentence can say why.
ACTIVE = frozenset({
    "svg", "svgz", "html", "htm", "xhtml", "mht", "xml", "js", "mjs", "exe", "dll", "com", "scr", "msi", "bat", "cmd",
    "ps1", "vbs", "hta", "lnk", "jar", "docm", "xlsm", "pptm",
})  # fmt: skip
ACTIVE_STARTS = ("<svg", "<html", "<!doctype", "<script", "<?xml", "<iframe")
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!")
ENTRY = b"PK\x01\x02"  # one in the list of an archive for each file that it holds
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others may ask for as much memory as they like
MACROS = "vbaproject.bin"


class Flaw(StrEnum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_KIND = "no_kind"  # no ending, or one that is not taken
    ACTIVE = "active"  # a script, a drawing with scripts, a program, macros
    NOT_AS_NAMED = "not_as_named"  # its bytes are not what its name says
    PATIENT = "patient"
    BOMB = "bomb"  # it unpacks to more than is looked at
    LOCKED = "locked"  # a password: what it holds cannot be looked at
    NESTED = "nested"  # an archive in an archive
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class FileBounds:
    largest: int  # bytes
    kinds: tuple[str, ...]  # endings that are taken
    unpacked: int  # bytes that an archive may unpack to
    members: int  # files that it may hold


@dataclass(frozen=True, slots=True)
class Refused:
    flaw: Flaw
    trace: Trace | None = None
    line: int | None = None  # of the text, from 1
    member: str = ""  # which file of an archive


@dataclass(frozen=True, slots=True)
class Looked:
    media_type: str  # as its bytes say, as far as they were looked at


class _Refusal(Exception):
    def __init__(self, why: Refused) -> None:
        super().__init__(why.flaw)
        self.why = why


def look(name: str, content: bytes, bounds: FileBounds) -> Looked | Refused:
    """What the file is, or the first reason for not keeping it."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    try:
        return Looked(_looked(ending, content, bounds))
    except _Refusal as refusal:
        return refusal.why


def _looked(ending: str, content: bytes, bounds: FileBounds) -> str:
    if not content:
        raise _Refusal(Refused(Flaw.EMPTY))
    if len(content) > bounds.largest:
        raise _Refusal(Refused(Flaw.TOO_LARGE))
    if is_dicom(content) or ending in {"dcm", "dicom"}:
        raise _Refusal(Refused(Flaw.PATIENT, Trace.DICOM))
    if ending == "hl7":
        raise _Refusal(Refused(Flaw.PATIENT, Trace.HL7))
    if ending not in KINDS or ending not in bounds.kinds:
        raise _Refusal(Refused(Flaw.ACTIVE if ending in ACTIVE else Flaw.NO_KIND))
    media_type, start = KINDS[ending]
    if start == TEXT:
        _read_text(content)
    elif start == PACKED:
        _read_archive(content, bounds)
    elif not content.startswith(start):  # type: ignore[arg-type]  # bytes: both words were met above
        raise _Refusal(Refused(Flaw.NOT_AS_NAMED))
    return media_type


def _read_text(content: bytes) -> None:
    text = _decoded(content)
    if text is None:
        raise _Refusal(Refused(Flaw.NOT_AS_NAMED))
    if text.lstrip("\ufeff \t\r\n").lower().startswith(ACTIVE_STARTS):
        raise _Refusal(Refused(Flaw.ACTIVE))
    for trace, at in ((Trace.HL7, message_at(text)), (Trace.NUMBER, number_at(text))):
        if at is not None:
            raise _Refusal(Refused(Flaw.PATIENT, trace, line=text.count("\n", 0, at + 1) + 1))


def _decoded(content: bytes) -> str | None:
    """The text; None when these are no letters. What is neither Unicode is read as Western European: nothing fails."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read_archive(content: bytes, bounds: FileBounds) -> None:
    if content.count(ENTRY) > bounds.members:  # before the reader makes a value of each
        raise _Refusal(Refused(Flaw.BOMB))
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _walk(archive, bounds)
    # Every way in which a made-up archive makes the reader stumble; what it would mean is the same.
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError, OSError,
        LookupError, struct.error,
    ) as error:  # fmt: skip
        raise _Refusal(Refused(Flaw.BROKEN)) from error


def _walk(archive: zipfile.ZipFile, bounds: FileBounds) -> None:
    members = archive.infolist()
    if sum(one.file_size for one in members) > bounds.unpacked:
        raise _Refusal(Refused(Flaw.BOMB))
    left = bounds.unpacked
    for member in members:
        if member.flag_bits & 1:
            raise _Refusal(Refused(Flaw.LOCKED, member=member.filename))
        if member.compress_type not in METHODS:
            raise _Refusal(Refused(Flaw.BROKEN, member=member.filename))
        if member.filename.lower().endswith(MACROS):
            raise _Refusal(Refused(Flaw.ACTIVE, member=member.filename))
        left = _read_member(archive, member, left)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Look at one file as it unpacks; return how many bytes may still be unpacked."""
    before = ""
    for number, chunk in enumerate(_chunks(archive, member)):
        left -= len(chunk)
        if left < 0:
            raise _Refusal(Refused(Flaw.BOMB, member=member.filename))
        if number == 0:
            _look_at_head(chunk, member.filename)
        text = before + chunk.decode("latin-1")
        for trace, at in ((Trace.HL7, message_at(text)), (Trace.NUMBER, number_at(text))):
            if at is not None:
                raise _Refusal(Refused(Flaw.PATIENT, trace, member=member.filename))
        before = text[-OVERLAP:]
    return left


def _look_at_head(head: bytes, member: str) -> None:
    if head.startswith(ARCHIVES):
        raise _Refusal(Refused(Flaw.NESTED, member=member))
    if is_dicom(head):
        raise _Refusal(Refused(Flaw.PATIENT, Trace.DICOM, member=member))


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as body:
        while chunk := body.read(CHUNK):
            yield chunk
