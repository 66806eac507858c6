"""Incidents, what was declared of them, and what the law asks for."""

from .declaration import Attachment, AttachmentBody, Declaration, DeclarationVersion, WrongReference
from .duty import Obligation, Route, Submission
from .incident import Incident, IncidentEvent, IncidentQuerySet, SupportEntry
from .shift import DutyShift
from .step import StepDone
from .weakness import WeaknessReport

__all__ = [
    "Attachment", "AttachmentBody", "Declaration", "DeclarationVersion", "DutyShift", "Incident", "IncidentEvent",
    "IncidentQuerySet", "Obligation", "Route", "StepDone", "Submission", "SupportEntry", "WeaknessReport",
    "WrongReference",
]  # fmt: skip
