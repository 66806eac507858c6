"""Does this file share still speak the first version of SMB?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    smb = look.facts.smb
    if smb is None:
        return None
    if smb.accepts_smb1 is None:
        return unknown("version 1 could not be asked")
    if smb.accepts_smb1:
        return failed("SMB version 1 is accepted", smb__version="1")
    return passed("SMB version 1 is refused", smb__dialect=smb.dialect or "not told")


CHECK = Check("smb-v1", Severity.HIGH, LoadClass.LIGHT, "Microsoft KB 2696547; CERTFR-2017-ALE-010", judge)
