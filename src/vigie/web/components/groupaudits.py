"""The questions behind each step of a group's audit: the words of the fields; the rules are those of the actions."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.apps.registry.models import Establishment, Group

from .forms import PlainForm
from .ports import PortsField
from .questions import QuestionForm


def _text(label: object, rows: int = 3, **kwargs: object) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=8000, widget=widget, **kwargs)  # type: ignore[arg-type]


def _day(label: object, **kwargs: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)  # type: ignore[arg-type]


class AgreeForm(QuestionForm):
    questions = (("signatory",), ("on", "reference"))
    signatory = forms.CharField(label=_("Who agrees for the group?"), max_length=120, help_text=_("Name and position."))
    on = _day(_("On which day was it signed?"))
    reference = forms.CharField(
        label=_("Where is it written?"),
        max_length=200,
        help_text=_("The reference of the letter or of the convention."),
    )


class RunForm(QuestionForm):
    questions = (("ports",),)
    ports = PortsField(
        label=_("TCP ports"),
        help_text=_("Numbers and ranges, with commas: 22, 443, 8000-8010. At most 200."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConcludeForm(QuestionForm):
    questions = (("words",),)
    words = _text(
        _("Your conclusion for the management"),
        12,
        required=False,
        help_text=_("One paragraph a line. Empty, the one that is drafted from the facts is shown."),
    )


class RestituteForm(QuestionForm):
    questions = (("on", "attendance"),)
    on = _day(_("On which day was it told to the group?"))
    attendance = _text(_("Who was there?"), 4, help_text=_("One person on each line, with their position."))


class EndForm(QuestionForm):
    questions = (("words",),)
    words = _text(_("Why?"), help_text=_("It stays in the history, with your name."))


class RejectForm(PlainForm):
    reason = forms.CharField(
        label=_("Or reject it: why is it no weakness?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The finding becomes a false positive, until a day: it stays in its history, with your name."),
    )


class GroupForm(PlainForm):
    """First the group, then those of its members that the audit concerns."""

    group = forms.ModelChoiceField(label=_("Which group?"), queryset=Group.objects.none(), empty_label=_("choose"))

    def __init__(self, *args: object, groups: QuerySet[Group], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["group"]
        choice.queryset = groups  # type: ignore[attr-defined]
        choice.label_from_instance = lambda group: f"{group.name} ({group.code})"  # type: ignore[attr-defined]


class MembersForm(PlainForm):
    establishments = forms.ModelMultipleChoiceField(
        label=_("Which of its establishments?"),
        queryset=Establishment.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, among: QuerySet[Establishment], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["establishments"]
        choice.queryset = among  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: f"{one.name} ({one.finess})"  # type: ignore[attr-defined]
        choice.widget.attrs.pop("class", None)
