"""Does the server show all that stands between its certificate and the authority that people trust?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    evidence = {"certificate__issuer": leaf.issuer, "certificate__chain": str(leaf.chain_length)}
    ended = [link.subject for link in leaf.chain if not link.self_signed and link.not_after < look.looked_at]
    if leaf.chain_complete and ended:
        return failed("a certificate of the chain has expired", **evidence, certificate__expired=", ".join(ended))
    if leaf.chain_complete is None:
        return None  # signed by itself, or by a root that its clients may well have
    if leaf.chain_complete:
        return passed("the issuer's certificate is shown", **evidence)
    return failed("the issuer's certificate is not shown", **evidence)


CHECK = Check("tls-chain-incomplete", Severity.LOW, LoadClass.PASSIVE, "RFC 8446 4.4.2; RFC 5246 7.4.2", judge)
