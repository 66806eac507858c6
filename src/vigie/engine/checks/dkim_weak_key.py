"""Are the keys that the mail of the domain is signed with long enough, and in force?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import DkimKey
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown

MIN_RSA_BITS = 2048  # RFC 8301 3.2: at least 1024, and should be 2048; ANSSI asks for 2048 (RGS B1)


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.takes_mail:
        return None
    if domain.dkim is None:
        return unknown("the records could not be asked")
    keys = [key for key in domain.dkim if not key.revoked]
    if not keys:
        # Nobody can list the selectors of a domain: it may sign under another one.
        return unknown("no key under the selectors that are known")
    shown = ", ".join(_shown(key) for key in keys)
    short = [key for key in keys if key.bits is not None and key.bits < MIN_RSA_BITS]
    if short:
        return failed(f"an RSA key of less than {MIN_RSA_BITS} bits", dkim__keys=shown)
    if all(key.testing for key in keys):
        return failed("every key is published for testing: receivers are asked to look away", dkim__keys=shown)
    return passed("the keys are long enough", dkim__keys=shown)


def _shown(key: DkimKey) -> str:
    size = f" {key.bits}" if key.bits else ""
    return f"{key.selector}: {key.kind}{size}{' (testing)' if key.testing else ''}"


CHECK = Check("dkim-weak-key", Severity.LOW, LoadClass.PASSIVE, "RFC 8301 3.2; RFC 6376 3.6.1", judge)
