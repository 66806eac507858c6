"""From what is typed to what is stored, and back: values, sealed words, and the establishment that is named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vigie.apps.notices.refusals import InvalidContact
from vigie.apps.notices.terms import email_address
from vigie.apps.registry.models import Establishment
from vigie.apps.vault.encryption import decrypt, encrypt
from vigie.data.incident_rules import limits
from vigie.engine.incidents.answers import CHOICES, Answers, Bounds, Fault, Problem, kept, read_answers
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Known, Nature
from vigie.sources import finess_number

from .models import Declaration, DeclarationVersion
from .queries import establishment_of
from .refusals import AnswersRefused

PEOPLE, HELP = "people", "wants_help"


@dataclass(frozen=True, slots=True)
class Declared:
    """Answers that can be recorded, and whom they are about."""

    answers: Answers
    establishment: Establishment | None  # None: named in words only, or not found
    email: str


def bounds(now: datetime) -> Bounds:
    rule = limits(now.date())
    return Bounds(rule.short_text, rule.long_text, rule.seen_at_most, rule.clock_drift)


def accepted(typed: Mapping[str, str], *, needs_email: bool, now: datetime) -> Declared:
    """What was typed, as values; raise AnswersRefused with every fault."""
    told = read_answers(typed, bounds=bounds(now), now=now, zone=timezone.get_default_timezone())
    faults = list(told) if isinstance(told, tuple) else []
    establishment, fault = _named(typed.get("finess", ""), now)
    if fault:
        faults = [fault, *(one for one in faults if one.field != "finess")]
    email, fault = _email(typed.get("email", ""), needs_email)
    if fault:
        faults = [*(one for one in faults if one.field != "email"), fault]
    if faults or isinstance(told, tuple):
        raise AnswersRefused(
            _("Some answers have to be looked at again; nothing that you typed is lost."), tuple(faults)
        )
    return Declared(told, establishment, email)


def _named(text: str, now: datetime) -> tuple[Establishment | None, Fault | None]:
    if not text.strip():
        return None, None
    number = finess_number.restored(text)
    if number is None:
        return None, Fault("finess", Problem.NOT_A_FINESS)
    found = establishment_of(number, timezone.localdate(now))
    return found, None if found else Fault("finess", Problem.FINESS_UNKNOWN)


def _email(text: str, needed: bool) -> tuple[str, Fault | None]:
    if not text.strip():
        return "", Fault("email", Problem.MISSING) if needed else None
    try:
        return email_address(text.strip()), None
    except InvalidContact:
        return "", Fault("email", Problem.NOT_AN_EMAIL)


def sealed_draft(typed: Mapping[str, str], *, reference: str, now: datetime) -> bytes:
    """What is typed, as it is typed, so that nobody who has the database alone reads it."""
    text = json.dumps(kept(typed, bounds(now)), ensure_ascii=False)
    return encrypt(text.encode(), purpose="declaration-draft", about=reference)


def draft_of(declaration: Declaration) -> dict[str, str]:
    """What was typed so far; {} when it is no draft."""
    if declaration.draft is None:
        return {}
    return _texts(decrypt(declaration.draft, purpose="declaration-draft", about=declaration.reference))


def sealed_words(words: Mapping[str, str], *, declaration_id: int) -> bytes:
    text = json.dumps({name: word for name, word in words.items() if word}, ensure_ascii=False)
    return encrypt(text.encode(), purpose="declaration-words", about=declaration_id)


def words_of(version: DeclarationVersion) -> dict[str, str]:
    """Field -> what was typed; fields that were left empty are not there."""
    return _texts(decrypt(version.words, purpose="declaration-words", about=version.declaration_id))


def _texts(body: bytes) -> dict[str, str]:
    return {str(name): str(text) for name, text in json.loads(body).items()}


def choices_of(answers: Answers) -> dict[str, object]:
    """What the rules and the figures read, as stored with a version."""
    facts = answers.facts
    stored: dict[str, object] = {name: getattr(facts, name).value for name in CHOICES if name != HELP}
    return stored | {
        HELP: answers.wants_help.value,
        PEOPLE: answers.people,
        "care_hours": facts.care_hours,
        "natures": sorted(nature.value for nature in facts.natures),
        "discovered_at": facts.discovered_at.isoformat(),
        "started_at": facts.started_at.isoformat() if facts.started_at else None,
    }


def facts_of(choices: Mapping[str, object]) -> Facts:
    """The facts of a stored version."""
    started = choices["started_at"]
    hours = choices["care_hours"]
    return Facts(
        discovered_at=datetime.fromisoformat(str(choices["discovered_at"])),
        started_at=datetime.fromisoformat(str(started)) if started else None,
        natures=frozenset(Nature(one) for one in choices["natures"]),  # type: ignore[attr-defined]
        care_hours=int(str(hours)) if hours is not None else None,
        **{name: kind(choices[name]) for name, kind in CHOICES.items() if name != HELP},  # type: ignore[arg-type]
    )


def typed_again(version: DeclarationVersion) -> dict[str, str]:
    """A stored version as it fills the form: moments in local time, natures joined."""
    told = {name: str(value) for name, value in version.choices.items() if value is not None and name != "natures"}
    told["natures"] = " ".join(version.choices["natures"])
    for name in ("discovered_at", "started_at"):
        if told.get(name):
            local = timezone.localtime(datetime.fromisoformat(told[name]), timezone.get_default_timezone())
            told[name] = local.strftime("%Y-%m-%dT%H:%M")
    return told | words_of(version)


def with_registry(facts: Facts, establishment: Establishment | None) -> Facts:
    """What the registry adds for the cell's own rules. The declarant is shown nothing that it alone knows."""
    if establishment is None:
        return facts
    return replace(facts, essential_operator=Known.YES if establishment.essential_operator else Known.NO)
