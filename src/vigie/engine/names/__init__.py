"""What does a domain publish of itself, and does it protect those who trust its name?"""

from .facts import (
    Claim,
    DkimKey,
    DmarcFacts,
    DnssecState,
    DomainFacts,
    Lead,
    LeakFacts,
    MailServer,
    RegistrationFacts,
    SpfFacts,
)
from .mail_way import StsMode, StsPolicy, TlsaRecord, is_covered, read_policy, read_tlsa, tlsa_matches
from .question import Answers, Question, Survey, answered

__all__ = [
    "Answers", "Claim", "DkimKey", "DmarcFacts", "DnssecState", "DomainFacts", "Lead", "LeakFacts", "MailServer",
    "Question", "RegistrationFacts", "SpfFacts", "StsMode", "StsPolicy", "Survey", "TlsaRecord", "answered",
    "is_covered", "read_policy", "read_tlsa", "tlsa_matches",
]  # fmt: skip
