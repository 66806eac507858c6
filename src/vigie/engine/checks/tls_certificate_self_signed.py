"""Did the server sign its own certificate?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    evidence = {"certificate__issuer": leaf.issuer, "certificate__sha256": leaf.sha256}
    if leaf.self_signed:
        return failed("the certificate is signed by itself", **evidence)
    return passed("another authority signed the certificate", **evidence)


CHECK = Check("tls-certificate-self-signed", Severity.MEDIUM, LoadClass.PASSIVE, "ANSSI-PA-035", judge)
