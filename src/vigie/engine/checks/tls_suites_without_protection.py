"""Does the server accept suites that protect nothing: not encrypted, signed by nobody, or with keys for export?"""

from vigie.engine.cipher_suites import NO_PROTECTION, SuiteFault
from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement
from .suites import judged

# Whoever brings mail verifies nobody and would else send it in clear (RFC 7435): to such a caller, a server that
# proves nothing takes nothing away.
_BETWEEN_MAIL_SERVERS = NO_PROTECTION - {SuiteFault.ANONYMOUS}


def judge(look: ServiceLook) -> Judgement | None:
    faults = NO_PROTECTION if look.facts.smtp is None else _BETWEEN_MAIL_SERVERS
    return judged(look, faults, "suites that protect nothing are accepted")


CHECK = Check("tls-suites-without-protection", Severity.HIGH, LoadClass.LIGHT, "RFC 9325 4.1; ANSSI-PA-035", judge)
