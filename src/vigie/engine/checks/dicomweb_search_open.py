"""May a stranger search the studies of an image server, by DICOMweb?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    asked = look.facts.dicomweb
    if asked is None:
        return None
    if asked.search_open is None:
        return unknown("the search was neither granted nor refused", dicomweb__path=asked.path)
    if asked.search_open:
        return failed("a search of studies is granted without sign-in", dicomweb__path=asked.path)
    return passed("a search of studies is refused", dicomweb__path=asked.path)


CHECK = Check("dicomweb-search-open", Severity.CRITICAL, LoadClass.LIGHT, "DICOM PS3.18 10.6; CWE-306", judge)
