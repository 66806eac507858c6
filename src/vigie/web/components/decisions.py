"""The questions behind each decision on a finding: the words of the fields; the rules are those of the actions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vigie.apps.accounts.models import User
from vigie.apps.findings.enums import MeasureKind, PlanConstraint
from vigie.data.params import follow_up_rule
from vigie.engine.lifecycle import Deed

from .questions import QuestionForm

MEASURES_HELP = _(
    "One on each line: a filter, a watch, a manual procedure. Somebody else will verify that it is there."
)


def _text(label: object, rows: int = 3, **kwargs: object) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=2000, widget=widget, **kwargs)  # type: ignore[arg-type]


def _day(label: object, **kwargs: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)  # type: ignore[arg-type]


class _MeasuresForm(QuestionForm):
    """What shows from outside is ticked, and a look verifies it; the rest is written, and a person does."""

    kinds: ClassVar[tuple[str, ...]] = ()
    shown = forms.MultipleChoiceField(
        label=_("Which of these is in place? A look will verify it."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].choices = [(kind, MeasureKind(kind).label) for kind in self.kinds]  # type: ignore[attr-defined]
        if not self.kinds:
            self.fields["shown"].widget = forms.MultipleHiddenInput()

    @classmethod
    def offering(cls, kinds: Iterable[str]) -> "type[_MeasuresForm]":
        """The form that offers the measures that a look can verify of one finding."""
        return type(cls.__name__, (cls,), {"kinds": tuple(kinds)})


class ReasonForm(QuestionForm):
    questions = (("reason",),)
    reason = _text(_("Why?"), help_text=_("It stays in the history, with your name."))


class NoteForm(QuestionForm):
    questions = (("words",),)
    words = _text(_("What should be remembered?"))


class ProofForm(QuestionForm):
    questions = (("proof",),)
    proof = _text(_("What did you see that proves it?"), help_text=_("A rule number, a screen, a test, a date."))


class _UntilForm(QuestionForm):
    """`until` is a day, that day included; the longest is a parameter."""

    deed: Deed

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        longest = follow_up_rule(today).longest(self.deed)
        bounds = {"min": today.isoformat(), "max": (today + longest - timedelta(days=1)).isoformat()}
        self.fields["until"].widget.attrs.update(bounds)

    def clean_until(self) -> datetime:
        """The end of that day, in the time of the people."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], datetime.min.time())) + timedelta(
            days=1
        )


class FalsePositiveForm(_UntilForm):
    deed = Deed.MARK_FALSE_POSITIVE
    questions = (("reason",), ("until",))
    reason = _text(_("Why is it no weakness?"), help_text=_("It stays in the history, with your name."))
    until = _day(
        _("Until which day?"), help_text=_("Six months at most: products change. Then it is open again by itself.")
    )


class AcceptRiskForm(_MeasuresForm, _UntilForm):
    deed = Deed.ACCEPT_RISK
    questions = (("reason",), ("measures", "shown"), ("until",))
    reason = _text(_("Why can it not be mended?"), help_text=_("It stays in the history, with your name."))
    measures = _text(_("What else holds the risk down meanwhile?"), required=False, help_text=MEASURES_HELP)
    until = _day(_("Until which day?"), help_text=_("Twelve months at most. Then it is open again by itself."))


class PlanForm(_MeasuresForm):
    questions = (("on", "window"), ("owner",), ("constraint", "measures", "shown"))
    on = _day(_("Which day will it be mended?"), help_text=_("The deadline stays what it is."))
    window = forms.CharField(
        label=_("In which maintenance window?"), max_length=120, required=False, help_text=_("Sunday 02:00-04:00")
    )
    owner = forms.CharField(label=_("Who will do it?"), max_length=120, help_text=_("A person, a team or a vendor."))
    constraint = forms.ChoiceField(
        label=_("Is there a constraint?"), choices=[("", _("none")), *PlanConstraint.choices], required=False
    )
    measures = _text(_("What else holds the risk down meanwhile?"), required=False, help_text=MEASURES_HELP)


class AssignForm(QuestionForm):
    questions = (("to",),)
    people: ClassVar["QuerySet[User] | None"] = None
    to = forms.ModelChoiceField(
        label=_("Who follows it?"), queryset=User.objects.none(), required=False, empty_label=_("nobody")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["to"]
        choice.queryset = self.people  # type: ignore[attr-defined]
        choice.label_from_instance = lambda user: user.name or user.email  # type: ignore[attr-defined]

    @classmethod
    def among(cls, people: QuerySet[User]) -> "type[AssignForm]":
        """The form that offers these people, and names nobody else."""
        return type(cls.__name__, (cls,), {"people": people})


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
