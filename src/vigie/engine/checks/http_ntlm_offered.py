"""Does the site let a stranger try the passwords of the internal domain, and tell its name?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None or not faces_the_internet(look):
        return None
    if http.status >= 500:
        return unknown("the server is in trouble: its headers tell nothing", http__status=str(http.status))
    schemes = [value.split(" ")[0] for name, value in http.headers if name == "www-authenticate"]
    if any(scheme.strip(",").lower() == "ntlm" for scheme in schemes):
        return failed("NTLM sign-in is offered to the internet", http__schemes=", ".join(schemes))
    return passed("NTLM sign-in is not offered", http__status=str(http.status))


CHECK = Check("http-ntlm-offered", Severity.MEDIUM, LoadClass.PASSIVE, "MS-NLMP 2.2.1.2; CWE-204", judge)
