"""Can the equipment of the establishment be managed over SNMP from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    snmp = look.facts.snmp
    if snmp is None or not faces_the_internet(look):
        return None
    maker = "not told" if snmp.enterprise is None else str(snmp.enterprise)
    return failed("an agent answers a caller without a name", snmp__engine=snmp.engine, snmp__enterprise=maker)


CHECK = Check("snmp-exposed", Severity.HIGH, LoadClass.LIGHT, "ANSSI, guide d'hygiene, measure 23; RFC 3414 4", judge)
