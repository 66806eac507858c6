"""Does the domain name the certificates of its mail hosts where nobody is bound to believe it?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import DnssecState
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.dane_hosts or domain.mail_servers is None:
        return None
    named = [server for server in domain.mail_servers if server.host in domain.dane_hosts]
    vain = [one.host for one in named if one.tlsa_signed in {DnssecState.UNSIGNED, DnssecState.BROKEN}]
    if vain:
        return failed("TLSA records are in a zone that is not signed", dane__hosts=", ".join(vain))
    if any(server.tlsa_signed is None for server in named):
        return unknown("the signatures could not be asked", dane__hosts=", ".join(domain.dane_hosts))
    return passed("the TLSA records are signed", dane__hosts=", ".join(domain.dane_hosts))


CHECK = Check("dane-unsigned", Severity.LOW, LoadClass.PASSIVE, "RFC 7672 2.2", judge)
