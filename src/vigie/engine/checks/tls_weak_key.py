"""Is a key shown by the server so short that it can be found?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed, unknown

# ANSSI-PG-083 (2.04): 2,048 bits at least for integers until the end of 2030, 250 bits for curves.
MIN_INTEGER_BITS = 2048
_SHORT_CURVES = frozenset({"secp192r1", "secp224r1", "sect163k1", "sect163r2", "sect233k1", "sect233r1"})


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    keys = [leaf.key, *(link.key for link in leaf.chain)]
    short = [key for key in keys if is_short(key)]
    if short:
        return failed("a key of the certificate is too short", certificate__keys=", ".join(short))
    if leaf.key == "other":
        return unknown("the key is of a kind that is not known", certificate__sha256=leaf.sha256)
    return passed("the keys are long enough", certificate__keys=", ".join(keys))


def is_short(key: str) -> bool:
    """Of "RSA 1024", "EC secp256r1", "Ed25519"."""
    kind, _, size = key.partition(" ")
    if kind in {"RSA", "DSA"}:
        return int(size) < MIN_INTEGER_BITS
    return kind == "EC" and size in _SHORT_CURVES


CHECK = Check("tls-weak-key", Severity.MEDIUM, LoadClass.PASSIVE, "ANSSI-PG-083; CA/Browser Forum BR 6.1.5", judge)
