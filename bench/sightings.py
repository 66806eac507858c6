"""How many findings of a scanner's file come in each second, in how much memory, and what does an empty report end?"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import Case

HOSTS, PLUGINS = 400, 50  # 20,000 findings of some 2 kB, as Nessus writes them
PER_SECOND, LONGEST, MEGABYTES = 2_000, 200, 200
GIGABYTE = 1_000_000_000
# From an earlier study of it (65 ms a finding, 500 of 500 closed by an empty report): it is not run here.
PEER, PEER_PER_SECOND, PEER_CLOSED = "DefectDojo", 15.0, 500.0
NOT_RUN = "peer: from an earlier study, not run here"

_TEXT = "The remote service accepts a protocol that is known to be weak, and a client may be made to choose it. "
_ITEM = """<ReportItem port="{port}" svc_name="www" protocol="tcp" severity="{severity}" pluginID="{plugin}" \
pluginName="Invented plug-in {plugin}" pluginFamily="General">
<description>{text}</description>
<fname>invented.nasl</fname>
<plugin_modification_date>2026/05/23</plugin_modification_date>
<plugin_publication_date>2026/05/23</plugin_publication_date>
<risk_factor>Medium</risk_factor>
<script_version>1.1</script_version>
<solution>{text}</solution>
<synopsis>A weak protocol is accepted.</synopsis>
<cve>CVE-2099-{plugin}</cve>
<cve>CVE-2098-{plugin}</cve>
<plugin_output>
Port {port} of {address}
{text}
</plugin_output>
</ReportItem>
"""


def write_report(path: Path, *, hosts: int, plugins: int, at: int = 1_795_420_800) -> None:
    """A .nessus of `hosts` x `plugins` findings: invented, always the same."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Report name="bench">\n')
        for host in range(hosts):
            address = f"127.61.{host // 250}.{host % 250 + 1}"
            file.write(f'<ReportHost name="{address}"><HostProperties><tag name="HOST_END_TIMESTAMP">{at}</tag>')
            file.write(f'<tag name="host-ip">{address}</tag></HostProperties>\n')
            for plugin in range(plugins):
                file.write(
                    _ITEM.format(
                        port=plugin % 10 + 1,
                        severity=plugin % 5,
                        plugin=10_000 + plugin,
                        address=address,
                        text=_TEXT * 6,
                    )
                )
            file.write("</ReportHost>\n")
        file.write("</Report>\n</NessusClientData_v2>\n")


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        folder = Path(temporary)
        names = ("first.nessus", "again.nessus", "empty.nessus")
        write_report(folder / names[0], hosts=HOSTS, plugins=PLUGINS)
        write_report(folder / names[1], hosts=HOSTS, plugins=PLUGINS, at=1_795_507_200)
        write_report(folder / names[2], hosts=0, plugins=0)
        first, again, empty = (_measured(folder, folder / name) for name in names)
    whole = HOSTS * PLUGINS
    for what, figures in (("first import", first), ("the same a day later", again)):
        rate = round(whole / figures["s"])
        processor = f"{whole / figures['busy']:.0f} a second of processor"
        size = f"{figures['bytes'] / 1e6:.0f} MB of XML"
        note = f"{whole} findings, {size}, one core, {processor}; {figures['did']}; {NOT_RUN}"
        name = f"findings of a scanner file, {what}"
        goal = f">= {PER_SECOND} /s"
        yield Case("fix", name, rate, "findings/s", goal, rate >= PER_SECOND, PEER, PEER_PER_SECOND, note)
        longest, least = figures["longest"], f"< {LONGEST} ms"
        busy = f"{figures['longest_busy']} ms of processor"
        yield Case("fix", f"{name}: longest write transaction", longest, "ms", least, longest < LONGEST, note=busy)
    peak = first["MB"]
    yield Case("fix", "scanner file: peak memory", peak, "MB", f"< {MEGABYTES} MB", peak < MEGABYTES)
    kept = empty["kept"] == whole and empty["refused"] == 0
    lost = whole - empty["kept"]
    yield Case("fix", "sightings ended by an empty report", lost, "sightings", "0", kept, PEER, PEER_CLOSED, NOT_RUN)
    yield _huge()


def _huge() -> Case:
    """One gigabyte of XML, packed, read to its end by the reader that every import uses."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        report = Path(temporary) / "huge.nessus.gz"
        small = Path(temporary) / "small.nessus"
        write_report(small, hosts=1, plugins=PLUGINS)
        start, _, rest = small.read_bytes().partition(b"<ReportHost")
        host, _, end = rest.rpartition(b"</ReportHost>")
        one = b"<ReportHost" + host + b"</ReportHost>\n"
        hosts = GIGABYTE // len(one) + 1
        with gzip.open(report, "wb", compresslevel=1) as file:
            file.write(start)
            for _ in range(hosts):
                file.write(one)
            file.write(end)
        done = subprocess.run(
            [sys.executable, "-m", "bench.sightings", "--read", str(report)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    told = json.loads(done.stdout.splitlines()[-1])
    whole = told["rows"] == hosts * PLUGINS
    note = f"{told['rows']} findings read of {hosts * PLUGINS}, {told['busy']:.0f} s of processor"
    good = told["MB"] < MEGABYTES and whole
    return Case("fix", "a report of 1 GB, read: peak memory", told["MB"], "MB", f"< {MEGABYTES} MB", good, note=note)


def _read(report: Path) -> None:
    import resource
    import time

    from vigie.sources.scanners import recognise

    rows = sum(1 for _ in recognise(report).reader(report))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "MB": round(peak, 1), "busy": round(time.process_time(), 1)}))


def _measured(folder: Path, report: Path) -> dict[str, Any]:
    """Import in a process of its own, so that the memory is the import's; one core is enough for it."""
    environment = {**os.environ, "VIGIE_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.sightings", str(report)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _import(report: Path) -> None:
    import resource
    import time

    import django

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    django.setup()
    from datetime import UTC, date, datetime

    from django.core.management import call_command

    from bench.transactions import longest_transaction
    from vigie.apps.assets.models import Asset
    from vigie.apps.findings.sightings.actions import import_report
    from vigie.apps.findings.sightings.models import Sighting
    from vigie.apps.registry.models import Establishment

    call_command("migrate", verbosity=0)
    now = datetime(2026, 11, 26, tzinfo=UTC)
    owner, new = Establishment.objects.get_or_create(finess="000000019", defaults={"name": "Bench"})
    if new:
        Asset.objects.create(
            establishment=owner, kind="range", value="127.61.0.0/16", valid_from=date(2026, 1, 1), recorded_at=now
        )
    with longest_transaction() as longest, longest_transaction(time.process_time) as longest_busy:
        start, before = time.perf_counter(), time.process_time()
        did = import_report(path=report, establishment=owner, by="bench", now=now)
        seconds, busy = time.perf_counter() - start, time.process_time() - before
    figures = {
        "s": round(seconds, 3),
        "MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "longest": round(longest() * 1000),
        "busy": round(busy, 3),
        "longest_busy": round(longest_busy() * 1000),
        "bytes": report.stat().st_size,
        "kept": Sighting.objects.count(),
        "refused": int(did.refused),
        "did": f"{did.added} added, {did.changed} changed, {did.closed} closed",
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    _read(Path(sys.argv[2])) if sys.argv[1] == "--read" else _import(Path(sys.argv[1]))
