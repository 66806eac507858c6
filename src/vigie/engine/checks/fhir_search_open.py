"""May a stranger search the patients of a FHIR server?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    fhir = look.facts.fhir
    if fhir is None:
        return None
    if fhir.search_open is None:
        return unknown("the search was neither granted nor refused", fhir__version=fhir.fhir_version)
    if fhir.search_open:
        return failed("a search of patients is granted without sign-in", fhir__version=fhir.fhir_version)
    return passed("a search of patients is refused", fhir__version=fhir.fhir_version)


CHECK = Check("fhir-search-open", Severity.CRITICAL, LoadClass.LIGHT, "HL7 FHIR R4, security.html", judge)
