"""Is the certificate past its date?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    evidence = {"certificate__not_after": leaf.not_after.isoformat(), "certificate__sha256": leaf.sha256}
    if look.looked_at > leaf.not_after:
        return failed("the certificate has expired", **evidence)
    return passed("the certificate has not expired", **evidence)


CHECK = Check("tls-certificate-expired", Severity.HIGH, LoadClass.PASSIVE, "RFC 5280 6.1.3", judge)
