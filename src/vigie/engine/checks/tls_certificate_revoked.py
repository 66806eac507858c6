"""Does the server itself pass on that its certificate was revoked?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.facts_of_tls import StapleStatus
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    leaf, tls = shown(look), look.facts.tls
    if leaf is None or tls is None or isinstance(leaf, Judgement):
        return leaf if isinstance(leaf, Judgement) else None
    staple = tls.staple
    if staple is None:
        if leaf.must_staple and tls.staple_asked:
            return failed("the certificate demands its status, which the server does not show")
        return None  # nobody was asked: the authority is not ours to question
    if staple.status is StapleStatus.REVOKED and staple.serial == leaf.serial:
        return failed("the authority revoked the certificate", certificate__serial=leaf.serial)
    if staple.status is StapleStatus.GOOD:
        return passed("the authority says that it holds", certificate__serial=leaf.serial)
    return unknown(f"the status passed on is {staple.status}", certificate__serial=leaf.serial)


CHECK = Check("tls-certificate-revoked", Severity.HIGH, LoadClass.LIGHT, "RFC 6066 8; RFC 7633", judge)
