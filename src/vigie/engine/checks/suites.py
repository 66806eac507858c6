"""The faulty cipher suites that a server accepted, for the checks that judge them."""

from collections.abc import Iterable

from vigie.engine.cipher_suites import SuiteFault, faults_of
from vigie.engine.facts import ServiceLook

from .check import Judgement, failed, passed, unknown


def judged(look: ServiceLook, wanted: Iterable[SuiteFault], reason: str) -> Judgement | None:
    """FAIL for one suite with one of these faults; PASS only when the server refused all the others."""
    tls = look.facts.tls
    if tls is None:
        return None
    faults = frozenset(wanted)
    found = [name for name in tls.weak_suites if faults & faults_of(name)]
    if found:
        return failed(reason, tls__suites=", ".join(found))
    if not tls.suites_told:
        return unknown("the weak suites could not be asked", tls__protocol=tls.protocol)
    return passed("no such suite is accepted", tls__protocol=tls.protocol)
