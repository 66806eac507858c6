"""Can a server of messages between machines be reached in clear from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    broker = look.facts.broker
    if broker is None or look.facts.is_under_tls or not faces_the_internet(look):
        return None
    product = " ".join(part for part in (broker.product, broker.version) if part) or "not told"
    return failed("a server of messages answers in clear", broker__protocol=broker.protocol, broker__product=product)


CHECK = Check("broker-exposed", Severity.HIGH, LoadClass.LIGHT, "ANSSI, guide d'hygiene, measure 23", judge)
