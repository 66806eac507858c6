"""What does a domain publish of itself, and does it protect those who trust its name?"""

from .facts import DmarcFacts, DnssecState, DomainFacts, SpfFacts
from .question import Answers, Question, Survey, answered

__all__ = ["Answers", "DmarcFacts", "DnssecState", "DomainFacts", "Question", "SpfFacts", "Survey", "answered"]
