"""Does the server offer SSH algorithms that are broken?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown

# Broken, not merely old: RFC 8758 (RC4), RFC 9142 (group 1, 1024 bits), RFC 4253 as updated (DES, MD5, DSA).
WEAK = frozenset(
    {
        "diffie-hellman-group1-sha1",
        "ssh-dss",
        "3des-cbc",
        "blowfish-cbc",
        "cast128-cbc",
        "des-cbc",
        "arcfour",
        "arcfour128",
        "arcfour256",
        "hmac-md5",
        "hmac-md5-96",
        "hmac-md5-etm@openssh.com",
        "hmac-md5-96-etm@openssh.com",
        "none",
    }
)


def judge(look: ServiceLook) -> Judgement | None:
    ssh = look.facts.ssh
    if ssh is None:
        return None
    offered = (*ssh.kex, *ssh.host_keys, *ssh.ciphers, *ssh.macs)
    if not offered:
        return unknown("the server did not tell its algorithms")
    weak = sorted(WEAK.intersection(offered))
    if weak:
        return failed("broken algorithms are offered", ssh__weak=", ".join(weak))
    return passed("no broken algorithm is offered", ssh__offered=str(len(offered)))


CHECK = Check("ssh-weak-algorithms", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 9142; RFC 8758", judge)
