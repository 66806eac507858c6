"""Does a Windows desktop show its sign-in screen to someone who has proven nothing?"""

from vigie.engine.facts import RdpSecurity, ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    rdp = look.facts.rdp
    if rdp is None:
        return None
    if rdp.security is None:
        return unknown("the server refused for another reason")
    if rdp.security is RdpSecurity.NLA_REQUIRED:
        return passed("network-level authentication is required", rdp__security=rdp.security.value)
    return failed("a session begins without network-level authentication", rdp__security=rdp.security.value)


CHECK = Check("rdp-without-nla", Severity.HIGH, LoadClass.LIGHT, "MS-RDPBCGR 5.4.5.2; CVE-2019-0708", judge)
