"""How what an action refuses is told: one line an exception. An action that refuses otherwise is added here."""

from collections.abc import Callable, Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from ninja.errors import HttpError, ValidationError

from vigie.apps.assets.refusals import AlreadyOver, PerimeterRefused
from vigie.apps.findings.refusals import FindingRefused, Incomplete
from vigie.apps.findings.sightings.actions import NoReason, NotToVerify
from vigie.apps.findings.sightings.uploading import UploadRefused
from vigie.apps.incidents import refusals as incidents
from vigie.apps.incidents.fault_sentences import sentence
from vigie.apps.notices.refusals import NoticeRefused
from vigie.apps.scans.actions import NothingToAsk, StopInForce
from vigie.apps.watch.refusals import NotWatchable, WatchRefused

from .problems import Fault, Problem, invalid
from .validation import faults

Telling = Callable[..., Problem]

REFUSALS: Mapping[type[Exception], Telling] = {
    Problem: lambda error: error,
    PermissionDenied: lambda error: Problem("forbidden"),
    Http404: lambda error: Problem("not-found"),
    ValidationError: lambda error: Problem("invalid", faults=faults(error.errors)),
    HttpError: lambda error: Problem("unreadable"),
    Incomplete: lambda error: invalid(f"body.{error.field}", str(error)),
    FindingRefused: lambda error: Problem("refused", str(error)),
    AlreadyOver: lambda error: Problem("refused", str(error)),
    PerimeterRefused: lambda error: invalid("body", str(error)),
    StopInForce: lambda error: Problem("refused", gettext("A stop is in force: lift it before anything can start.")),
    NotWatchable: lambda error: invalid("body.name", str(error)),
    WatchRefused: lambda error: Problem("refused", str(error)),
    NoticeRefused: lambda error: Problem("refused", str(error)),
    NotToVerify: lambda error: Problem("refused", gettext("It was verified already.")),
    NoReason: lambda error: invalid("body.reason", gettext("Write the reason: it stays in the history.")),
    incidents.AnswersRefused: lambda error: Problem(
        "invalid", str(error), faults=[Fault(f"body.answers.{one.field}", sentence(one)) for one in error.faults]
    ),
    incidents.TooMany: lambda error: Problem("too-many", str(error)),
    incidents.FileRefused: lambda error: invalid("body.file", str(error)),
    incidents.Incomplete: lambda error: invalid("body", str(error)),
    incidents.IncidentRefused: lambda error: Problem("refused", str(error)),
    UploadRefused: lambda error: Problem("refused", str(error)),
    NothingToAsk: lambda error: invalid("body.ports", gettext("Ports go from 1 to 65535, and at least one is needed.")),
}
