"""Does the server still accept the first version of SSH?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    ssh = look.facts.ssh
    if ssh is None:
        return None
    banner = look.facts.banner or ""
    # RFC 4253 5.1: 1.99 is how a server says that it speaks both 1.x and 2.0.
    if ssh.protocol.startswith("1."):
        return failed("SSH 1 is accepted", banner=banner)
    return passed("only SSH 2 is spoken", banner=banner)


CHECK = Check("ssh-obsolete-protocol", Severity.HIGH, LoadClass.PASSIVE, "RFC 4253 5.1; ANSSI-NT-007", judge)
