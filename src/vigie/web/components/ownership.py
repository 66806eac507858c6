"""Words and forms of ownership: how to prove, to contest, to accept."""

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.apps.assets.enums import AssetKind, ContestDecision, MandateKind, ProofMethod, SparedWhy, Treatment
from vigie.apps.assets.models import Asset
from vigie.probes.ownership import PATH, TEXT, record_name

from .forms import PlainForm

#   what a look for a token met -> as people read it; another reason is one of the probes'
MET = {
    "no such record is published": _("no such record is published yet; a new one may take an hour to be seen"),
    "another text is published there": _("a record is there, with another text"),
    "the name leads to no address": _("the name leads to no address"),
    "the name leads to no public address": _("the name leads to no public address: prove it in the DNS"),
    "the file holds something else": _("the file is there, and holds something else"),
    "the range has no reverse zone of its own": _("the range has no reverse zone of its own"),
}


def methods_for(asset: Asset) -> list[ProofMethod]:
    """Those that can prove it, the simplest first."""
    found = [ProofMethod.DNS] if record_name(asset.kind, asset.value) else []
    if asset.kind != AssetKind.RANGE:
        found.append(ProofMethod.FILE)
    return [*found, ProofMethod.DOCUMENT]


def record_of(asset: Asset) -> str:
    return record_name(asset.kind, asset.value) or ""


def file_of(asset: Asset) -> str:
    host = f"[{asset.value}]" if ":" in asset.value else asset.value
    return f"https://{host}{PATH}"


def text_of(token: str) -> str:
    return f"{TEXT}{token}"


class EditForm(PlainForm):
    label = forms.CharField(label=_("What it is, in your words"), max_length=120, required=False)
    exchanges_care_data = forms.BooleanField(
        label=_("It exchanges data needed for care"),
        required=False,
        help_text=_("Its findings say so, so that they are read first."),
    )
    hosted_by = forms.CharField(
        label=_("Hosted by"),
        max_length=120,
        required=False,
        help_text=_("Name of the company whose machine it is on. Empty when the machine is yours."),
    )


class DocumentForm(PlainForm):
    document = forms.FileField(
        label=_("Signed document"),
        help_text=_("PDF, PNG or JPEG, 5 MB at most: it names the asset and is signed by its holder."),
    )


class DenyForm(PlainForm):
    reason = forms.CharField(label=_("Why is it not yours?"), max_length=300)


class DecisionForm(PlainForm):
    decision = forms.ChoiceField(label=_("Decision"), choices=ContestDecision.choices)
    reason = forms.CharField(label=_("On what it rests"), max_length=300)


class JudgementForm(PlainForm):
    accepted = forms.ChoiceField(
        label=_("Does it prove it?"), choices=[("yes", _("yes: accept it")), ("no", _("no: refuse it"))]
    )
    reason = forms.CharField(
        label=_("Why"), max_length=300, required=False, help_text=_("Needed for a refusal: the establishment reads it.")
    )


class SparedForm(PlainForm):
    value = forms.CharField(label=_("Address or range"), max_length=43, help_text=_("203.0.113.17 or 203.0.113.0/28"))
    why = forms.ChoiceField(label=_("Why"), choices=SparedWhy.choices)
    treatment = forms.ChoiceField(
        label=_("What may still be sent"),
        choices=Treatment.choices,
        help_text=_("Where somebody asked that it be left alone, nothing is sent, whatever is chosen here."),
    )
    asked_by = forms.CharField(label=_("Who asks"), max_length=200, help_text=_("Name, and how to reach them."))
    reason = forms.CharField(label=_("In their words"), max_length=300, required=False)


class LiftForm(PlainForm):
    reason = forms.CharField(label=_("On what it rests"), max_length=300)


#   what an establishment may sign for itself; enclosed networks are the operator's to open
OWN_KINDS = [(kind.value, kind.label) for kind in (MandateKind.ESTABLISHMENT, MandateKind.HOSTED)]
