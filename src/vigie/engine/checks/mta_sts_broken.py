"""Can senders keep to the policy that the domain publishes for its mail?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import StsMode, is_covered
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or not domain.mta_sts or not domain.takes_mail:
        return None
    if len(domain.mta_sts) > 1:
        return failed("there are several MTA-STS records", mta_sts__record=" / ".join(domain.mta_sts))
    policy = domain.sts_policy
    if policy is None:
        return unknown("the policy could not be asked", mta_sts__record=domain.mta_sts[0])
    evidence = {"mta_sts__mode": policy.mode or "none told", "mta_sts__hosts": ", ".join(policy.patterns)}
    if policy.fault:
        return failed(policy.fault, **evidence)
    left_out = [host for host in domain.mail_hosts or () if not is_covered(host, policy.patterns)]
    if left_out and policy.mode is not StsMode.NONE:
        return failed("the policy leaves a mail host out", **evidence, mail__hosts=", ".join(left_out))
    if policy.mode is not StsMode.ENFORCE:
        return failed("the policy asks nothing of senders", **evidence)
    return passed("the policy holds for every mail host", **evidence)


CHECK = Check("mta-sts-broken", Severity.LOW, LoadClass.LIGHT, "RFC 8461 3.2, 4.1", judge)
