"""Would senders who keep to what the domain publishes refuse one of its mail hosts, so that its mail does not come?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import DnssecState, DomainFacts, MailServer, StsMode
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.takes_mail:
        return None
    bound = [server for server in domain.mail_servers or () if _is_bound(domain, server)]
    if not bound:
        return None if domain.mail_servers is not None or not (domain.mta_sts or domain.dane_hosts) else _not_asked()
    refused = [f"{server.host}: {why}" for server in bound if (why := _why_refused(domain, server, look))]
    if refused:
        return failed("a mail host does not keep what the domain publishes", mail__refused="; ".join(refused))
    silent = [server.host for server in bound if server.starttls is None or (server.starttls and server.tls is None)]
    if silent:
        return unknown("a mail host could not be asked", mail__hosts=", ".join(silent))
    return passed("every mail host keeps what the domain publishes", mail__hosts=", ".join(one.host for one in bound))


def _not_asked() -> Judgement:
    return unknown("the mail hosts could not be asked")


def _enforces(domain: DomainFacts) -> bool:
    policy = domain.sts_policy
    return policy is not None and not policy.fault and policy.mode is StsMode.ENFORCE


def _has_dane(domain: DomainFacts, server: MailServer) -> bool:
    return server.host in (domain.dane_hosts or ()) and server.tlsa_signed is DnssecState.SIGNED


def _is_bound(domain: DomainFacts, server: MailServer) -> bool:
    return _enforces(domain) or _has_dane(domain, server)


def _why_refused(domain: DomainFacts, server: MailServer, look: ServiceLook) -> str:
    """Where DANE holds it is DANE that decides (RFC 8461 2), else the policy; "" when nothing is to be refused."""
    if server.starttls is False:
        return "STARTTLS is not offered"
    if server.tls is None:
        return ""
    if _has_dane(domain, server):
        return "its TLSA records name another certificate" if server.tlsa_kept is False else ""
    leaf = server.tls.certificate
    if leaf is None:
        return ""
    if server.tls.name_matches is False:
        return "the certificate bears other names"
    if leaf.self_signed:
        return "the certificate is signed by itself"
    return "the certificate has expired" if leaf.not_after < look.looked_at else ""


CHECK = Check("mail-certificate-refused", Severity.HIGH, LoadClass.LIGHT, "RFC 8461 4; RFC 7672 3", judge)
