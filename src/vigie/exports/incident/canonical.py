"""The incident in our own JSON, the same bytes for the same facts: what the other formats are drawn from."""

import json
from dataclasses import asdict
from hashlib import sha256

from .facts import Passed, instant

SCHEMA = "vigie-incident-1"


def canonical(passed: Passed) -> str:
    """Keys in order, nothing left out: what is not known is "unknown" or null. `sha256` covers all the rest."""
    told = {
        "schema": SCHEMA,
        "id": str(passed.uid),
        "source": passed.source,
        "producer": passed.producer,
        "number": passed.number,
        "title": passed.title,
        "summary": passed.summary,
        "state": passed.state,
        "taxonomy": passed.taxonomy,
        "axes": dict(passed.axes),
        "natures": list(passed.natures),
        "origin": passed.origin,
        "gravity": passed.gravity,
        "rsit_class": passed.rsit_class,
        "care_hours": passed.care_hours,
        "is_shared": passed.is_shared,
        "provider": passed.provider,
        "victims": [asdict(one) for one in passed.victims],
        "moments": {name: instant(at) if at else None for name, at in passed.moments.items()},
        "passed_on_at": instant(passed.passed_on_at),
        "updated_at": instant(passed.updated_at),
        "tlp": passed.tlp,
    }
    digest = sha256(_bytes(told)).hexdigest()
    return _bytes(told | {"sha256": digest}).decode()


def _bytes(told: dict[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
