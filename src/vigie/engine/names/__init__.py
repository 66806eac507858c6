"""What does a domain publish of itself, and does it protect those who trust its name?"""

from .facts import (
    Claim,
    DkimKey,
    DmarcFacts,
    DnssecState,
    DomainFacts,
    Lead,
    LeakFacts,
    RegistrationFacts,
    SpfFacts,
)
from .question import Answers, Question, Survey, answered

__all__ = [
    "Answers", "Claim", "DkimKey", "DmarcFacts", "DnssecState", "DomainFacts", "Lead", "LeakFacts", "Question",
    "RegistrationFacts", "SpfFacts", "Survey", "answered",
]  # fmt: skip
