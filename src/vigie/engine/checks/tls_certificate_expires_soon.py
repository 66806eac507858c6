"""Does the certificate end so soon that its renewal should have been made?"""

from datetime import timedelta

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .certificate import shown
from .check import Check, Judgement, failed, passed

# Automatic renewal acts a month before the end: three weeks mean that it did not.
SOON = timedelta(days=21)


def judge(look: ServiceLook) -> Judgement | None:
    leaf = shown(look)
    if leaf is None or isinstance(leaf, Judgement):
        return leaf
    left = leaf.not_after - look.looked_at
    evidence = {"certificate__not_after": leaf.not_after.isoformat(), "certificate__sha256": leaf.sha256}
    if left < timedelta(0):
        return None  # expired: another check says it, and this one has nothing to warn of
    if left <= SOON:
        return failed(f"the certificate ends in {left.days} days", **evidence)
    return passed(f"the certificate ends in {left.days} days", **evidence)


CHECK = Check("tls-certificate-expires-soon", Severity.LOW, LoadClass.PASSIVE, "CA/Browser Forum BR 6.3.2", judge)
