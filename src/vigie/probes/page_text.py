"""In which letters is this page written, whatever it says of them?"""

import codecs

import re2

# Of the names that a page may give, those whose decoding is linear and harmless. Others are read as Latin-1.
_ENCODINGS = {
    name: codec
    for codec, names in {
        "utf-8": ("utf-8", "utf8", "us-ascii", "ascii"),
        "cp1252": ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252"),
        "iso8859_15": ("iso-8859-15", "iso8859-15", "latin9", "latin-9"),
        "utf-16": ("utf-16",),
        "utf-16-le": ("utf-16le",),
        "utf-16-be": ("utf-16be",),
        "cp1250": ("windows-1250",),
        "iso8859_2": ("iso-8859-2",),
        "cp1251": ("windows-1251",),
        "cp1256": ("windows-1256",),
        "shift_jis": ("shift_jis", "shift-jis", "sjis"),
        "euc_jp": ("euc-jp",),
        "gb18030": ("gb18030", "gb2312", "gbk"),
        "big5": ("big5",),
        "euc_kr": ("euc-kr",),
    }.items()
    for name in names
}
# UTF-32 begins as UTF-16 does, and is not read: no site is written in it.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TOLD = re2.compile(r"(?i)charset\s*=\s*[\"']?([a-z0-9_:.-]{2,32})")
_META = re2.compile(rb"(?i)<(?:meta|\?xml)\b[^>]{0,200}(?:charset|encoding)\s*=\s*[\"']?([a-z0-9_:.-]{2,32})")
_HEAD = 2048  # a page says its letters at its beginning


def text_of_page(body: bytes, content_type: str | None = None) -> str:
    """The page as text; never raises. Its first bytes decide, then its header, then what it says of itself."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    told = _TOLD.search(content_type or "")
    said = _META.search(body[:_HEAD])
    name = told.group(1) if told else said.group(1).decode("ascii") if said else ""
    codec = _ENCODINGS.get(name.lower(), "")
    if codec and codec != "utf-8":
        # A page of two-byte letters could not have told it in one-byte ones.
        plain = said is not None and not told
        return body.decode("latin-1" if plain and codec.startswith("utf-16") else codec, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        # Cut in the middle of a letter, it is still what it says; else it lies, and most that lie are Latin.
        return body.decode("utf-8", "ignore") if codec and _is_nearly_utf8(body) else body.decode("latin-1")


def printable(text: str) -> str:
    """Without what changes the direction or hides: a title is shown to people."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _is_nearly_utf8(body: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True
