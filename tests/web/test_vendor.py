"""What others wrote and we ship is what we looked at: names, licences, hashes; nothing points outside."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import vigie.web

STATIC = Path(vigie.web.__file__).parent / "static"
TEMPLATES = Path(vigie.web.__file__).parent / "templates"
FOLDERS = [STATIC / "vendor", Path(__file__).parents[1] / "e2e" / "vendor"]
LICENCES = {"MIT", "0BSD", "OFL-1.1", "MPL-2.0"}


@pytest.mark.parametrize("folder", FOLDERS, ids=["shipped", "tests-only"])
def test_every_vendored_file_is_in_the_manifest_with_its_hash(folder: Path) -> None:
    listed = {}
    for package in json.loads((folder / "MANIFEST.json").read_text()):
        assert package["name"]
        assert package["version"]
        assert package["licence"] in LICENCES
        for name, digest in package["files"].items():
            listed[(folder / package["folder"] / name).resolve()] = digest
    present = {p.resolve() for p in folder.rglob("*") if p.is_file() and p.name != "MANIFEST.json"}
    assert present == set(listed)
    for path, digest in listed.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path.name


def test_nothing_shipped_points_to_a_map_or_to_another_site() -> None:
    for path in (*STATIC.rglob("*.css"), *STATIC.rglob("*.js")):
        text = path.read_text()
        assert "sourceMappingURL" not in text, path.name
        assert not re.search(r"(?:url\(|@import)\s*[\"']?https?:", text), path.name


def test_templates_hold_no_style_attribute_and_no_inline_code() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son\w+=\"", text), path.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path.name


def test_every_colour_of_the_letters_can_be_read() -> None:
    css = (STATIC / "vigie.css").read_text()
    for letter in "abcde":
        ground, ink = re.search(rf"--v-{letter}: (#\w+); --v-{letter}-ink: (#\w+);", css).groups()  # type: ignore[union-attr]
        assert _contrast(ground, ink) >= 4.5, letter


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
