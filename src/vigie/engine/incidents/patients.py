"""Does this look like data of a patient? National identifiers whose key is right, DICOM images, HL7 version 2 messages.

What is not of these forms is not seen: a name, a scanned page, the inside of a PDF. People are told so.
"""

import re
from enum import StrEnum

# Sex (1, 2; 3, 4 and 7, 8 while it is being given), year, month (or one of the numbers that stand for an unknown one),
# department (2A and 2B for Corsica), commune, order, key: the numbering of INSEE, that of the health identity too.
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])([1-478])[ .\u00a0\u202f-]?(\d{2})[ .\u00a0\u202f-]?(0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)"
    r"[ .\u00a0\u202f-]?(\d{2}|2[AaBb])[ .\u00a0\u202f-]?(\d{3})[ .\u00a0\u202f-]?(\d{3})[ .\u00a0\u202f-]?(\d{2})"
    r"(?![0-9A-Za-z])",
    re.ASCII,
)
_HL7 = re.compile(r"(?:\A|[\r\n\x0b])MSH\|\^~\\&")
DICOM_AT, DICOM_MARK = 128, b"DICM"  # part 10 of the standard: 128 free bytes, then these four


class Trace(StrEnum):
    """What was recognised."""

    NUMBER = "number"
    HL7 = "hl7"
    DICOM = "dicom"


def number_at(text: str) -> int | None:
    """Where the first national identifier begins, from 0; None when there is none. Its key must be right."""
    return next((found.start(1) for found in _NUMBER.finditer(text) if _key_is_right(found)), None)


def _key_is_right(found: re.Match[str]) -> bool:
    *parts, key = found.groups()
    digits = "".join(parts).upper()
    if digits[5:7] in {"2A", "2B"}:
        digits = digits[:5] + ("19" if digits[6] == "A" else "18") + digits[7:]
    return 97 - int(digits) % 97 == int(key)


def message_at(text: str) -> int | None:
    """Where the first HL7 version 2 message begins; None when there is none."""
    found = _HL7.search(text)
    return None if found is None else found.start()


def is_dicom(head: bytes) -> bool:
    return head[DICOM_AT : DICOM_AT + len(DICOM_MARK)] == DICOM_MARK
