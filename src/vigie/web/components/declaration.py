"""The form of a declaration: the words of its four blocks, and a sentence for each thing that can be wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vigie.apps.incidents import enums
from vigie.apps.incidents.fault_sentences import sentence
from vigie.apps.incidents.queries import Change
from vigie.engine.incidents.answers import BLOCKS, CHOICES, LONG, MOMENTS, NUMBERS, Fault
from vigie.engine.incidents.reference import BadReference, Slip

from .forms import PlainForm

TITLES = {
    "who": (_("Who and where"), _("The name of the structure is enough when you do not know its number.")),
    "what": (_("What was seen"), _("In your own words. No name of a patient, no medical data.")),
    "impact": (_("What it touches"), _("“I do not know” is an answer: you can complete it later.")),
    "cause": (_("Where it comes from, if it is known"), _("Leave what you do not know.")),
}
LABELS = {
    "finess": _("FINESS number"),
    "structure": _("Name of the structure"),
    "place": _("Which site or service?"),
    "name": _("Your name"),
    "function": _("Your function"),
    "email": _("Your e-mail address"),
    "telephone": _("A telephone where you can be called back now"),
    "discovered_at": _("When was it seen?"),
    "started_at": _("When did it begin, if it is known?"),
    "seen": _("What do you see?"),
    "extent": _("Which systems and data are concerned?"),
    "care": _("How does care go on?"),
    "care_hours": _("For how many hours was care not normal, if it is over?"),
    "ongoing": _("Does it still last?"),
    "wants_help": _("Do you want to be helped?"),
    "data_loss": _("Are data lost, or out of reach?"),
    "data_integrity": _("Were data altered?"),
    "data_disclosure": _("Were data seen or taken by somebody?"),
    "natures": _("Which data?"),
    "people": _("How many people do the data concern?"),
    "danger": _("Were patients in danger?"),
    "system": _("How much of the information system is touched?"),
    "reach": _("How far is the organisation of care touched?"),
    "others_concerned": _("May other structures be touched?"),
    "kind": _("What does it look like?"),
    "cause": _("What caused it?"),
    "vector": _("How did it come in?"),
    "equipment": _("Through which equipment?"),
    "provider": _("Which provider is concerned?"),
    "measures": _("What was done already?"),
}
CHOICES_OF = {
    "care": enums.CareMode,
    "ongoing": enums.KnownAnswer,
    "wants_help": enums.KnownAnswer,
    "data_loss": enums.KnownAnswer,
    "data_integrity": enums.KnownAnswer,
    "data_disclosure": enums.KnownAnswer,
    "danger": enums.PatientDanger,
    "system": enums.SystemState,
    "reach": enums.IncidentReach,
    "others_concerned": enums.KnownAnswer,
    "kind": enums.IncidentKind,
    "cause": enums.IncidentCause,
    "vector": enums.EntryVector,
    "equipment": enums.EntryEquipment,
}
REQUIRED = ("structure", "discovered_at", "seen")
FIELDS_TEMPLATE = "web/parts/declaration_fields.html"
AUTOCOMPLETE = {"name": "name", "function": "organization-title", "email": "email", "telephone": "tel"}


def _field(name: str) -> forms.Field:
    if name in CHOICES:
        options = list(CHOICES_OF[name].choices)
        options.insert(0, options.pop())  # what is not known first: it is what is said when nothing is
        return forms.ChoiceField(label=LABELS[name], choices=options, required=False)
    if name == "natures":
        choices = [one for one in enums.DataNature.choices if one[0] != "unknown"]
        return forms.MultipleChoiceField(
            label=LABELS[name], choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )
    attributes: dict[str, object] = {"autocomplete": AUTOCOMPLETE.get(name, "off")}
    if name in REQUIRED:
        attributes["aria-required"] = "true"
    if name in LONG:
        return forms.CharField(
            label=LABELS[name], required=False, widget=forms.Textarea(attrs=attributes | {"rows": 3})
        )
    kind = {"email": "email", "telephone": "tel"}.get(name, "text")
    if name in MOMENTS:
        kind = "datetime-local"
    if name in NUMBERS or name == "finess":
        attributes["inputmode"] = "text" if name == "finess" else "numeric"
    widget = forms.TextInput(attrs=attributes | {"type": kind})
    return forms.CharField(label=LABELS[name], required=False, widget=widget)


class DeclarationForm(PlainForm):
    """Shows what was typed as it was typed; the rules are those of the engine, not of the fields."""

    def __init__(self, typed: Mapping[str, str], faults: Iterable[Fault] = ()) -> None:
        initial: dict[str, object] = {**typed, "natures": typed.get("natures", "").split()}
        super().__init__(initial=initial)
        self.faults = {fault.field: sentence(fault) for fault in faults}
        for names in BLOCKS.values():
            for name in names:
                self.fields[name] = field = _field(name)
                field.widget.attrs.setdefault("class", _css(field.widget))
                if name in self.faults:
                    field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_fault"}

    def blocks(self) -> list["Block"]:
        return [
            Block(slug, number, *TITLES[slug], fields=[(self[name], self.faults.get(name, "")) for name in names])
            for number, (slug, names) in enumerate(BLOCKS.items(), start=1)
        ]


def fields_html(typed: Mapping[str, str], faults: Iterable[Fault] = ()) -> SafeString:
    """The four blocks, drawn. Before anything is typed they are the same for everybody: the day when hundreds of
    hospitals open the page together, they are drawn once.
    """
    if not typed and not faults:
        return _empty_fields(get_language())
    return render_to_string(FIELDS_TEMPLATE, {"blocks": DeclarationForm(typed, faults).blocks()})


@cache
def _empty_fields(language: str | None) -> SafeString:
    return render_to_string(FIELDS_TEMPLATE, {"blocks": DeclarationForm({}).blocks()})


@dataclass(frozen=True, slots=True)
class Block:
    slug: str
    number: int
    title: object
    hint: object
    fields: list[tuple[BoundField, str]]


def _css(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def typed_in(data: QueryDict) -> dict[str, str]:
    """What a form sent, as typed."""
    names = [name for block in BLOCKS.values() for name in block]
    typed = {name: str(data[name]) for name in names if name != "natures" and name in data}
    typed["natures"] = " ".join(data.getlist("natures"))
    return typed


def reference_sentence(bad: BadReference) -> str:
    """What is wrong with a reference as typed; it says nothing of which ones exist."""
    if bad.slip is Slip.SYMBOL:
        return gettext("Symbol %(at)s of the reference, “%(symbol)s”, is in no reference.") % {
            "at": bad.at,
            "symbol": bad.symbol,
        }
    return {
        Slip.EMPTY: gettext("Give the reference: eleven symbols, like 7K3QM-9XT4R-H."),
        Slip.SHORT: gettext("The reference is not whole: it has eleven symbols, this one %(n)s.") % {"n": bad.length},
        Slip.LONG: gettext("The reference is too long: it has eleven symbols, this one %(n)s.") % {"n": bad.length},
        Slip.CHECK: gettext("One symbol of the reference is wrong, or two were exchanged: look at it again."),
    }[bad.slip]


@dataclass(frozen=True, slots=True)
class Told:
    """One answer in words."""

    label: object
    text: str
    before: str = ""


def worded(name: str, value: str) -> str:
    """A stored answer as people read it."""
    if name == "natures":
        return ", ".join(str(enums.DataNature(one).label) for one in value.split())
    if name in CHOICES_OF and value:
        return str(CHOICES_OF[name](value).label)
    return value.replace("T", " ") if name in MOMENTS else value


def told(typed: Mapping[str, str]) -> list[tuple[object, list[Told]]]:
    """Every answer that was given, by block; those that are not known are left out."""
    blocks: list[tuple[object, list[Told]]] = []
    for slug, names in BLOCKS.items():
        given = [Told(LABELS[name], worded(name, typed[name])) for name in names if typed.get(name, "") not in SILENT]
        if given:
            blocks.append((TITLES[slug][0], given))
    return blocks


SILENT = {"", "unknown"}


def told_changes(changes: Iterable[Change]) -> list[Told]:
    return [Told(LABELS[one.field], worded(one.field, one.after), worded(one.field, one.before)) for one in changes]
