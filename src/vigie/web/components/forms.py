"""Forms of the perimeter: the words of the fields; the rules are those of the actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vigie.apps.assets.enums import AssetKind, Intensity, MandateKind


class PlainForm(forms.Form):
    """Fields carry the classes of the design; nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = _css(field.widget)


def _css(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple)):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class AssetForm(PlainForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=AssetKind.choices)
    value = forms.CharField(
        label=_("Domain, address or range"),
        max_length=253,
        help_text=_("portail.example.org, 203.0.113.17 or 203.0.113.0/28"),
    )
    label = forms.CharField(label=_("What it is, in your words"), max_length=120, required=False)
    exchanges_care_data = forms.BooleanField(label=_("It exchanges data needed for care"), required=False)
    hosted_by = forms.CharField(
        label=_("Hosted by"),
        max_length=120,
        required=False,
        help_text=_("Name of the company whose machine it is on. Empty when the machine is yours."),
    )


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class MandateForm(PlainForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=MandateKind.choices)
    host = forms.CharField(
        label=_("Host"),
        max_length=120,
        required=False,
        help_text=_("For a host's agreement: the name by which the assets say that they are hosted there."),
    )
    signatory = forms.CharField(label=_("Who authorises it"), max_length=120, help_text=_("Name and position."))
    basis = forms.CharField(
        label=_("On what basis"), max_length=200, help_text=_("Convention, mandate letter, decision, with its date.")
    )
    valid_from = _day(_("From"))
    valid_until = _day(_("Until, that day included"))
    intensity = forms.ChoiceField(label=_("Pace"), choices=Intensity.choices, initial=Intensity.STANDARD)
    windows = forms.CharField(
        label=_("Hours allowed"),
        required=False,
        help_text=_("Mon-Fri 22:00-05:00; Sat,Sun 00:00-24:00. Empty: at any time."),
    )
    exclusions = forms.CharField(
        label=_("Addresses never to be contacted"), required=False, help_text=_("Separated by commas.")
    )
    excluded_ports = forms.CharField(
        label=_("Ports never to be asked"), required=False, help_text=_("Separated by commas.")
    )
    allow_mllp_frame = forms.BooleanField(
        label=_("An empty HL7 frame may be sent, to prove that a listener is there"), required=False
    )

    @classmethod
    def for_today(cls) -> "MandateForm":
        today = timezone.localdate()
        return cls(initial={"valid_from": today, "valid_until": today + timedelta(days=365)})


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
