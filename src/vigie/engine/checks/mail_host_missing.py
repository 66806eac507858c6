"""Does mail to the domain go to a host that does not exist?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .lead import evidence_of


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or domain.mail_hosts is None:
        return None
    if domain.mail_hosts_missing is None:
        return unknown("the mail hosts could not be asked")
    if domain.mail_hosts_missing:
        return failed("a mail host has no address", **evidence_of(domain.mail_hosts_missing))
    return passed("every mail host has an address", mail__hosts=", ".join(domain.mail_hosts))


CHECK = Check("mail-host-missing", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 5321 5.1; RFC 1912 2.5", judge)
