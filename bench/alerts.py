"""A line enters CISA's list: after how long are its findings written, with a hundred thousand services seen?"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Case

ROOT = Path(__file__).resolve().parents[1]
SERVICES = 100_000
RANK = 10  # the eleventh most seen product: some thousand services, half of them in affected versions
SECONDS = 10.0


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        environment = {**os.environ, "VIGIE_HOME": home, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        environment.pop("VIGIE_DATABASE_URL", None)
        command = [sys.executable, "-m", "bench.alerts"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    told = json.loads(done.stdout.splitlines()[-1])
    note = (
        f"{SERVICES:,} services on SQLite, {told['wall']:.1f} s by the clock; {told['judged']} judged anew, "
        f"{told['findings']} findings opened, {told['concerned']} establishments counted in {told['count']:.2f} s; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    value = round(told["seconds"], 2)
    name = "from the stored line of KEV to the last finding written"
    yield Case("exposed", name, value, "s", f"< {SECONDS:.0f} s of one core", value < SECONDS, note=note)


def _measured() -> dict[str, float]:
    from datetime import UTC, datetime

    import msgspec

    from bench import nation
    from bench.national import _published
    from vigie.apps.findings import actions as findings
    from vigie.apps.findings.models import Finding
    from vigie.apps.scans.models import Service
    from vigie.apps.vulns import actions as vulns
    from vigie.apps.vulns.models import Pair
    from vigie.apps.watch import drafting, opening
    from vigie.engine.facts import Identity
    from vigie.sources.kev import KevEntry, KevList

    nation.build(SERVICES)
    nation.observe(SERVICES)
    one = _published(RANK)
    Pair.objects.update(matched_at=nation.NOW)
    for pair in Pair.objects.filter(matches__vulnerability=one):
        told = (Identity(pair.vendor, pair.product, pair.version),)
        Service.objects.filter(pair=pair).update(identities=msgspec.to_builtins(told), service="https")
    now = datetime.now(UTC)
    start, worked = time.perf_counter(), time.process_time()
    entry = KevEntry(one.cve, now.date(), "A hole", "", None)
    vulns.apply_kev(kev=KevList(now.date(), (entry,)), now=now, by="bench")
    (alert,) = opening.open_alerts(since=now, now=now)
    findings.rejudge_since(now, now)
    wall, seconds = time.perf_counter() - start, time.process_time() - worked
    start = time.perf_counter()
    concerned = drafting.count(alert=alert, now=now).total()
    return {
        "seconds": seconds, "wall": wall, "count": time.perf_counter() - start, "concerned": concerned,
        "judged": Service.objects.filter(pair__matches__vulnerability=one).count(),
        "findings": Finding.objects.count(),
    }  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_measured()))
