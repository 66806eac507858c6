"""Which hosts take the mail of a domain, and what does it publish to protect the way to them?"""

from .question import Answers


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


def records_of(answers: Answers, version: str) -> Answers:
    """The texts that begin with that version: "v=STSv1", "v=TLSRPTv1"."""
    if answers is None:
        return None
    return tuple(text for text in answers if text.replace(" ", "").startswith(f"{version};"))


def issuers(answers: Answers) -> Answers:
    """Who may issue certificates, from '0 issue "letsencrypt.org"' (RFC 8659)."""
    if answers is None:
        return None
    return tuple(text for text in answers if text.partition(" ")[2].lower().startswith(("issue ", "issuewild ")))
