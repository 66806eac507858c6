"""Can a Windows desktop be reached from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    rdp = look.facts.rdp
    if rdp is None or not faces_the_internet(look):
        return None
    return failed("a remote desktop answers", rdp__security=rdp.security.value if rdp.security else "refused")


CHECK = Check(
    "rdp-exposed", Severity.HIGH, LoadClass.LIGHT, "CISA BOD 23-02; ANSSI, guide d'hygiene, measure 28", judge
)
