"""Who may send mail in the name of a domain, and can receivers make use of what it says (RFC 7208)?"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError

from .facts import SpfFacts
from .question import Answers, Question, Survey

MAX_LOOKUPS = 10  # 4.6.4
MAX_VOID_LOOKUPS = 2  # 4.6.4
MAX_MAIL_HOSTS = 10  # 4.6.4
_MODIFIER = re.compile(r"[A-Za-z][A-Za-z0-9._-]*=")
_LENGTH = r"(0|[1-9][0-9]{0,2})"  # 12: a length of prefix has no leading zero
_TARGET = re.compile(rf"(?::(.+?))?(?:/{_LENGTH})?(?://{_LENGTH})?")
_DOMAIN = re.compile(r"[\x21-\x7e]{1,253}")
# 7.1: a letter, which digits and "r" may follow, and what splits its parts; or a percent sign, a space, a "%20".
_MACRO = re.compile(r"%(?:\{[slodipvhcrtSLODIPVHCRT](?:[1-9][0-9]{0,2})?r?[.\-+,/_=]*\}|[%_-])")
# 7.1: what is written out ends in a top label, which is not of digits alone: an address is no domain.
_END = re.compile(r"(?:%\{[^}]*\}|%[%_-]|\.(?=[A-Za-z0-9-]*[A-Za-z-])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?)\Z")


class BadRecord(Exception):
    """The record cannot be used; the message says why, in a short English clause."""


@dataclass(frozen=True, slots=True)
class Term:
    qualifier: str
    mechanism: str
    value: str  # domain or network, "" for the domain itself


@dataclass(frozen=True, slots=True)
class Record:
    terms: tuple[Term, ...]
    redirect: str | None


@dataclass(slots=True)
class _Count:
    lookups: int = 0
    void: int = 0
    complete: bool = True

    def lookup(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise BadRecord(f"more than {MAX_LOOKUPS} lookups")

    def note(self, answers: Answers) -> None:
        if answers is None:
            self.complete = False
        elif not answers:
            self.void += 1
            if self.void > MAX_VOID_LOOKUPS:
                raise BadRecord(f"more than {MAX_VOID_LOOKUPS} lookups that lead to nothing")


def survey(domain: str) -> Survey[SpfFacts | None]:
    """Ask for the record of a domain and all that it leads to; None when the record itself could not be asked."""
    texts = yield Question("TXT", domain)
    if texts is None:
        return None
    records = own_records(texts)
    if not records:
        return SpfFacts(None)
    if len(records) > 1:
        return SpfFacts(records[0], "several records")
    count = _Count()
    try:
        default = yield from _evaluate(records[0], domain, count)
    except BadRecord as error:
        return SpfFacts(records[0], str(error), count.lookups, count.void, None, count.complete)
    return SpfFacts(records[0], "", count.lookups, count.void, default, count.complete)


def own_records(texts: tuple[str, ...]) -> list[str]:
    """The records of SPF among all texts: the version is a whole word (4.5)."""
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def parse(text: str) -> Record:
    """Split a record into its terms; raises BadRecord, for one wrong term makes the whole of it useless (4.6)."""
    terms: list[Term] = []
    redirect, explained = None, False
    for word in text.split(" ")[1:]:
        if not word:
            continue
        if _MODIFIER.match(word):
            name, _, value = word.partition("=")
            if name.lower() == "redirect":
                if redirect is not None:
                    raise BadRecord("two redirections")
                redirect = _domain(value)
            elif name.lower() == "exp":
                if explained:
                    raise BadRecord("two explanations")
                explained = bool(_domain(value))
            continue
        terms.append(_term(word))
    return Record(tuple(terms), redirect)


def _term(word: str) -> Term:
    qualifier, rest = (word[0], word[1:]) if word[0] in "+?~-" else ("+", word)
    kind = re.split(r"[:/]", rest, maxsplit=1)[0].lower()
    value = rest[len(kind) :]
    if kind == "all" and not value:
        return Term(qualifier, kind, "")
    if kind in {"ip4", "ip6"} and value.startswith(":"):
        return Term(qualifier, kind, _network(kind, value[1:]))
    if kind in {"include", "exists"} and value.startswith(":"):
        return Term(qualifier, kind, _domain(value[1:]))
    if kind in {"a", "mx"} and (found := _TARGET.fullmatch(value)):
        if int(found.group(2) or 0) > 32 or int(found.group(3) or 0) > 128:
            raise BadRecord(f"not a length of prefix: {word[:60]}")
        return Term(qualifier, kind, _domain(found.group(1)) if found.group(1) else "")
    if kind == "ptr" and (not value or value.startswith(":")):
        return Term(qualifier, kind, _domain(value[1:]) if value else "")
    raise BadRecord(f"not a mechanism: {word[:60]}")


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text) or "%" in _MACRO.sub("", text) or not _END.search(text):
        raise BadRecord(f"not a domain: {text[:60]}")
    return text.rstrip(".").lower()


def _network(kind: str, text: str) -> str:
    address, slash, length = text.partition("/")
    if "%" in address or (slash and not re.fullmatch(_LENGTH, length)):
        raise BadRecord(f"not an address: {text[:60]}")  # no mask, no zone: a number of bits
    try:
        network = IPv4Network(text, strict=False) if kind == "ip4" else IPv6Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise BadRecord(f"not an address: {text[:60]}") from None
    return str(network)


def _evaluate(text: str, domain: str, count: _Count) -> Survey[str | None]:
    """What the record says of a sender that it does not name; raises BadRecord."""
    record = parse(text)
    opened = False
    for term in record.terms:
        if term.mechanism == "all":
            return "+" if opened else term.qualifier
        target = term.value or domain
        if term.mechanism == "include":
            default = yield from _follow(target, count, "an include")
            opened = opened or (term.qualifier == "+" and default == "+")
        elif term.mechanism in {"ip4", "ip6"}:
            opened = opened or (term.qualifier == "+" and term.value.endswith("/0"))
        else:
            yield from _lookup(term.mechanism, target, count)
    if record.redirect is not None:
        default = yield from _follow(record.redirect, count, "a redirection")
        return "+" if opened else default
    return "+" if opened else "?"


def _follow(target: str, count: _Count, what: str) -> Survey[str | None]:
    """The same of another record; None when it cannot be known."""
    count.lookup()
    if "%" in target:
        return None  # a macro: another record for each sender
    texts = yield Question("TXT", target)
    if texts is None:
        count.complete = False
        return None
    records = own_records(texts)
    if len(records) != 1:
        found = "several records" if records else "no record"
        raise BadRecord(f"{what} leads to {found}: {target[:60]}")
    default = yield from _evaluate(records[0], target, count)
    return default


def _lookup(mechanism: str, target: str, count: _Count) -> Survey[None]:
    count.lookup()
    if "%" in target or mechanism == "ptr":
        return
    if mechanism == "mx":
        hosts = yield Question("MX", target)
        if hosts is not None and len(hosts) > MAX_MAIL_HOSTS:
            raise BadRecord(f"more than {MAX_MAIL_HOSTS} mail hosts: {target[:60]}")
        count.note(hosts)
        return
    found = yield Question("A", target)
    if found == () and mechanism == "a":
        found = yield Question("AAAA", target)
    count.note(found)
