"""The certificate that a look brought, for the checks that judge one."""

from vigie.engine.facts import ServiceLook
from vigie.engine.facts_of_tls import Certificate

from .check import Judgement, unknown

NOT_READ = unknown("no certificate could be read")


def shown(look: ServiceLook) -> Certificate | Judgement | None:
    """The leaf certificate; UNKNOWN when TLS was spoken without one that can be read; None without TLS."""
    if look.facts.tls is None:
        return None
    return look.facts.tls.certificate or NOT_READ
