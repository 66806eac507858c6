"""What does a domain ask receivers to do with mail that only pretends to come from it (RFC 7489)?"""

from dataclasses import replace

from .facts import DmarcFacts
from .question import Question, Survey

MAX_REPORT_DOMAINS = 4  # a record that asks more of us is not an honest one
POLICIES = ("none", "quarantine", "reject")


def survey(domain: str, registered: str) -> Survey[DmarcFacts | None]:
    """Ask the domain, then the registered one that it belongs to; None when what holds could not be asked."""
    texts = yield Question("TXT", f"_dmarc.{domain}")
    if texts is None:
        return None
    own, above = own_records(texts), None
    if not own and domain != registered:
        texts = yield Question("TXT", f"_dmarc.{registered}")
        if texts is None:
            return None
        own, above = own_records(texts), registered
    facts = parse(own, above)
    if facts.record is None or not facts.reports:
        return facts
    refused = yield from _reports_refused(facts.record, above or domain, registered)
    return replace(facts, reports_refused=refused)


def report_domains(record: str, registered: str) -> list[str]:
    """Where the reports go outside of what the owner registered: whoever is there must agree (7.1)."""
    found = []
    for address in (part for tag in ("rua", "ruf") for part in tags_of(record).get(tag, "").split(",")):
        scheme, _, place = address.strip().partition(":")
        at = place.partition("!")[0].rpartition("@")[2].strip().rstrip(".").lower()
        if scheme.lower() == "mailto" and at and at != registered and not at.endswith(f".{registered}"):
            found.append(at)
    return list(dict.fromkeys(found))[:MAX_REPORT_DOMAINS]


def _reports_refused(record: str, domain: str, registered: str) -> Survey[tuple[str, ...] | None]:
    refused = []
    for place in report_domains(record, registered):
        texts = yield Question("TXT", f"{domain}._report._dmarc.{place}")
        if texts is None:
            return None
        if not own_records(texts):
            refused.append(place)
    return tuple(refused)


def own_records(texts: tuple[str, ...]) -> list[str]:
    """The records of DMARC among all texts (6.6.3)."""
    return [
        text for text in texts if text.replace(" ", "").startswith(("v=DMARC1;", "v=DMARC1\t")) or text == "v=DMARC1"
    ]


def parse(records: list[str], inherited_from: str | None) -> DmarcFacts:
    """What holds for the domain that was asked; several records are as good as none (6.6.3)."""
    if not records:
        return DmarcFacts(None)
    if len(records) > 1:
        return DmarcFacts(records[0], inherited_from=inherited_from, fault="several records")
    tags = tags_of(records[0])
    reports = any(part.strip().lower().startswith("mailto:") for part in tags.get("rua", "").split(","))
    wanted = tags.get("p", "").lower()
    if inherited_from is not None:
        wanted = tags.get("sp", wanted).lower()
    fault = ""
    if wanted not in POLICIES:
        # 6.6.3: without a valid policy, a record that asks for reports is read as "none".
        fault, wanted = "no valid policy", "none" if reports else ""
    strict = tuple(what for what, tag in (("spf", "aspf"), ("dkim", "adkim")) if tags.get(tag, "r").lower() == "s")
    return DmarcFacts(records[0], wanted or None, _percent(tags.get("pct")), inherited_from, reports, fault, strict)


def tags_of(text: str) -> dict[str, str]:
    """The "name=value" pairs between semicolons; the first of a name counts."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equal, value = part.partition("=")
        if equal:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def _percent(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text[:4]) <= 100 else 100
