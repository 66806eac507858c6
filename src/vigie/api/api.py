"""The API put together: its routers, how refusals are told, its description. To add an area, add its router here."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from . import (
    campaigns,
    declarations,
    deeds,
    establishments,
    findings,
    groupings,
    incident_years,
    incidents,
    notices,
    obligations,
    people,
    perimeter,
    sightings,
    vulnerabilities,
    watch,
    weaknesses,
)
from .description import described
from .problems import Problem, answer
from .refusals import REFUSALS

log = logging.getLogger(__name__)
PREFIX = "/api/v1"
Raised = Exception | type[Exception]  # as the library types what it hands over
ROUTERS = (
    people.router,
    establishments.router,
    groupings.router,
    perimeter.router,
    campaigns.router,
    findings.router,
    deeds.router,
    notices.router,
    sightings.router,
    vulnerabilities.router,
    watch.router,
    incidents.router,
    declarations.router,
    obligations.router,
    incident_years.router,
    weaknesses.router,
)


class VigieAPI(NinjaAPI):
    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        return described(self, path_prefix if path_prefix is not None else PREFIX)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = VigieAPI(title="Vigie", version="1", urls_namespace="api", docs_url=None, openapi_url=None)
for _router in ROUTERS:
    api.add_router("", _router)


def _refused(request: HttpRequest, error: Raised) -> HttpResponse:
    telling = next(REFUSALS[parent] for parent in type(error).__mro__ if parent in REFUSALS)
    return answer(request, telling(error))


def _broken(request: HttpRequest, error: Raised) -> HttpResponse:
    """The last resort of an entry point: the log holds what happened, the answer nothing of it."""
    log.error("the API broke at %s", request.path, exc_info=isinstance(error, Exception) and error)
    return answer(request, Problem("broken"))


for _refusal in REFUSALS:
    api.add_exception_handler(_refusal, _refused)
api.add_exception_handler(Exception, _broken)
