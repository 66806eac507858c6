"""Does the imaging server open to a caller that it does not know?"""

from vigie.engine.facts import DicomAnswer, ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown

# A full server would perhaps accept us in a quieter moment.
_PASSING = frozenset({"temporary congestion", "local limit exceeded"})


def judge(look: ServiceLook) -> Judgement | None:
    dicom = look.facts.dicom
    if dicom is None:
        return None
    evidence = {"dicom__answer": dicom.answer.value, "dicom__reason": dicom.reason or ""}
    if dicom.answer is DicomAnswer.ACCEPTED:
        version = dicom.implementation_version or dicom.implementation_uid or ""
        return failed("an association is accepted from an unknown caller", **evidence, dicom__implementation=version)
    if dicom.reason in _PASSING:
        return unknown("refused for the moment only", **evidence)
    return passed("the association is refused", **evidence)


CHECK = Check("dicom-answers-anyone", Severity.CRITICAL, LoadClass.LIGHT, "DICOM PS3.15 B.1", judge)
