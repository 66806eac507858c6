"""Does the server exchange keys in a group so small that its traffic can be read?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .tls_weak_key import MIN_INTEGER_BITS


def judge(look: ServiceLook) -> Judgement | None:
    tls = look.facts.tls
    if tls is None:
        return None
    if tls.dh_bits is not None:
        evidence = {"tls__group": f"{tls.dh_bits} bits"}
        if tls.dh_bits < MIN_INTEGER_BITS:
            return failed("the Diffie-Hellman group is too small", **evidence)
        return passed("the Diffie-Hellman group is large enough", **evidence)
    if not tls.suites_told:
        return unknown("the groups could not be asked", tls__protocol=tls.protocol)
    return passed("no Diffie-Hellman over integers is accepted", tls__protocol=tls.protocol)


CHECK = Check("tls-weak-key-exchange", Severity.MEDIUM, LoadClass.LIGHT, "RFC 9325 4.1; ANSSI-PG-083", judge)
