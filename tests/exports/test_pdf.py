"""The PDF itself: one page, tagged, its language, its title, its data inside, the same bytes twice."""

import json
import re
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.exports.samples import FULL, HOSTILE, NEVER
from vigie.exports import pdf
from vigie.exports.card import findings_csv, measures_csv, sheet

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
FONTS = Path(pdf.__file__).parent / "fonts"


def made(card=FULL, language="fr", **how) -> bytes:
    return pdf.pdf("card", msgspec.to_builtins(sheet(card, language)), now=NOW, **how)


def inside(document: bytes) -> bytes:
    """The document with every compressed stream opened."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            opened.append(stream)
    return document + b"\n".join(opened)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("card", [FULL, NEVER, HOSTILE], ids=["full", "never-looked-at", "hostile"])
def test_a_card_is_one_tagged_page_in_its_language(card, language):
    whole = inside(made(card, language))
    assert whole.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type ?/Page\b", whole)) == 1
    assert b"/StructTreeRoot" in whole
    assert f"/Lang ({language})".encode() in whole or f"/Lang({language})".encode() in whole
    assert b"pdfaid:part>3</pdfaid:part" in whole
    assert b"pdfuaid:part>1</pdfuaid:part" in whole


def test_the_figures_and_the_findings_are_inside():
    attachments = (
        pdf.Attachment("vigie-card.csv", measures_csv(FULL), "text/csv", "figures"),
        pdf.Attachment("vigie-findings.csv", findings_csv(FULL), "text/csv", "findings"),
    )
    whole = inside(made(attachments=attachments))
    assert b"vigie-card.csv" in whole
    assert measures_csv(FULL).encode() in whole
    assert findings_csv(FULL).encode() in whole


def test_every_character_that_is_kept_can_be_printed():
    kept = [chr(code) for code in range(0x20, 0x500) if chr(code).isprintable()] + sorted(pdf.SIGNS)
    made(replace(FULL, name=" ".join(kept)))


@pytest.mark.parametrize("text", ["漢字", "a\x00b", "\u202e", "\U0001f600", "\ufeff", "two\nlines"], ids=ascii)
def test_a_character_that_no_font_has_is_a_question_mark(text):
    assert "?" in pdf._printed({"a": [text]})["a"][0]
    made(replace(FULL, name=text))


def test_the_same_card_gives_the_same_bytes():
    assert made() == made()


def test_the_same_card_can_be_looked_at_as_a_picture():
    assert pdf.picture("card", msgspec.to_builtins(sheet(FULL, "fr")), now=NOW, dots_per_inch=40)[1:4] == b"PNG"


def test_without_typst_the_refusal_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(pdf.PdfUnavailable, match="'pdf' extra"):
        made()


def test_a_document_that_cannot_be_set_is_told():
    with pytest.raises(pdf.PdfRefused):
        pdf.pdf("card", {"document": "nothing else"}, now=NOW)


def test_the_fonts_are_those_whose_licence_and_hashes_are_written():
    import hashlib

    manifest = json.loads((FONTS / "MANIFEST.json").read_text())
    assert manifest["licence"] == "OFL-1.1"
    present = {path.name for path in FONTS.iterdir()} - {"MANIFEST.json"}
    assert present == set(manifest["files"])
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest
