"""Forms that ask one thing at a time: what was answered travels with the next question, and errors keep it."""

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from django.http import HttpRequest

from .forms import PlainForm

Initial = dict[str, object]


class QuestionForm(PlainForm):
    """`questions`: the fields that are asked together, in order; every field is in one of them."""

    questions: ClassVar[tuple[tuple[str, ...], ...]]

    def show(self, index: int) -> None:
        """Leave one question on the page; the answers to the others are carried, their faults not told yet."""
        shown = self.questions[index]
        for name, field in self.fields.items():
            if name in shown:
                continue
            field.widget = field.hidden_widget()
            if self.is_bound:
                self.errors.pop(name, None)
        self.fields[shown[0]].widget.attrs["autofocus"] = True


F = TypeVar("F", bound=QuestionForm)


@dataclass(frozen=True, slots=True)
class Asking(Generic[F]):
    """Where a person is in the questions of a form; `done` once all are answered well."""

    form: F
    index: int
    done: bool

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def count(self) -> int:
        return len(self.form.questions)

    @property
    def is_last(self) -> bool:
        return self.number == self.count

    @property
    def has_faults(self) -> bool:
        return bool(self.form.is_bound and self.form.errors)

    def refused(self, field: str, sentence: str) -> "Asking[F]":
        """Back to the question that the action refused, with its sentence."""
        index = next((i for i, names in enumerate(self.form.questions) if field in names), self.index)
        self.form.show(index)
        self.form.add_error(field if field in self.form.fields else None, sentence)
        return Asking(self.form, index, done=False)


def ask(request: HttpRequest, form_class: type[F], initial: Initial) -> Asking[F]:
    """The next question to ask: the first one on a GET, the first that was not answered well on a POST."""
    if request.method != "POST":
        return _shown(form_class(initial=initial), 0)
    form = form_class(request.POST)
    last = len(form.questions) - 1
    index = min(_number(request.POST.get("question", "")), last)
    if "back" in request.POST:
        return _shown(form_class(initial=request.POST.dict()), max(0, index - 1))
    faulty = (at for at, names in enumerate(form.questions[: index + 1]) if any(name in form.errors for name in names))
    bad = next(faulty, None)
    if bad is not None:
        return _shown(form, bad)
    if index == last:
        return Asking(form, index, done=True)
    return _shown(form, index + 1, faults=False)


def _shown(form: F, index: int, *, faults: bool = True) -> Asking[F]:
    form.show(index)
    if not faults:
        form.errors.clear()
    return Asking(form, index, done=False)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
