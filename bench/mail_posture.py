"""Beside trustymail, on the same zone of the same name server, as many domains at once: how much faster?"""

import logging
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from importlib import metadata, resources
from io import StringIO
from pathlib import Path

from bench import Case
from bench.name_server import name_server
from bench.names import look_at, names_of, zone_of
from vigie.probes.domain import AT_ONCE

PEER = "trustymail"
ADDRESS, PORT = "127.94.1.53", 53  # the peer asks the port of name servers, and no other
DOMAINS = 3_000
ASKED = 20  # times
PEER_SECONDS = 30.0


def run() -> Iterator[Case]:
    name, goal = f"domains faster than {PEER}", f">= {ASKED} times"
    try:
        version = metadata.version(PEER)
    except metadata.PackageNotFoundError:
        note = "install it: make .venv/peers"
        yield Case("detect", name, 0, "times", goal, ok=False, note=note, absent=True)
        return
    names = names_of(DOMAINS)
    try:
        with name_server(zone_of(names), ADDRESS, PORT, by_tcp=True) as resolver:
            looked, ours, our_cpu = _timed(lambda: len(look_at(names, resolver)))
            judged, theirs, their_cpu = _asked_of_the_peer(names)
    except PermissionError as error:
        yield Case("detect", name, 0, "times", goal, ok=False, note=f"port {PORT}: {error}", absent=True)
        return
    rates = looked / ours, judged / theirs
    note = (
        f"domains a second, {AT_ONCE} at once: ours {rates[0]:.0f} ({1000 * our_cpu / looked:.1f} ms of CPU each; mail,"
        f" keys, reports, aliases, hosts, CAA, DNSSEC), {PEER} {version} {rates[1]:.1f}"
        f" ({1000 * their_cpu / judged:.1f} ms; MX, SPF, DMARC and their DNSSEC), {judged} of {DOMAINS} in"
        f" {theirs:.0f} s; load {os.getloadavg()[0]:.1f}"
    )
    ratio = round(rates[0] / rates[1], 1)
    yield Case("detect", name, ratio, "times", goal, ratio >= ASKED, PEER, round(rates[1], 1), note)


def _timed(work) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - wall, time.process_time() - cpu


def _asked_of_the_peer(names: list[str]) -> tuple[int, float, float]:
    """By its own function, in threads of a process of its own: domains judged, seconds, seconds of CPU."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(_peer, (names,))


def _peer(names: list[str]) -> tuple[int, float, float]:
    logging.disable(logging.CRITICAL)
    import trustymail

    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder, redirect_stdout(StringIO()):
        # A copy of the public list that we read too: nothing is fetched.
        suffixes = Path(folder) / "suffixes.dat"
        with resources.as_file(resources.files("publicsuffixlist") / "public_suffix_list.dat") as source:
            shutil.copyfile(source, suffixes)
        trustymail.PublicSuffixListFilename, trustymail.PublicSuffixListReadOnly = str(suffixes), True
        from trustymail.trustymail import scan

        kinds = {"mx": True, "starttls": False, "spf": True, "dmarc": True}
        until = time.perf_counter() + PEER_SECONDS

        def one(name: str) -> bool:
            if time.perf_counter() > until:
                return False
            scan(name, 5.0, 5.0, "localhost", {25}, True, kinds, [ADDRESS])
            return True

        def work() -> int:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                return sum(pool.map(one, names))

        return _timed(work)
