"""Can someone on the internet be asked for a password that travels in clear?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    telnet = look.facts.telnet
    if telnet is None or not faces_the_internet(look):
        return None
    if look.facts.is_under_tls:
        return passed("the terminal is under TLS")
    shown = "negotiates terminal options" if telnet.negotiates else "asks for a login"
    return failed("a Telnet terminal answers in clear", telnet__shown=shown, banner=telnet.greeting[:200])


CHECK = Check(
    "telnet-exposed", Severity.HIGH, LoadClass.LIGHT, "CISA BOD 23-02; ANSSI, guide d'hygiene, measure 21", judge
)
