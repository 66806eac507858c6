"""Run the cases of one area, or of all: python -m bench [main|fix|detect|exposed|incidents|means|tell|scale|faults]."""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

from bench import Case

# Which modules hold the cases of an area; an area without any is told, not passed over in silence.
AREAS: dict[str, tuple[str, ...]] = {
    "main": ("registry", "sweep", "matching", "pages"),
    "fix": ("audit", "survival", "timetofix", "sightings", "findings", "notices", "perimeter"),
    "detect": (
        "raw_sweep",
        "daemons",
        "identification",
        "names",
        "mail_posture",
        "fingerprints",
        "web_paths",
        "received",
        "tls",
    ),
    "exposed": ("exposed", "national", "rescore", "alerts", "peer"),
    "incidents": ("incidents", "incident_years", "surge"),
    "means": (),
    "tell": (),
    "scale": (),
    "faults": (),
}


def run(area: str) -> Iterator[Case]:
    for name in AREAS[area]:
        for case in importlib.import_module(f"bench.{name}").run():
            if case.area == area:
                yield case


def main(arguments: list[str]) -> int:
    areas = arguments or [area for area, modules in AREAS.items() if modules]
    unknown = [area for area in areas if area not in AREAS]
    if unknown:
        print(f"no such area: {', '.join(unknown)}; choose among {', '.join(AREAS)}", file=sys.stderr)
        return 2
    missed = 0
    required = os.environ.get("VIGIE_REQUIRE_DAEMONS") == "1"
    for area in areas:
        if not AREAS[area]:
            print(f"area {area}: no case yet", file=sys.stderr)
        for case in run(area):
            print(json.dumps(asdict(case), ensure_ascii=False), flush=True)
            missed += not case.ok and (not case.absent or required)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
