"""Which hosts take the mail of a domain, and what does it publish to protect the way to them?"""

import re

from .dmarc import tags_of
from .question import Answers

_IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,32}")
_PLACE = re.compile(r"(?i)(?:mailto:[^\s,]+@[^\s,]+|https://[^\s,]+)(?:\s*,\s*(?:mailto:|https://)[^\s,]+)*")


def mail_hosts(answers: Answers) -> tuple[tuple[str, ...] | None, bool | None]:
    """The hosts of "10 mx.example.", the preferred first; and whether the domain refuses all mail (RFC 7505)."""
    if answers is None:
        return None, None
    ranked = []
    for text in answers:
        preference, _, host = text.strip().partition(" ")
        ranked.append((int(preference) if preference.isascii() and preference.isdigit() else 0, host.strip().lower()))
    if ranked and all(host in {".", ""} for _, host in ranked):
        return (), True
    return tuple(dict.fromkeys(host.rstrip(".") for _, host in sorted(ranked) if host not in {".", ""})), False


def transport_policy(answers: Answers) -> Answers:
    """The one record of MTA-STS that senders use; () when there is none, several, or no identifier (RFC 8461 3.1)."""
    return _one_of(answers, "v=STSv1", "id", _IDENTIFIER)


def transport_reports(answers: Answers) -> Answers:
    """The one record that asks for reports of encryption and says where to (RFC 8460 3); () for none, or several."""
    return _one_of(answers, "v=TLSRPTv1", "rua", _PLACE)


def _one_of(answers: Answers, version: str, tag: str, form: re.Pattern[str]) -> Answers:
    if answers is None:
        return None
    found = tuple(text for text in answers if text.replace(" ", "").startswith(f"{version};"))
    return found if len(found) == 1 and form.fullmatch(tags_of(found[0]).get(tag, "")) else ()


def issuers(answers: Answers) -> Answers:
    """Who may issue certificates, from '0 issue "letsencrypt.org"' (RFC 8659)."""
    if answers is None:
        return None
    return tuple(text for text in answers if text.partition(" ")[2].lower().startswith(("issue ", "issuewild ")))
