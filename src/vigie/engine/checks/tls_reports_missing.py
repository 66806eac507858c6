"""Does anybody learn that mail to the domain could not be delivered encrypted?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.takes_mail or not (domain.mta_sts or domain.dane_hosts):
        return None  # who asks nobody for encryption has nothing to be told of
    if domain.tls_reports is None:
        return unknown("the record could not be asked")
    if not domain.tls_reports:
        return failed("encryption is asked for, and no report of its failures", domain=domain.name)
    return passed("reports are asked for", tls__reports=domain.tls_reports[0])


CHECK = Check("tls-reports-missing", Severity.LOW, LoadClass.PASSIVE, "RFC 8460 3", judge)
