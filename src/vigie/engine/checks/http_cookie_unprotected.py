"""Can the cookie that stands for a signed-in person be read on the way, or by a script?"""

import re

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed

# By its name, since its value is not read. What a script must read against forged requests is left out.
_SESSION = re.compile(r"(?i)sess|^sid$|[._-]sid$|auth|token|jwt|^remember|^cfid$|^cftoken$")
_FOR_SCRIPTS = re.compile(r"(?i)csrf|xsrf|requestverification")


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None:
        return None
    sessions = [c for c in http.cookie_flags if _SESSION.search(c.name) and not _FOR_SCRIPTS.search(c.name)]
    if not sessions:
        return None
    over_tls = look.facts.tls is not None
    weak = [c.name for c in sessions if not c.http_only or (over_tls and not c.secure)]
    if weak:
        return failed("a session cookie is not kept from the network or from scripts", http__cookies=", ".join(weak))
    return passed("session cookies are Secure and HttpOnly", http__cookies=", ".join(c.name for c in sessions))


CHECK = Check("http-cookie-unprotected", Severity.LOW, LoadClass.PASSIVE, "RFC 6265, 8.3; CWE-614; CWE-1004", judge)
