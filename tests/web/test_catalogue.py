"""The French of the pages is whole: nothing missing, nothing to be read again, no sign alone on its line."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_has_its_french(messages) -> None:
    assert messages.faults(polib.pofile(str(messages.CATALOGUE))) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Stop"), "not translated"),
        (polib.POEntry(msgid="Stop", msgstr="Arrêter", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="Sure?", msgstr="Sûr ?"), "space that may break"),
        (polib.POEntry(msgid="%(n)s hosts", msgstr="hôtes"), "placeholders differ"),
    ],
    ids=["missing", "fuzzy", "space", "placeholder"],
)
def test_what_is_wrong_in_a_catalogue_is_told(messages, entry: polib.POEntry, fault: str) -> None:
    catalogue = polib.POFile()
    catalogue.append(entry)
    assert any(fault in told for told in messages.faults(catalogue))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not on this machine: texts not gathered")
def test_the_catalogue_follows_the_sources() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
