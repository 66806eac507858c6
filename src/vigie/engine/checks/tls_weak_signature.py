"""Is the certificate, or one between it and its root, signed in a way that can be forged?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed

_FORGED = ("md2", "md4", "md5", "sha1", "dsa-with-sha1", "ecdsa-with-sha1")


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    if leaf.self_signed:
        return None  # another check says it: its signature proves nothing, whatever it is made with
    # Whoever trusts a root has it already: how it signed itself is not looked at.
    signatures = [leaf.signature, *(link.signature for link in leaf.chain if not link.self_signed)]
    weak = [one for one in signatures if one.lower().startswith(_FORGED)]
    if weak:
        return failed("a certificate is signed with a broken algorithm", certificate__signatures=", ".join(weak))
    return passed("the certificates are soundly signed", certificate__signatures=", ".join(signatures))


CHECK = Check("tls-weak-signature", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 9155; CA/Browser Forum BR 7.1.3.2", judge)
