"""python -m tools.daemons: unpack, start all once, tell which run; serve: until Ctrl-C; list: tell their addresses."""

import sys
import time

from . import DAEMONS, Daemon, answers, packages, running

HINT = "their tests and comparisons are skipped"


ENDED_WITHIN_SECONDS = 10.0


def main(arguments: list[str]) -> int:
    order = arguments[0] if arguments else "try"
    if order not in {"try", "serve", "list"}:
        print(__doc__, file=sys.stderr)
        return 2
    if order == "list":
        for daemon in DAEMONS:
            print(f"{daemon.name:28} {daemon.package:22} {daemon.address}:{_ports(daemon)}")
        return 0
    began = time.monotonic()
    try:
        found = packages.read() or packages.fetch()
    except packages.NoDebian as error:
        print(f"{error}: {HINT}", file=sys.stderr)
        return 1
    print(f"{len(found.versions)} packages unpacked in {packages.FOLDER.name}/ ({time.monotonic() - began:.0f} s)")
    for name, reason in found.absent.items():
        print(f"absent package: {name}: {reason}")
    with running() as (started, absent):
        print(f"{len(started)} of {len(DAEMONS)} daemons run ({time.monotonic() - began:.0f} s)")
        for name, reason in absent.items():
            print(f"absent: {name}: {reason}")
        try:
            while order == "serve":
                time.sleep(1)
        except KeyboardInterrupt:
            pass
    left = _left()
    if left:
        print(f"still answers after having been stopped: {', '.join(left)}", file=sys.stderr)
    return 1 if left else 0


def _ports(daemon: Daemon) -> str:
    return ",".join([*map(str, daemon.ports), *(f"{port}/udp" for port in daemon.datagrams)])


def _left() -> list[str]:
    """The daemons that still answer; one that was told to end may take a moment."""
    deadline = time.monotonic() + ENDED_WITHIN_SECONDS
    while True:
        left = [one.name for one in DAEMONS if any(answers(one.address, port) for port in one.ports)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
