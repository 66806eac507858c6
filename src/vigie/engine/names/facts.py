"""What does the DNS say of one domain, in typed facts?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vigie.engine.facts_of_tls import TlsFacts

from .mail_way import StsPolicy


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
    strict: tuple[str, ...] = ()  # what must bear the very same name, not a parent's: "spf", "dkim" (3.1)
    # Domains that the reports are asked to be sent to, and that did not say that they take them (7.1); None: not told.
    reports_refused: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key that mail is signed with (RFC 6376)."""

    selector: str
    kind: str  # "rsa", "ed25519", as the record says
    bits: int | None  # of an RSA key; None for another kind, or when it cannot be read
    revoked: bool = False  # published without a key: nothing that it signed is valid
    testing: bool = False  # receivers are asked to look away (t=y)


class Claim(StrEnum):
    """How a stranger could take the place of what does not exist any more."""

    REGISTRATION = "registration"  # the domain that it is of is nobody's: anyone may register it
    SERVICE = "service"  # a shared service that gives such names to whoever asks first


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a name leads through its aliases, the last one being the end; without alias it leads nowhere else."""

    chain: tuple[str, ...]
    exists: bool  # the end has an address
    claim: Claim | None = None
    service: str = ""  # the domain, or the shared service, that could be claimed from

    @property
    def end(self) -> str:
        return self.chain[-1] if self.chain else ""


@dataclass(frozen=True, slots=True)
class LeakFacts:
    """What somebody else told of leaks of the domain: how much and until when, never whose."""

    kind: str  # "credentials", "code"
    count: int
    last_on: date | None  # None when the source does not say


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    """What the registry holds of the domain (RFC 9083): until when it is its owner's, and in which state."""

    expires_on: date | None  # None when the registry does not tell
    statuses: tuple[str, ...] = ()  # RFC 8056, lower case: "active", "redemption period"


@dataclass(frozen=True, slots=True)
class MailServer:
    """What a mail host shows to whoever brings mail; asked only where a mandate covers it."""

    host: str
    asked: bool = False
    reason: str = ""  # why it was not asked, or why its TLS is not known, short English clause
    starttls: bool | None = None
    tls: TlsFacts | None = None
    tlsa_kept: bool | None = None  # what it shows is what its TLSA records say; None when there is nothing to keep
    tlsa_signed: DnssecState | None = None  # of the zone that its TLSA records are in


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
    dkim: tuple[DkimKey, ...] | None = None  # under the selectors that are known: never all of them
    alias: Lead | None = None
    mail_hosts_missing: tuple[Lead, ...] | None = None  # those of its MX that have no address
    name_servers_missing: tuple[Lead, ...] | None = None
    name_servers_lame: tuple[str, ...] | None = None  # those that say that they do not serve it; None: not all told
    dnssec_fault: str = ""  # why the signatures do not hold, short English clause
    registration: RegistrationFacts | None = None  # asked of the registry, not of the DNS; None when it was silent
    mail_servers: tuple[MailServer, ...] | None = None
    sts_policy: StsPolicy | None = None  # None when there is no record of one, or when it could not be asked
    leaks: tuple[LeakFacts, ...] | None = None  # None when nothing was ever brought in of it; not asked of the DNS

    @property
    def takes_mail(self) -> bool | None:
        """True when mail can be sent to it, False when it says that none can, or has no mail server of its own."""
        if self.mail_hosts is None:
            return None
        return bool(self.mail_hosts) and not self.refuses_mail
