"""Can the imaging server be reached in clear from outside, even if it refuses?"""

from vigie.engine.facts import DicomAnswer, ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed


def judge(look: ServiceLook) -> Judgement | None:
    dicom = look.facts.dicom
    if dicom is None or dicom.answer is DicomAnswer.ACCEPTED:
        return None  # one that accepts is told by dicom-answers-anyone, which is worse
    if look.facts.is_under_tls:
        return None  # refuses, and not in clear
    evidence = {"dicom__answer": dicom.answer.value, "dicom__reason": dicom.reason or ""}
    return failed("a DICOM node answers in clear, though it refuses", **evidence)


CHECK = Check("dicom-exposed", Severity.HIGH, LoadClass.LIGHT, "DICOM PS3.15 B.1", judge)
