"""How fast is a domain judged by what it publishes, and is every planted weakness found, none invented?"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench import Case
from bench.name_server import name_server
from vigie.engine.checks import judge_all
from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import Verdict
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.pace import process_pace
from vigie.probes.scope import Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

ADDRESS = "127.94.0.53"
DOMAINS = 3_000
GOAL_CPU_MS = 10
GOAL_PER_SECOND = 40  # a national list of 100,000 domains in three quarters of an hour
ALWAYS = {"dnssec-missing"}  # the zone of the bench is not signed

#   what one domain of six publishes -> the weaknesses that must be found
SOUND = {"": ['MX 10 mx.other.example.', 'TXT "v=spf1 mx include:_s.{d} -all"', 'CAA 0 issue "ca.example"'],
         "_s.": ['TXT "v=spf1 ip4:192.0.2.0/24 -all"'], "_dmarc.": ['TXT "v=DMARC1; p=reject"'],
         "_mta-sts.": ['TXT "v=STSv1; id=1"'], "_smtp._tls.": ['TXT "v=TLSRPTv1; rua=mailto:a@{d}"']}  # fmt: skip
PLANTED: tuple[tuple[dict[str, list[str]], frozenset[str]], ...] = (
    (SOUND, frozenset()),
    (SOUND | {"_dmarc.": ['TXT "v=DMARC1; p=none"']}, frozenset({"dmarc-not-enforced"})),
    (SOUND | {"_s.": []}, frozenset({"spf-broken"})),
    (SOUND | {"": ['TXT "v=spf1 +all"']}, frozenset({"spf-permissive", "caa-missing"})),
    (SOUND | {"_mta-sts.": []}, frozenset({"mta-sts-missing"})),
    ({"": ["MX 0 ."]}, frozenset({"spf-missing", "dmarc-missing", "caa-missing"})),
)


def run() -> Iterator[Case]:
    names = names_of(DOMAINS)
    with name_server(zone_of(names), ADDRESS) as resolver:
        started, cpu = time.perf_counter(), time.process_time()
        looks = look_at(names, resolver)
        seconds, cpu_ms = time.perf_counter() - started, 1000 * (time.process_time() - cpu) / DOMAINS
    yield from _cases(looks, seconds, cpu_ms)


def names_of(count: int) -> list[str]:
    return [f"d{number}.example" for number in range(count)]


def zone_of(names: list[str]) -> dict[str, list[str]]:
    zone: dict[str, list[str]] = {"mx.other.example": ["A 127.94.0.2"]}
    for index, domain in enumerate(names):
        for prefix, records in PLANTED[index % len(PLANTED)][0].items():
            zone[prefix + domain] = [record.replace("{d}", domain) for record in records]
    return zone


def _cases(looks: tuple[ServiceLook, ...], seconds: float, cpu_ms: float) -> Iterator[Case]:
    note = f"{DOMAINS} domains in {seconds:.1f} s, the name server on the same machine"
    wrong = sum(_found(look) != PLANTED[index % len(PLANTED)][1] | ALWAYS for index, look in enumerate(looks))
    right = len(looks) == DOMAINS and not wrong
    yield Case("detect", "domains judged wrong", wrong, "domains", "all found, none invented", right, note=note)
    goal = f"<= {GOAL_CPU_MS} ms"
    yield Case("detect", "CPU of one domain", round(cpu_ms, 2), "ms", goal, cpu_ms <= GOAL_CPU_MS, note=note)
    rate = DOMAINS / seconds
    goal = f">= {GOAL_PER_SECOND} /s"
    yield Case("detect", "domains judged", round(rate, 1), "domains/s", goal, rate >= GOAL_PER_SECOND, note=note)


def _found(look: ServiceLook) -> frozenset[str]:
    return frozenset(outcome.check for outcome in judge_all(look) if outcome.verdict is Verdict.FAIL)


def look_at(names: list[str], resolver: str) -> tuple[ServiceLook, ...]:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    mandate = Mandate("bench", MandateKind.LABORATORY, "bench", now - day, now + day, networks=())
    stop = StopSignal()
    gate = Gate(Scope([mandate]), stop, process_pace(), lambda: datetime.now(UTC))
    hosts = look_at_domains(names, gate=gate, stop=stop, resolvers=(resolver,), seconds=2.0)
    return tuple(service for host in hosts for service in host.services)
