"""How things are named on a page: findings, products, and why something is unknown."""

import re

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vigie.apps.findings.enums import CloseReason, FindingKind
from vigie.apps.findings.explaining import text_of
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.observatory.exposed_timeline import Milestone
from vigie.apps.vulns.models import Vulnerability
from vigie.data import texts
from vigie.data.documents import DocumentError
from vigie.data.texts import CheckText, check_text, product_name, spaced
from vigie.engine import ownership
from vigie.engine.place import place as where_is

ANSWERS = {
    "answered": _("answered"),
    "silent": _("accepted the connection, then said nothing"),
    "closed": _("closed the connection before answering"),
    "garbled": _("answered something that is not understood"),
    "too_long": _("answered more than one question may take"),
    "not_asked": _("not asked"),
}
#   a step in the life of a vulnerability -> as people read it
MILESTONES = {
    Milestone.PUBLISHED: _("Published"),
    Milestone.LISTED: _("On the list of exploited vulnerabilities"),
    Milestone.STORED: _("Known here"),
    Milestone.MATCHED: _("Compared with what was seen"),
    Milestone.FOUND: _("Found in establishments"),
    Milestone.NOTIFIED: _("Establishments notified"),
    Milestone.ACKNOWLEDGED: _("Establishments that have read it"),
    Milestone.FIXED: _("Fixed, verified"),
}
# What the probes and the campaigns write, as a pattern -> what people read. An unlisted reason is shown as recorded.
#   what holds an asset -> as people read it
HELD = {
    ownership.UNPROVED: _("not proved yet: nothing is sent to it"),
    ownership.CONTESTED: _("contested: nothing is sent to it until an analyst has decided"),
    ownership.HOSTED: _("hosted, without its host's agreement: no packet is sent to it"),
}
UNKNOWN_REASONS = (
    *((re.escape(why), told) for why, told in HELD.items()),
    (r"no mandate(?: in force)?", _("no mandate in force")),
    (r"accepts, then says nothing|silent", ANSWERS["silent"]),
    (r"closed before an answer|closed", ANSWERS["closed"]),
    (r"garbled", ANSWERS["garbled"]),
    (r"no end after \d+ bytes|too_long", ANSWERS["too_long"]),
    (r"listens in silence: possible MLLP, nothing was sent", _("may be an HL7 listener: it waits, nothing was sent")),
    (r"no answer to an empty frame", _("no answer to an empty HL7 frame")),
    (r"a host did not answer", _("addresses that did not answer")),
    (r"a name leads outside the mandate|(?:not asked: )?name outside the mandate", _("names outside the mandate")),
    (
        r"a name did not resolve: the resolvers .+|a name did not resolve: no resolver .+",
        _("names that our resolvers could not tell"),
    ),
    (r"a name did not resolve(?:: .+)?", _("names that did not resolve")),
    (r"a name leads elsewhere now", _("names that lead elsewhere than when the look was planned")),
    (r"not declared, or outside the mandate", _("not declared, or outside the mandate")),
    (r"paused after it stopped answering", _("hosts that stopped answering: left alone for a day")),
    (r"opted out: .+", _("addresses that somebody asked us to leave alone")),
    (r"fragile equipment: nothing is sent", _("fragile equipment: nothing is sent")),
    (r"fragile equipment: the lightest looks only", _("fragile equipment: the lightest looks only")),
    (
        r"a printer or controller port: nothing is said to it",
        _("ports of printers and controllers: nothing is said to them"),
    ),
    (
        r"no answer to a question without connection",
        _("services without connections that did not answer: that proves nothing"),
    ),
    (r"port excluded by the mandate", _("ports excluded by the mandate")),
    (r"name outside the mandate", _("names outside the mandate")),
    (r"a range of more than \d+ addresses", _("ranges that are too wide")),
    (r"(?:not asked: )?outside the mandate", _("outside the mandate")),
    (r"(?:not asked: )?outside the window", _("outside the hours that the mandate allows")),
    (r"(?:not asked: )?excluded by the mandate.*", _("addresses excluded by the mandate")),
    (r"(?:not asked: )?port excluded by the mandate", _("ports excluded by the mandate")),
    (r"(?:not asked: )?stopped", _("stopped before it was asked")),
    (r"not_asked", ANSWERS["not_asked"]),
)
# What the readers of reports say, in English for the terminal and the audit trail.
REPORT_FAULTS = (
    (
        r".+ is no report that Vigie can read: .+",
        _(
            "Vigie cannot read this file: "
            "it is no report of nmap, Nessus, OpenVAS, nuclei, masscan, testssl, sslyze or Qualys."
        ),
    ),
    (
        r".+ is XML, but no report that Vigie can read: .+",
        _("This file is XML, but no report that Vigie can read. Export it again from the tool, in its own format."),
    ),
    (
        r".+ declares entities or fetches other documents: .+",
        _("This file declares entities or fetches other documents: no scanner writes that. It was not read."),
    ),
    (
        r".+ is (?:not whole|cut).*|.+ holds a NUL byte.*",
        _("This report is cut or damaged: nothing of it is used. Export it again, and send it whole."),
    ),
    (r".+ is in UTF-16.*", _("This file is in UTF-16: save it again as UTF-8.")),
    (
        r".+: more than \d+ levels inside each other\.",
        _("This file nests too deep: no scanner writes that. It was not read."),
    ),
    (r".+: one record holds more than \d+ MB\.", _("One record of this file is too large to be one: it was not read.")),
    (
        r"it is of another perimeter: (?P<finess>\w+) declares no place of its (?P<n>\d+) rows",
        _("It is of another perimeter: %(finess)s declares none of the places of its %(n)s rows."),
    ),
    (
        r"(?P<place>\S+) is of another perimeter: (?P<finess>\w+) does not declare it \((?P<n>\d+) rows\)",
        _("%(place)s is of another perimeter: %(finess)s does not declare it (%(n)s rows)."),
    ),
    (
        r"(?P<bad>\d+) bad rows of (?P<n>\d+), .+",
        _("%(bad)s rows of %(n)s cannot be read: too many for the rest to be trusted."),
    ),
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
    ours = next((str(told) for pattern, told in UNKNOWN_REASONS if re.fullmatch(pattern, reason)), "")
    return ours or texts.reason_text(reason, language())


def unknown_check(slug: str) -> str:
    """The title of a check that could not conclude."""
    try:
        return check_text(slug, language()).title
    except DocumentError:
        return slug


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
    return text_of(finding, count, language())


def place(finding: Finding) -> str:
    """Where it is, with the port: the first name under which it shows, and how many more; else the address."""
    names = [name for name in finding.names if name]
    where = where_is(names[0] if names else finding.address, finding.port, finding.domain)
    return f"{where} +{len(names) - 1}" if len(names) > 1 else where


def sighting_place(sighting: Sighting) -> str:
    """Where another tool saw it; without a port it speaks of the host as a whole."""
    host = sighting.name or sighting.address
    if not sighting.port:
        return host
    return where_is(host, sighting.port)


def report_fault(reason: str) -> str:
    """Why a report was refused, in the reader's language when the sentence is one of ours, else as it was recorded."""
    for pattern, told in REPORT_FAULTS:
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return str(told) % found.groupdict()
    return reason


def vulnerability_title(vulnerability: Vulnerability) -> str:
    """Our own title in the reader's language, else the beginning of what the source says."""
    own = vulnerability.title_en if language() == "en" else vulnerability.title_fr
    return spaced(own, language()) or vulnerability.description[:160]
