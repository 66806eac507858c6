"""What vigie-sweep is made of: little enough to be read in one sitting."""

import json
import subprocess
import sys
from pathlib import Path

import vigie.probes.raw as raw

FOLDER = Path(raw.__file__).parent


def test_it_imports_numpy_and_itself_and_nothing_of_the_house():
    code = "import json, sys, vigie.probes.raw.__main__; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    modules = json.loads(done.stdout)
    ours = {name for name in modules if name.partition(".")[0] == "vigie"}
    assert {name for name in ours if not name.startswith("vigie.probes.raw")} == {"vigie", "vigie.probes"}
    installed = {"numpy", "django", "cryptography", "aiohttp", "dns", "yaml", "msgspec", "pydantic"} & set(modules)
    assert installed == {"numpy"}


def test_it_stays_small():
    lines = sum(len(path.read_text().splitlines()) for path in FOLDER.glob("*.py"))
    assert lines <= 1300


def test_it_never_listens_and_never_writes_a_file():
    text = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    for word in (
        ".listen(",
        ".accept(",
        "open('",
        'open("',
        "write_text",
        "write_bytes",
        "subprocess",
        "import logging",
    ):
        assert word not in text, word
