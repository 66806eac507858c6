"""How does a rule that needs other records ask for them, without ever opening a connection?"""

from collections.abc import Generator, Mapping
from typing import NamedTuple, TypeVar


class Question(NamedTuple):
    kind: str  # "TXT", "MX", "A"...
    name: str


# The texts of the records; () when there is none, None when nobody could tell.
Answers = tuple[str, ...] | None
T = TypeVar("T")
# A rule yields its questions, is sent their answers, and returns its facts: who asks is the probe's affair.
Survey = Generator[Question, Answers, T]


def answered(survey: Survey[T], zone: Mapping[Question, Answers]) -> T:
    """Run a survey over known records; what is not among them does not exist."""
    try:
        question = next(survey)
        while True:
            question = survey.send(zone.get(question, ()))
    except StopIteration as end:
        facts: T = end.value
        return facts
