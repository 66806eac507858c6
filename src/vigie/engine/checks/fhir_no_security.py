"""Does the FHIR server say how a caller must prove who it is?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    fhir = look.facts.fhir
    if fhir is None:
        return unknown("the capability statement could not be read") if look.service == "fhir" else None
    evidence = {"fhir__version": fhir.fhir_version, "fhir__resources": str(fhir.resource_count)}
    if fhir.security_declared:
        return passed("the capability statement declares its security", **evidence)
    return failed("the capability statement declares no security", **evidence)


CHECK = Check("fhir-no-security", Severity.HIGH, LoadClass.LIGHT, "HL7 FHIR R4, security.html", judge)
