"""Is mail to the domain kept encrypted against someone on the way?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.takes_mail:
        return None
    if domain.mta_sts:
        return passed("there is an MTA-STS record", mta_sts__record=domain.mta_sts[0])
    hosts = set(domain.mail_hosts or ())
    if domain.dane_hosts is not None and hosts <= set(domain.dane_hosts):
        return passed("every mail host has a DANE record", dane__hosts=", ".join(domain.dane_hosts))
    if domain.mta_sts is None or domain.dane_hosts is None:
        return unknown("the records could not be asked")
    return failed("neither MTA-STS nor DANE", mail__hosts=", ".join(sorted(hosts)))


CHECK = Check("mta-sts-missing", Severity.LOW, LoadClass.PASSIVE, "RFC 8461; RFC 7672", judge)
