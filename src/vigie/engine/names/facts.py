"""What does the DNS say of one domain, in typed facts?"""

from dataclasses import dataclass
from enum import StrEnum


class DnssecState(StrEnum):
    UNSIGNED = "unsigned"  # the parent holds no fingerprint of a key
    SIGNED = "signed"  # the keys match it, and signed themselves
    BROKEN = "broken"  # the parent holds one that no key matches, or whose signature does not hold


@dataclass(frozen=True, slots=True)
class SpfFacts:
    """Who may send mail in the name of the domain (RFC 7208)."""

    record: str | None  # None when there is none, which is an answer
    fault: str = ""  # why receivers cannot use it, short English clause
    lookups: int = 0  # questions that a receiver must ask, ten at most
    void_lookups: int = 0
    default: str | None = None  # what holds for every other sender: "-", "~", "?", "+"; None when it is not known
    complete: bool = True  # False when a record that it leads to could not be asked


@dataclass(frozen=True, slots=True)
class DmarcFacts:
    """What is to be done with mail that only pretends to come from the domain (RFC 7489)."""

    record: str | None  # None when neither the domain nor the one it belongs to has any
    policy: str | None = None  # "none", "quarantine", "reject": what holds for this very domain
    percent: int = 100
    inherited_from: str | None = None  # the domain that the record is of, when it is not this one
    reports: bool = False  # someone receives the daily reports
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """A None part could not be asked; an empty one is an answer."""

    name: str
    is_registered: bool  # an owner's own domain: below it all is theirs, above it nothing
    exists: bool | None
    mail_hosts: tuple[str, ...] | None = None  # of its MX, the preferred first
    refuses_mail: bool | None = None  # RFC 7505: the null MX
    spf: SpfFacts | None = None
    dmarc: DmarcFacts | None = None
    mta_sts: tuple[str, ...] | None = None
    tls_reports: tuple[str, ...] | None = None
    dane_hosts: tuple[str, ...] | None = None  # mail hosts with a TLSA record
    caa: tuple[str, ...] | None = None
    dnssec: DnssecState | None = None
    name_servers: tuple[str, ...] | None = None
    open_transfers: tuple[str, ...] | None = None  # name servers that give the whole zone to a stranger

    @property
    def takes_mail(self) -> bool | None:
        """True when mail can be sent to it, False when it says that none can, or has no mail server of its own."""
        if self.mail_hosts is None:
            return None
        return bool(self.mail_hosts) and not self.refuses_mail
