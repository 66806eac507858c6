"""How fast is a domain judged by what it publishes, and is every planted weakness found, none invented?"""

import multiprocessing
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from bench import Case
from vigie.engine.checks import judge_all
from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import Verdict
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.pace import process_pace
from vigie.probes.scope import Mandate, MandateKind, Scope
from vigie.probes.stop import StopSignal

ADDRESS = "127.94.0.53"
DOMAINS = 300
GOAL_CPU_MS = 10
GOAL_PER_SECOND = 40  # a national list of 100,000 domains in three quarters of an hour
ALWAYS = {"dnssec-missing"}  # the zone of the bench is not signed
SOA = dns.rrset.from_text("example.", 60, "IN", "SOA", "ns.example. a.example. 1 1 1 1 1")

#   what one domain of six publishes -> the weaknesses that must be found
SOUND = {"": ['MX 10 mx.other.example.', 'TXT "v=spf1 mx include:_s.{d} -all"', 'CAA 0 issue "ca.example"'],
         "_s.": ['TXT "v=spf1 ip4:192.0.2.0/24 -all"'], "_dmarc.": ['TXT "v=DMARC1; p=reject"'],
         "_mta-sts.": ['TXT "v=STSv1; id=1"']}  # fmt: skip
PLANTED: tuple[tuple[dict[str, list[str]], frozenset[str]], ...] = (
    (SOUND, frozenset()),
    (SOUND | {"_dmarc.": ['TXT "v=DMARC1; p=none"']}, frozenset({"dmarc-not-enforced"})),
    (SOUND | {"_s.": []}, frozenset({"spf-broken"})),
    (SOUND | {"": ['TXT "v=spf1 +all"']}, frozenset({"spf-permissive", "caa-missing"})),
    (SOUND | {"_mta-sts.": []}, frozenset({"mta-sts-missing"})),
    ({"": ["MX 0 ."]}, frozenset({"spf-missing", "dmarc-missing", "caa-missing"})),
)


def run() -> Iterator[Case]:
    names = [f"d{number}.example" for number in range(DOMAINS)]
    with multiprocessing.Manager() as manager:
        port, ending = manager.Value("i", 0), multiprocessing.Event()
        server = multiprocessing.Process(target=_serve, args=(names, port, ending), daemon=True)
        server.start()
        try:
            while not port.value:
                time.sleep(0.02)
            started, cpu = time.perf_counter(), time.process_time()
            looks = look_at(names, f"{ADDRESS}:{port.value}")
            seconds, cpu_ms = time.perf_counter() - started, 1000 * (time.process_time() - cpu) / DOMAINS
        finally:
            ending.set()
            server.join(5)
    yield from _cases(looks, seconds, cpu_ms)


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


def _serve(names: list[str], port: "multiprocessing.managers.ValueProxy[int]", ending: Event) -> None:
    zone: dict[str, list[str]] = {"mx.other.example": ["A 127.94.0.2"]}
    for index, domain in enumerate(names):
        for prefix, records in PLANTED[index % len(PLANTED)][0].items():
            zone[prefix + domain] = [record.replace("{d}", domain) for record in records]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((ADDRESS, 0))
        server.settimeout(0.2)
        port.value = server.getsockname()[1]
        while not ending.is_set():
            try:
                wire, sender = server.recvfrom(4096)
            except TimeoutError:
                continue
            server.sendto(answer_to(wire, zone), sender)


def answer_to(wire: bytes, zone: dict[str, list[str]]) -> bytes:
    reply = dns.message.make_response(dns.message.from_wire(wire))
    reply.flags |= dns.flags.RA
    question = reply.question[0]
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    texts = [text[len(kind) + 1 :] for text in zone.get(name, ()) if text.startswith(f"{kind} ")]
    if texts:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
    else:
        # Below a domain only what was planted exists: the mail host of all, and nothing else.
        if name not in zone and name.count(".") > 1:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        reply.authority.append(SOA)
    return reply.to_wire()
