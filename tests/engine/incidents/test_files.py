"""Which files are kept, and why the others are not: bombs, scripts, disguises, data of patients."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.incidents.files import KINDS, FileBounds, Flaw, Looked, Refused, look
from vigie.engine.incidents.patients import Trace

BOUNDS = FileBounds(largest=200_000, kinds=tuple(KINDS), unpacked=1_000_000, members=20)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
NUMBER = "2 55 08 14 168 025 38"  # invented; its key is right
DICOM = b"\0" * 128 + b"DICM" + b"\x02\x00"
HL7 = b"MSH|^~\\&|LABO|HOPITAL\rPID|1"


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, body in members:
            packed.writestr(name, body)
    return made.getvalue()


def locked() -> bytes:
    """As an archive with a password says it: one bit in the list and in the head of the file."""
    made = bytearray(archive(("a.txt", b"x")))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        pytest.param("rancon.png", PNG, "image/png", id="picture"),
        pytest.param("Rapport.PDF", b"%PDF-1.7 ...", "application/pdf", id="ending-in-capitals"),
        pytest.param("pare-feu.log", "connexion refusée".encode("latin-1"), "text/plain", id="not-unicode"),
        pytest.param("note.txt", "é".encode("utf-16"), "text/plain", id="wide-text"),
        pytest.param("journaux.zip", archive(("a.log", b"rien")), "application/zip", id="archive"),
    ],
)
def test_what_helps_is_taken(name, content, media_type):
    assert look(name, content, BOUNDS) == Looked(media_type)


@pytest.mark.parametrize(
    ("name", "content", "flaw"),
    [
        pytest.param("vide.txt", b"", Flaw.EMPTY, id="empty"),
        pytest.param("gros.log", b"a" * 200_001, Flaw.TOO_LARGE, id="one-byte-too-many"),
        pytest.param("sans-nom", b"abc", Flaw.NO_KIND, id="no-ending"),
        pytest.param("a.rar", b"Rar!", Flaw.NO_KIND, id="kind-not-taken"),
        pytest.param("logo.svg", b"<svg><script>alert(1)</script></svg>", Flaw.ACTIVE, id="svg-with-script"),
        pytest.param("logo.txt", b"\n <svg onload='x'>", Flaw.ACTIVE, id="svg-named-text"),
        pytest.param("logo.png", b"<svg/>", Flaw.NOT_AS_NAMED, id="svg-named-picture"),
        pytest.param("a.exe", b"MZ", Flaw.ACTIVE, id="program"),
        pytest.param("a.txt", b"MZ\0\0", Flaw.NOT_AS_NAMED, id="program-named-text"),
        pytest.param("a.docx", archive(("word/vbaProject.bin", b"x")), Flaw.ACTIVE, id="macros"),
        pytest.param("a.zip", b"PK\x03\x04 nothing", Flaw.BROKEN, id="no-archive"),
        pytest.param("a.zip", archive(("z", b"\0" * 1_000_001)), Flaw.BOMB, id="bomb-that-says-so"),
        pytest.param("a.zip", archive(*((str(n), b"") for n in range(21))), Flaw.BOMB, id="too-many-files"),
        pytest.param("a.zip", archive(("b.zip", archive(("c", b"c")))), Flaw.NESTED, id="archive-in-archive"),
        pytest.param("a.zip", archive(("a", b"a"), method=zipfile.ZIP_LZMA), Flaw.BROKEN, id="greedy-method"),
        pytest.param("a.zip", locked(), Flaw.LOCKED, id="password"),
    ],
)
def test_what_could_harm_or_cannot_be_looked_at_is_not(name, content, flaw):
    told = look(name, content, BOUNDS)
    assert isinstance(told, Refused)
    assert told.flaw is flaw


def test_a_bomb_that_lies_about_its_size_is_stopped_as_it_unpacks():
    whole = bytearray(archive(("z.txt", b"0" * 3_000_000)))
    for head, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # where each says the size unpacked
        place = whole.index(head) + at
        whole[place : place + 4] = (10).to_bytes(4, "little")
    told = look("a.zip", bytes(whole), BOUNDS)
    assert isinstance(told, Refused)
    assert told.flaw in {Flaw.BOMB, Flaw.BROKEN}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.txt", f"ligne\nnuméro {NUMBER}".encode(), Refused(Flaw.PATIENT, Trace.NUMBER, 2), id="number"),
        pytest.param("a.txt", NUMBER.encode("utf-16"), Refused(Flaw.PATIENT, Trace.NUMBER, 1), id="wide"),
        pytest.param("a.log", b"x\r\n" + HL7, Refused(Flaw.PATIENT, Trace.HL7, 2), id="message"),
        pytest.param("a.hl7", HL7, Refused(Flaw.PATIENT, Trace.HL7), id="message-by-name"),
        pytest.param("a.png", DICOM, Refused(Flaw.PATIENT, Trace.DICOM), id="image-under-another-name"),
        pytest.param(
            "a.zip",
            archive(("ok", b""), ("scan", DICOM)),
            Refused(Flaw.PATIENT, Trace.DICOM, member="scan"),
            id="image-in-archive",
        ),
        pytest.param(
            "a.docx",
            archive(("w.xml", b"x" * 65_530 + f" {NUMBER}".encode())),
            Refused(Flaw.PATIENT, Trace.NUMBER, member="w.xml"),
            id="number-across-two-chunks",
        ),
    ],
)
def test_what_looks_like_data_of_a_patient_is_stopped_and_told_where(name, content, expected):
    assert look(name, content, BOUNDS) == expected


@given(st.sampled_from([*KINDS, "svg", "", "\0"]), st.binary(max_size=600))
def test_whatever_the_bytes_there_is_an_answer(ending, content):
    assert isinstance(look(f"x.{ending}", content, BOUNDS), Looked | Refused)


@given(st.data())
def test_an_archive_that_was_damaged_anywhere_has_an_answer(data):
    whole = bytearray(archive(("a.txt", b"abc" * 50), ("b/c.log", b"def")))
    for _turn in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(look("x.zip", bytes(whole), BOUNDS), Looked | Refused)
