"""The API described to programs: OpenAPI 3.1, with the problems and the rights that every operation shares."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from pydantic import BaseModel, Field

from .problems import KINDS, MEDIA_TYPE

SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "Made on the account page."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "Of the browser; what acts also sends the value of the cookie csrftoken as X-CSRFToken.",
    },
}


class FaultOut(BaseModel):
    where: str = Field(description="body.until, query.limit.")
    what: str


class ProblemOut(BaseModel):
    """RFC 9457. The title and the detail are in the reader's language: Accept-Language, French or English."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultOut] = []


def described(api: NinjaAPI, path_prefix: str) -> OpenAPISchema:
    schema = OpenAPISchema(api, path_prefix)
    operations = {operation.operation_id or operation.view_func.__name__: operation for operation in every(api)}
    schema["security"] = [{name: []} for name in SECURITY]
    components = schema["components"]
    components["securitySchemes"] = SECURITY
    components["schemas"] |= _problem_schemas()
    components["responses"] = {f"Problem{status}": _response(status) for status in _statuses()}
    for methods in schema["paths"].values():
        for method, details in methods.items():
            operation = operations[details["operationId"]]
            details["x-rights"] = [right.value for right in operation.guard.rights]  # type: ignore[attr-defined]
            details["responses"] = dict(details["responses"]) | {
                str(status): {"$ref": f"#/components/responses/Problem{status}"}
                for status in _possible(operation, method, details)
            }
            _tell_csv(details)
    return schema


def every(api: NinjaAPI) -> list[Operation]:
    return [
        operation
        for bound in api._get_bound_routers()
        for path in bound.path_operations.values()
        for operation in path.operations
    ]


def _possible(operation: Operation, method: str, details: dict[str, Any]) -> list[int]:
    found = [401, 403, 422, 429]
    if "{" in operation.path:
        found.append(404)
    if method != "get":
        found.append(409)
    if "requestBody" in details:
        found.append(400)
    if "multipart/form-data" in details.get("requestBody", {}).get("content", {}):
        found.append(413)
    return sorted(found)


def _statuses() -> list[int]:
    return sorted({kind.status for kind in KINDS.values()})


def _response(status: int) -> dict[str, Any]:
    titles = " / ".join(slug for slug, kind in KINDS.items() if kind.status == status)
    return {
        "description": titles,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs")
    return parts | {"ProblemOut": schema}


def _tell_csv(details: dict[str, Any]) -> None:
    if any(parameter["name"] == "format" for parameter in details["parameters"]):
        details["responses"][200]["content"]["text/csv"] = {"schema": {"type": "string"}}
