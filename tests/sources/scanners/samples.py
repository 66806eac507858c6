"""Where the invented reports are, and how a test reads one."""

from pathlib import Path

from vigie.sources.faults import BadRow
from vigie.sources.scanners import SightingRow, read

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "scanners"


def sightings(path):
    rows = list(read(path))
    assert not [row for row in rows if isinstance(row, BadRow)]
    return rows


def sample(name):
    return sightings(SAMPLES / name)


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(rows, identifier) -> SightingRow:
    (row,) = [row for row in rows if row.identifier == identifier]
    return row
