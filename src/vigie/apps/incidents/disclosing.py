"""Coordinated disclosure: somebody reports a weakness, the cell reads it, it becomes a sighting to be verified."""

import ipaddress
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.findings.models import Sighting
from vigie.apps.findings.sightings.actions import Told, take_word
from vigie.apps.notices import actions as notices
from vigie.apps.notices.enums import NoticeKind
from vigie.apps.notices.refusals import InvalidContact
from vigie.apps.notices.terms import email_address
from vigie.apps.registry.models import Establishment
from vigie.apps.vault.encryption import decrypt, encrypt
from vigie.data.incident_rules import limits
from vigie.engine.incidents import reference as references
from vigie.engine.incidents.patients import number_at
from vigie.engine.outcome import Severity
from vigie.sources import finess_number

from .enums import WeaknessState
from .models import WeaknessReport, WrongReference
from .queries import CODE_LENGTH, establishment_of, guesses_too_often, is_written_to_too_often, plain_code
from .refusals import AlreadyDone, Incomplete, NotOpened, TooMany, WordsRefused

FIELDS = ("structure", "finess", "place", "seen", "how", "name", "email")
LONG = frozenset({"seen", "how"})
PURPOSE, FOLLOW = "weakness-report", "/disclosure/link/"
HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reporter:
    """From where, in which language; `wants_credit` is asked for, never assumed."""

    address: str
    language: str = "fr"
    wants_credit: bool = False
    is_suspect: bool = False


def report(*, typed: Mapping[str, str], reporter: Reporter, key: UUID, now: datetime) -> WeaknessReport:
    """Receive a report; the same key again is the same one. Raises WordsRefused, TooMany: nothing is then kept."""
    known = WeaknessReport.objects.filter(key=key).first()
    if known is not None:
        return known
    words, establishment = _accepted(typed, now)
    _slowed(reporter.address, now)
    with transaction.atomic():
        reference = references.drawn(secrets.randbelow)
        made, is_new = WeaknessReport.objects.get_or_create(
            key=key,
            defaults={
                "reference": reference,
                "language": reporter.language,
                "email": words["email"],
                "address": reporter.address,
                "words": encrypt(json.dumps(words, ensure_ascii=False).encode(), purpose=PURPOSE, about=reference),
                "establishment": establishment,
                "wants_credit": reporter.wants_credit,
                "is_suspect": reporter.is_suspect,
                "received_at": now,
                "state_since": now,
            },
        )
        if is_new:
            record(kind="weakness-reported", by="reporter", at=now, subject=made)
            _write_back(made, now)
    return made


def _accepted(typed: Mapping[str, str], now: datetime) -> tuple[dict[str, str], Establishment | None]:
    rule, faults = limits(now.date()), {}
    words = {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    for name, text in words.items():
        most = rule.long_text if name in LONG else rule.short_text
        if len(text) > most:
            faults[name] = _("Shorten this text: %(most)s characters at most.") % {"most": most}
        elif any(not (c.isprintable() or (c in "\n\t" and name in LONG)) for c in text):
            faults[name] = _("Take out the character that is not printed: it often comes with a copied text.")
        elif number_at(text) is not None:
            faults[name] = _(
                "This holds what looks like the national number of a patient. Take it out: nobody needs it here."
            )
    if not words["seen"]:
        faults["seen"] = _("Say what is weak, and how it can be seen: that is what is verified.")
    if not words["structure"] and not words["finess"] and not words["place"]:
        faults["structure"] = _("Say whose it is, or at least at which address.")
    establishment, words["email"] = _named(words["finess"], faults, now), _email(words["email"], faults)
    if faults:
        raise WordsRefused(_("Some answers have to be looked at again; nothing that you typed is lost."), faults)
    return words, establishment


def _named(text: str, faults: dict[str, str], now: datetime) -> Establishment | None:
    if not text:
        return None
    number = finess_number.restored(text)
    found = establishment_of(number, now.date()) if number else None
    if found is None:
        faults["finess"] = _("No establishment that we know has this FINESS number. Leave it empty, and give the name.")
    return found


def _email(text: str, faults: dict[str, str]) -> str:
    try:
        return email_address(text) if text else ""
    except InvalidContact:
        faults["email"] = _("This is not an e-mail address: name@example.org.")
        return text


def _slowed(address: str, now: datetime) -> None:
    rule = limits(now.date())
    recent = WeaknessReport.objects.filter(received_at__gt=now - rule.reports_window)
    if recent.filter(address=address).count() >= rule.reports:
        raise TooMany(
            _("Too many reports came from your network within an hour. Wait an hour; what you typed is here.")
        )
    if recent.count() >= rule.reports_in_all:
        raise TooMany(_("More reports arrive than can be read. Wait an hour, or write to the contact of security.txt."))


def _write_back(made: WeaknessReport, now: datetime) -> None:
    if made.is_suspect or not made.email or is_written_to_too_often(made.email, now):
        return
    notices.plan_message(
        key=f"weakness:{made.pk}",
        address=made.email,
        language=made.language,
        kind=NoticeKind.DISCLOSURE,
        opens=FOLLOW,
        urgent=False,
        now=now,
    )


def code_of(one: WeaknessReport) -> str:
    """What opens it with its reference; drawn from its key and the installation's, kept nowhere."""
    digest = salted_hmac("vigie.incidents.weakness", one.key.hex, algorithm="sha256").digest()
    symbols = "".join(references.SYMBOLS[byte % 32] for byte in digest[:CODE_LENGTH])
    return f"{symbols[:4]}-{symbols[4:]}"


def open_report(*, reference: str, code: str, address: str, now: datetime) -> WeaknessReport:
    """The report of this reference and code. Raises NotOpened, TooMany: the same words whatever exists."""
    if guesses_too_often(address, now):
        raise TooMany(_("Too many wrong references came from your network. Wait an hour, or call the national cell."))
    read = references.read(reference)
    found = WeaknessReport.objects.filter(reference=read).first() if isinstance(read, str) else None
    right = constant_time_compare(plain_code(code_of(found or WeaknessReport())), plain_code(code))
    if found is None or not right:
        WrongReference.objects.create(address=address, at=now)
        raise NotOpened(_("No report has this reference and this code. Look at both again, symbol by symbol."))
    return found


def words_of(one: WeaknessReport) -> dict[str, str]:
    """Field -> text; {} once it was emptied."""
    if one.words is None:
        return {}
    body = json.loads(decrypt(one.words, purpose=PURPOSE, about=one.reference))
    return {str(name): str(text) for name, text in body.items()}


@transaction.atomic
def verify(
    *,
    report: WeaknessReport,
    establishment: Establishment,
    title: str,
    place: str,
    severity: str,
    by: str,
    now: datetime,
) -> Sighting:
    """Make a sighting of it, to be verified by a look. Raises Incomplete, AlreadyDone."""
    address, name, port = _place(place)
    if not title.strip():
        raise Incomplete(_("Say in a few words what would be weak."))
    move_report(report, WeaknessState.VERIFYING, frozenset({WeaknessState.RECEIVED}), by, now)
    told = Told(
        identifier=f"report {report.reference}",
        title=title.strip(),
        address=address,
        name=name,
        port=port,
        severity=Severity(severity) if severity in set(Severity) else None,
        evidence=words_of(report).get("seen", ""),
        at=report.received_at,
    )
    sighting = take_word(told=told, establishment=establishment, by=by, now=now)
    WeaknessReport.objects.filter(pk=report.pk).update(sighting=sighting, establishment=establishment)
    return sighting


def _place(text: str) -> tuple[str, str, int | None]:
    """Address, name and port of what a person typed: an address, a name, either with a port, or a web address."""
    bare = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/")[0]
    told = re.fullmatch(r"\[([0-9a-f:.]+)\](?::(\d{1,5}))?|([^:]+)(?::(\d{1,5}))?|([0-9a-f:]+)", bare)
    host = next((part for part in told.group(1, 3, 5) if part), "") if told else ""
    port = next((int(part) for part in told.group(2, 4) if part), None) if told else None
    if port is None or 0 < port < 65536:
        try:
            return str(ipaddress.ip_address(host)), "", port
        except ValueError:
            if HOST.fullmatch(host):
                return "", host, port
    raise Incomplete(
        _("Give the place as an address or a name, with a port if there is one: portail.example.org:8443.")
    )


@transaction.atomic
def close(*, report: WeaknessReport, reason: str, by: str, now: datetime, spam: bool = False) -> None:
    """Nothing comes of it, or no more; spam loses its words. Raises AlreadyDone, Incomplete."""
    words = _("spam") if spam else reason.strip()
    if not words:
        raise Incomplete(_("Say why: it stays in the history."))
    before = frozenset({WeaknessState.RECEIVED, WeaknessState.VERIFYING, WeaknessState.MENDED})
    emptied = {"is_spam": True, "words": None, "email": ""} if spam else {}
    move_report(report, WeaknessState.CLOSED, before, by, now, reason=words[:300], **emptied)


def move_report(
    report: WeaknessReport,
    to: WeaknessState,
    before: frozenset[WeaknessState],
    by: str,
    now: datetime,
    **more: object,
) -> None:
    """From one of these states to another, with its event. Raises AlreadyDone."""
    rows = WeaknessReport.objects.filter(pk=report.pk, state__in=before)
    if not rows.update(state=to, state_since=now, judged_by=by[:200], **more):
        raise AlreadyDone(_("Somebody judged this report already: open it again."))
    record(kind=f"weakness-report-{to.value}", by=by, at=now, subject=report)
