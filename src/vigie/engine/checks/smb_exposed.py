"""Can the file shares of a Windows network be reached from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    smb = look.facts.smb
    if smb is None or not faces_the_internet(look):
        return None
    signing = {True: "required", False: "not required", None: "not told"}[smb.signing_required]
    return failed("a file share answers", smb__dialect=smb.dialect or "1 or not told", smb__signing=signing)


CHECK = Check(
    "smb-exposed", Severity.CRITICAL, LoadClass.LIGHT, "CISA BOD 23-02; ANSSI, guide d'hygiene, measure 23", judge
)
