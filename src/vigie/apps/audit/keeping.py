"""The heads that were written out, one file a day: what shows that the end of the chain was cut off."""

import json
from datetime import datetime
from pathlib import Path

from .queries import Head, head

FOLDER = "audit-heads"  # in VIGIE_HOME
_FIELDS = ("position", "event", "sha256", "sealed_at", "exported_at")


class HeadUnreadable(Exception):
    """The file is not a head that Vigie wrote; holds its path."""


def keep_head(folder: Path, now: datetime) -> Path | None:
    """Write today's head, once; return its file, None while nothing is sealed."""
    found = head(now)
    if found is None:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"head-{now:%Y-%m-%d}.json"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(found.document(), indent=2) + "\n", encoding="utf-8")
        fresh.rename(path)
    return path


def read_head(path: Path) -> Head:
    """Raise HeadUnreadable for anything else than a head."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        found = Head(**{name: document[name] for name in _FIELDS})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HeadUnreadable(path) from error
    if not isinstance(found.position, int) or not isinstance(found.sha256, str):
        raise HeadUnreadable(path)
    return found


def kept_heads(folder: Path) -> list[Path]:
    return sorted(folder.glob("head-*.json")) if folder.is_dir() else []
