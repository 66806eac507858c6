"""What does a domain ask receivers to do with mail that only pretends to come from it (RFC 7489)?"""

from .facts import DmarcFacts
from .question import Question, Survey

POLICIES = ("none", "quarantine", "reject")


def survey(domain: str, registered: str) -> Survey[DmarcFacts | None]:
    """Ask the domain, then the registered one that it belongs to; None when what holds could not be asked."""
    texts = yield Question("TXT", f"_dmarc.{domain}")
    if texts is None:
        return None
    own = own_records(texts)
    if own or domain == registered:
        return parse(own, None)
    texts = yield Question("TXT", f"_dmarc.{registered}")
    return None if texts is None else parse(own_records(texts), registered)


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
    reports = tags.get("rua", "").lower().startswith("mailto:")
    wanted = tags.get("p", "").lower()
    if inherited_from is not None:
        wanted = tags.get("sp", wanted).lower()
    fault = ""
    if wanted not in POLICIES:
        # 6.6.3: without a valid policy, a record that asks for reports is read as "none".
        fault, wanted = "no valid policy", "none" if reports else ""
    return DmarcFacts(records[0], wanted or None, _percent(tags.get("pct")), inherited_from, reports, fault)


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
