"""Can people read their mail without sending their password in clear?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    mailbox = look.facts.mailbox
    if mailbox is None:
        return None
    if look.facts.is_under_tls:
        return passed("the whole conversation is under TLS")
    if mailbox.starttls is None:
        return unknown("the server did not tell its capabilities", banner=mailbox.greeting)
    capabilities = " ".join(mailbox.capabilities)
    if mailbox.starttls:
        return passed("TLS is offered before the password", mailbox__capabilities=capabilities)
    if mailbox.login_refused:
        return passed("no password is accepted in clear", mailbox__capabilities=capabilities)
    return failed("TLS is not offered", mailbox__capabilities=capabilities, banner=mailbox.greeting)


CHECK = Check("imap-pop-no-starttls", Severity.HIGH, LoadClass.PASSIVE, "RFC 8314 3; RFC 2595", judge)
