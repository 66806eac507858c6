"""How things are named on a page: findings, products, and why something is unknown."""

import re

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vigie.apps.findings.enums import CloseReason, FindingKind
from vigie.apps.findings.models import Finding
from vigie.apps.vulns.models import Vulnerability
from vigie.data import texts
from vigie.data.documents import DocumentError
from vigie.data.texts import CheckText, check_text, product_name, product_text, spaced

ANSWERS = {
    "answered": _("answered"),
    "silent": _("accepted the connection, then said nothing"),
    "closed": _("closed the connection before answering"),
    "garbled": _("answered something that is not understood"),
    "too_long": _("answered more than one question may take"),
    "not_asked": _("not asked"),
}
# What the probes and the campaigns write, as a pattern -> what people read. An unlisted reason is shown as recorded.
UNKNOWN_REASONS = (
    (r"no mandate(?: in force)?", _("no mandate in force")),
    (r"accepts, then says nothing|silent", ANSWERS["silent"]),
    (r"closed before an answer|closed", ANSWERS["closed"]),
    (r"garbled", ANSWERS["garbled"]),
    (r"no end after \d+ bytes|too_long", ANSWERS["too_long"]),
    (r"listens in silence: possible MLLP, nothing was sent", _("may be an HL7 listener: it waits, nothing was sent")),
    (r"no answer to an empty frame", _("no answer to an empty HL7 frame")),
    (r"a host did not answer", _("addresses that did not answer")),
    (r"a name leads outside the mandate|(?:not asked: )?name outside the mandate", _("names outside the mandate")),
    (r"a name did not resolve", _("names that did not resolve")),
    (r"a range of more than \d+ addresses", _("ranges that are too wide")),
    (r"(?:not asked: )?outside the mandate", _("outside the mandate")),
    (r"(?:not asked: )?outside the window", _("outside the hours that the mandate allows")),
    (r"(?:not asked: )?excluded by the mandate.*", _("addresses excluded by the mandate")),
    (r"(?:not asked: )?port excluded by the mandate", _("ports excluded by the mandate")),
    (r"(?:not asked: )?stopped", _("stopped before it was asked")),
    (r"not_asked", ANSWERS["not_asked"]),
)


def language() -> str:
    """The language of the reader, among those in which the texts are written."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def service_name(slug: str) -> str:
    return texts.service_name(slug) if slug else gettext("not recognised")


def answer_label(slug: str) -> str:
    return str(ANSWERS.get(slug, slug))


def unknown_reason(reason: str) -> str:
    """A reason in the reader's language when it is one of ours, else as it was recorded."""
    return next((str(told) for pattern, told in UNKNOWN_REASONS if re.fullmatch(pattern, reason)), reason)


def close_reason(reason: str) -> str:
    return str(CloseReason(reason).label) if reason in CloseReason.values else reason


def person(actor: str) -> str:
    """Who acted, without the number of the account that the audit trail keeps."""
    return re.sub(r"^(?:user|contact):\d+ ", "", actor)


def subject_title(subject: str) -> str:
    """What a finding is about, without its version: a product, or the title of a check."""
    if ":" in subject:
        return product_name(subject)
    try:
        return check_text(subject, language()).title
    except DocumentError:
        return subject.replace("-", " ").capitalize()


def finding_title(finding: Finding, count: int | None = None) -> str:
    """One line that says what to look at; a product names its version and how many flaws are known."""
    if finding.kind != FindingKind.PRODUCT:
        return subject_title(finding.subject)
    name = f"{product_name(finding.subject)} {finding.seen_version}".strip()
    known = count if count is not None else getattr(finding, "vulnerability_count", None)
    if not known:
        return name
    return ngettext("%(name)s: %(n)d known vulnerability", "%(name)s: %(n)d known vulnerabilities", known) % {
        "name": name,
        "n": known,
    }


def finding_text(finding: Finding, count: int) -> CheckText | None:
    """The whole explanation of a finding; None when nobody has written it yet."""
    try:
        if finding.kind != FindingKind.PRODUCT:
            return check_text(finding.subject, language())
        return product_text(
            language(),
            product=product_name(finding.subject),
            version=finding.seen_version,
            fixed=finding.fixed_version or None,
            count=count,
            exploited=finding.exploited,
        )
    except DocumentError:
        return None


def place(finding: Finding) -> str:
    """Where it is, with the port: the first name under which it shows, and how many more; else the address."""
    names = [name for name in finding.names if name]
    host = names[0] if names else finding.address
    where = f"[{host}]:{finding.port}" if ":" in host else f"{host}:{finding.port}"
    return f"{where} +{len(names) - 1}" if len(names) > 1 else where


def vulnerability_title(vulnerability: Vulnerability) -> str:
    """Our own title in the reader's language, else the beginning of what the source says."""
    own = vulnerability.title_en if language() == "en" else vulnerability.title_fr
    return spaced(own, language()) or vulnerability.description[:160]
