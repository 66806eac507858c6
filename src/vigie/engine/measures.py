"""Does a look say that a compensating measure is in place? Only what shows from outside; else a person verifies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vigie.engine.facts import Answer, PortState, ServiceLook


class Measure(StrEnum):
    """The same slugs as vigie.apps.findings.enums.MeasureKind; a test holds them together."""

    FILTERED = "filtered"
    NAME_WITHDRAWN = "name_withdrawn"
    VERSION_HIDDEN = "version_hidden"
    CERTIFICATE_ONLY = "certificate_only"
    PAGE_REFUSED = "page_refused"


@dataclass(frozen=True, slots=True)
class PortLook:
    """One port of one look, beside what the finding is about."""

    state: PortState
    silent_before: bool  # a look long enough ago met the same silence, the host being there, and none saw it open since
    services: tuple[ServiceLook, ...]  # one for each name that was asked; "" by address
    names: tuple[str, ...]  # under which the finding was seen
    missing: frozenset[str]  # names that were asked for, or lead elsewhere, and did not answer there
    product: tuple[str, str] | None  # (vendor, product) of the finding; None for a check


def _filtered(look: PortLook) -> bool | None:
    """Refused is an answer. Silence is one only twice: a host that is down or slow is silent too."""
    if look.state is PortState.OPEN:
        return False
    if look.state is PortState.REFUSED:
        return True
    return True if look.state is PortState.SILENT and look.silent_before else None


def _name_withdrawn(look: PortLook) -> bool | None:
    """The port must answer under another name: a silent port says nothing of its names."""
    answered = {service.name or "" for service in look.services if service.answer is Answer.ANSWERED}
    if answered & set(look.names):
        return False
    return True if answered and look.missing.issuperset(look.names) else None


def _version_hidden(look: PortLook) -> bool | None:
    """The product must still be recognised: what is not recognised hides nothing."""
    told = [
        identity.version or identity.versions
        for service in look.services
        for identity in service.identities
        if (identity.vendor, identity.product) == look.product
    ]
    return not any(told) if told else None


def _certificate_only(look: PortLook) -> bool | None:
    """Told by the end of the conversation (TLS 1.3), or by the page of a server that says so in its own words."""
    told = [_asks_for_certificate(service) for service in look.services]
    if False in told:
        return False
    return True if told and None not in told else None


def _asks_for_certificate(service: ServiceLook) -> bool | None:
    tls, http = service.facts.tls, service.facts.http
    if tls is not None and tls.wants_certificate:
        return True
    if http is None:
        return None
    if http.status in CERTIFICATE_STATUSES and CERTIFICATE_WORDS in (http.title or "").lower():
        return True
    return None if http.status >= 300 else False


def _page_refused(look: PortLook) -> bool | None:
    """Each name must refuse it; a redirection elsewhere says nothing of what is behind."""
    statuses = [service.facts.http.status for service in look.services if service.facts.http is not None]
    if any(200 <= status < 300 for status in statuses):
        return False
    whole = len(statuses) == len(look.services) and all(status in REFUSALS for status in statuses)
    return True if statuses and whole else None


REFUSALS = frozenset({401, 403, 407})
# What nginx answers when it is told to let in certificates alone; its own status 496 leaves as 400.
CERTIFICATE_STATUSES, CERTIFICATE_WORDS = frozenset({400, 403, 496}), "no required ssl certificate"

#   measure -> what a look must show: True it is in place, False it is not, None it cannot be told
RULES: Mapping[Measure, Callable[[PortLook], bool | None]] = {
    Measure.FILTERED: _filtered,
    Measure.NAME_WITHDRAWN: _name_withdrawn,
    Measure.VERSION_HIDDEN: _version_hidden,
    Measure.CERTIFICATE_ONLY: _certificate_only,
    Measure.PAGE_REFUSED: _page_refused,
}

#   the same in words: (in place, not in place); anything else changes nothing
TABLE: Mapping[Measure, tuple[str, str]] = {
    Measure.FILTERED: (
        "the port refuses; or it is silent at two looks far enough apart, at which the host answered elsewhere",
        "the port is open",
    ),
    Measure.NAME_WITHDRAWN: (
        "the port answers, and none of the names of the finding does",
        "one of the names of the finding answers there",
    ),
    Measure.VERSION_HIDDEN: (
        "the product is recognised, and tells no version",
        "the product tells its version",
    ),
    Measure.CERTIFICATE_ONLY: (
        "every name refuses a visitor without a certificate: the TLS 1.3 alert that says so, or the page of nginx",
        "a page is shown to a visitor without a certificate",
    ),
    Measure.PAGE_REFUSED: (
        "every name refuses the page (401, 403 or 407)",
        "a page is shown (2xx)",
    ),
}

WEB = frozenset({"http", "https", "fhir", "tls"})  # services of which a look reads a page


def in_place(measure: Measure, look: PortLook) -> bool | None:
    return RULES[measure](look)


def applies(
    measure: Measure, names: Sequence[str], product: tuple[str, str] | None, service: str | None = None
) -> bool:
    """Whether it means something for such a finding, of such a service as it was last seen."""
    if measure in {Measure.CERTIFICATE_ONLY, Measure.PAGE_REFUSED}:
        return service in WEB
    if measure is Measure.NAME_WITHDRAWN:
        return any(names)
    return measure is not Measure.VERSION_HIDDEN or product is not None
