"""What each obligation asks to be filled in, with what the declaration already says. Nothing is sent for anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.engine.incidents.facts import Facts

from .answering import facts_of, words_of
from .enums import (
    CareMode,
    DataNature,
    EntryEquipment,
    EntryVector,
    IncidentCause,
    IncidentKind,
    IncidentOrigin,
    KnownAnswer,
    PatientDanger,
    SystemState,
)
from .models import Declaration, Obligation

LATE = timedelta(hours=72)  # GDPR, article 33(1): beyond, the reasons of the delay are asked for


@dataclass(frozen=True, slots=True)
class Source:
    """What a declaration says, read once."""

    declaration: Declaration
    facts: Facts
    words: Mapping[str, str]
    people: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    text: str  # "" when it is left for the declarant
    hint: str

    @property
    def is_missing(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True)
class _Question:
    label: object
    answer: Callable[[Source], str]
    hint: object = ""


def _nothing(source: Source) -> str:
    """Only the declarant knows it."""
    return ""


def _when(value: object) -> str:
    return date_format(timezone.localtime(value), "j F Y, H:i") if value else ""  # type: ignore[arg-type]


def _structure(source: Source) -> str:
    one = source.declaration.establishment
    if one is None:
        return source.words.get("structure", "")
    return f"{one.name} (FINESS {one.finess})"


def _declarant(source: Source) -> str:
    told = (source.words.get(name, "") for name in ("name", "function", "telephone", "email"))
    return ", ".join(filter(None, told))


def _breach(source: Source) -> str:
    told = {
        gettext("loss, or no access"): source.facts.data_loss,
        gettext("alteration"): source.facts.data_integrity,
        gettext("disclosure"): source.facts.data_disclosure,
    }
    return "; ".join(f"{name}: {KnownAnswer(answer.value).label}" for name, answer in told.items())


def _natures(source: Source) -> str:
    return ", ".join(sorted(str(DataNature(one.value).label) for one in source.facts.natures))


def _kind(source: Source) -> str:
    return f"{IncidentKind(source.facts.kind.value).label} ({IncidentOrigin(source.facts.origin.value).label})"


def _way_in(source: Source) -> str:
    facts = source.facts
    return f"{EntryVector(facts.vector.value).label}; {EntryEquipment(facts.equipment.value).label}"


def _care(source: Source) -> str:
    hours = source.facts.care_hours
    lasted = gettext("%(n)d h") % {"n": hours} if hours is not None else ""
    danger = PatientDanger(source.facts.danger.value).label
    return "; ".join(filter(None, [str(CareMode(source.facts.care.value).label), lasted, str(danger)]))


def _ongoing(source: Source) -> str:
    return str(KnownAnswer(source.facts.ongoing.value).label)


def _why_late(source: Source) -> str:
    """Asked for only once 72 hours have passed."""
    return "" if source.now > source.facts.discovered_at + LATE else gettext("Within 72 hours: not asked for.")


def _word(name: str) -> Callable[[Source], str]:
    return lambda source: source.words.get(name, "")


WHERE = _Question(_("Structure"), _structure)
WHO = _Question(_("Who declares"), _declarant)
SEEN_AT = _Question(_("Seen on"), lambda source: _when(source.facts.discovered_at))
BEGAN = _Question(
    _("Began on"), lambda source: _when(source.facts.started_at), _("Leave it empty when it is not known.")
)
SEEN = _Question(_("What happened"), _word("seen"))
KIND = _Question(_("What it looks like"), _kind)
EXTENT = _Question(_("Systems and data concerned"), _word("extent"), _("Servers, applications, wards."))
SYSTEM = _Question(_("Information system"), lambda source: str(SystemState(source.facts.system.value).label))
CARE = _Question(_("Care and patients"), _care)
BREACH = _Question(_("Nature of the breach"), _breach)
NATURES = _Question(_("Categories of data"), _natures)
PEOPLE = _Question(
    _("How many persons, about"),
    lambda source: str(source.people) if source.people is not None else "",
    _("An order of magnitude is enough for the first notification."),
)
CATEGORIES = _Question(_("Categories of persons"), _nothing, _("Patients, staff, relatives, minors."))
OFFICER = _Question(_("Data protection officer"), _nothing, _("Name, telephone and e-mail address."))
CONSEQUENCES = _Question(
    _("Likely consequences for the persons"), _nothing, _("Fraud, loss of confidentiality, delayed care.")
)
MEASURES = _Question(_("Measures taken, and planned"), _word("measures"))
WHY_LATE = _Question(_("Reasons of the delay"), _why_late, _("More than 72 hours have passed: say why."))
WAY_IN = _Question(_("Way in"), _way_in)
CAUSE = _Question(_("Cause"), lambda source: str(IncidentCause(source.facts.cause.value).label))
PROVIDER = _Question(_("Provider concerned"), _word("provider"))
ONGOING = _Question(_("Still lasting"), _ongoing)
CROSS_BORDER = _Question(_("Effect in other States"), _nothing, _("Yes, no, or not known."))
INDICATORS = _Question(
    _("Indicators of compromise"), _nothing, _("Addresses, names of files, digests: as a file apart.")
)
DAMAGE = _Question(
    _("Damage"), _nothing, _("Hours of work, lost income, repair, hired equipment; even about, it can be completed.")
)
EVIDENCE = _Question(
    _("Evidence to bring"),
    lambda source: gettext("Logbook, dated screenshots, copies of the logs, ransom note, list of the machines."),
)
FILED_BY = _Question(
    _("Who files the complaint"), _nothing, _("The legal representative, or somebody with a written power.")
)
RESOLVED = _Question(
    _("Resolved on"), lambda source: _when(source.declaration.resolved_at), _("Say it on the page of your declaration.")
)
LEARNT = _Question(_("Causes found, and what changes"), _nothing, _("What let it happen, and what prevents it now."))
ADVICE = _Question(
    _("What the persons can do"),
    _nothing,
    _("Change a password, watch for false calls, ask for help: whom to write to."),
)

#   (regime, stage) -> what its text asks for, in the order of the form or of the article
ASKED: Mapping[tuple[str, str], tuple[_Question, ...]] = {
    ("public_health_code", "declaration"): (
        WHERE, WHO, SEEN_AT, SEEN, EXTENT, CARE, NATURES, BREACH, SYSTEM, CAUSE, MEASURES,
    ),
    ("public_health_code", "resolution"): (WHERE, WHO, RESOLVED, SEEN, CARE, LEARNT),
    ("gdpr", "notification"): (
        WHERE, WHO, OFFICER, SEEN_AT, BEGAN, SEEN, BREACH, NATURES, CATEGORIES, PEOPLE, CONSEQUENCES, MEASURES,
        PROVIDER, WHY_LATE,
    ),
    ("gdpr", "persons"): (WHERE, OFFICER, SEEN, NATURES, CONSEQUENCES, MEASURES, ADVICE),
    ("nis1", "declaration"): (WHERE, WHO, SEEN_AT, SEEN, KIND, SYSTEM, CARE, ONGOING, MEASURES),
    ("nis2", "early_warning"): (WHERE, WHO, SEEN_AT, KIND, CROSS_BORDER, ONGOING),
    ("nis2", "notification"): (WHERE, WHO, SEEN_AT, SEEN, KIND, SYSTEM, CARE, INDICATORS, MEASURES),
    ("nis2", "progress_report"): (WHERE, WHO, SEEN, ONGOING, SYSTEM, CARE, MEASURES),
    ("nis2", "final_report"): (WHERE, WHO, SEEN, KIND, CAUSE, WAY_IN, MEASURES, LEARNT, CROSS_BORDER),
    ("insurance", "complaint"): (
        WHERE, FILED_BY, SEEN_AT, BEGAN, SEEN, KIND, WAY_IN, EXTENT, CARE, BREACH, DAMAGE, MEASURES, PROVIDER, EVIDENCE,
    ),
}  # fmt: skip


def prepared(obligation: Obligation, *, now: datetime) -> tuple[Item, ...]:
    """What this obligation asks for, filled with what was declared last; what only its declarant knows is left open."""
    declaration = obligation.declaration
    version = declaration.versions.latest("number")
    people = version.choices.get("people")
    source = Source(declaration, facts_of(version.choices), words_of(version), people, now)
    return tuple(
        Item(str(one.label), one.answer(source), str(one.hint)) for one in ASKED[(obligation.regime, obligation.stage)]
    )
