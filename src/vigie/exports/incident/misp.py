"""The incident as one MISP event: its tags, the structures that it touches, what the cell says of it."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .facts import Passed

Object = dict[str, Any]

# MISP: 1 high, 2 medium, 3 low, 4 undefined
THREAT = {"significant": "1", "serious": "2", "neither": "3", "unknown": "4"}
# MISP: 0 initial, 1 ongoing, 2 completed
ANALYSIS = {"declared": "0", "qualifying": "0", "closed": "2", "not_an_incident": "2", "merged": "2"}
ONLY_YOU = "0"  # distribution: whoever receives it passes it on by its TLP, not by MISP's own sharing
TAGGED = ("kind", "cause", "vector", "equipment", "care", "danger")


def event(passed: Passed) -> Object:
    """Not published: it is the reader's to publish, within its TLP."""
    seen = passed.moments.get("discovered_at") or passed.passed_on_at
    return {
        "Event": {
            "uuid": str(passed.uid),
            "info": passed.title,
            "date": seen.date().isoformat(),
            "timestamp": str(int(passed.updated_at.timestamp())),
            "threat_level_id": THREAT[passed.gravity],
            "analysis": ANALYSIS.get(passed.state, "1"),
            "distribution": ONLY_YOU,
            "published": False,
            "Orgc": {"name": passed.producer, "uuid": str(uuid5(NAMESPACE_URL, passed.source))},
            "Tag": [{"name": name} for name in _tags(passed)],
            "Attribute": _attributes(passed),
        }
    }


def _tags(passed: Passed) -> list[str]:
    told = [(axis, passed.axes.get(axis, "unknown")) for axis in TAGGED]
    told += [("gravity", passed.gravity), ("origin", passed.origin), ("rsit", passed.rsit_class)]
    return [f"tlp:{passed.tlp}", *(f'vigie:{axis}="{value}"' for axis, value in told if value != "unknown")]


def _attributes(passed: Passed) -> list[Object]:
    found = [_attribute(passed, "Targeting data", "target-org", one.name, one.finess) for one in passed.victims]
    places = sorted({one.department for one in passed.victims if one.department})
    found += [_attribute(passed, "Targeting data", "target-location", place, "") for place in places]
    if passed.summary:
        found.append(_attribute(passed, "Other", "text", passed.summary, passed.producer))
    found.append(_attribute(passed, "External analysis", "link", passed.address, passed.producer))
    return found


def _attribute(passed: Passed, category: str, kind: str, value: str, comment: str) -> Object:
    return {
        "uuid": str(passed.part(f"{kind}:{value}")),
        "category": category,
        "type": kind,
        "value": value,
        "comment": comment,
        "to_ids": False,
        "distribution": "5",  # as its event
        "timestamp": str(int(passed.updated_at.timestamp())),
    }
