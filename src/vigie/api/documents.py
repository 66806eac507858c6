"""The API described: OpenAPI for programs, a page for people. Both are open: the source says as much."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import condition, require_safe

from vigie.apps.accounts.tokens.actions import PER_MINUTE
from vigie.apps.registry.enums import Right

from .api import PREFIX, api
from .paging import MOST_CSV, MOST_JSON
from .problems import KINDS


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Described:
    """One operation, as the page tells it."""

    slug: str
    method: str
    path: str
    summary: str
    rights: tuple[str, ...]  # any of them; none is whoever is signed in
    questions: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: str


@cache
def _description() -> tuple[bytes, str]:
    """The document, and its tag."""
    content = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1).encode()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


@login_not_required
@require_safe
@condition(etag_func=lambda request: _description()[1])
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_description()[0], content_type="application/json")


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    context = {
        "areas": _areas(),
        "kinds": KINDS,
        "prefix": PREFIX,
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "per_minute": PER_MINUTE,
        "most_json": MOST_JSON,
        "most_csv": MOST_CSV,
    }
    return render(request, "web/pages/api.html", context)


def _areas() -> dict[str, list[Described]]:
    schema = json.loads(_description()[0])
    found: dict[str, list[Described]] = {}
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            found.setdefault(gettext(told["tags"][0]), []).append(_described(path, method, told, schema))
    return found


def _described(path: str, method: str, told: dict[str, Any], schema: dict[str, Any]) -> Described:
    good = next(status for status in told["responses"] if status.startswith("2"))
    content = told["responses"][good].get("content", {})
    return Described(
        slug=told["operationId"],
        method=method.upper(),
        path=path,
        summary=gettext(told["summary"]),
        rights=tuple(str(Right(right).label) for right in told["x-rights"]),
        questions=tuple(
            Field(one["name"], _type(one["schema"]), one["required"])
            for one in told["parameters"]
            if one["in"] == "query"
        ),
        body=_body(told, schema),
        answers=", ".join(f"{good} {kind}" for kind in content) or good,
    )


def _body(told: dict[str, Any], schema: dict[str, Any]) -> tuple[Field, ...]:
    kinds = told.get("requestBody", {}).get("content", {})
    if not kinds:
        return ()
    shape = next(iter(kinds.values()))["schema"]
    if "$ref" in shape:
        shape = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    required = set(shape.get("required", ()))
    return tuple(Field(name, _type(one), name in required) for name, one in shape["properties"].items())


def _type(one: dict[str, Any]) -> str:
    """In a few words: "date", "integer", the name of an enumeration."""
    if "anyOf" in one:
        return " | ".join(_type(part) for part in one["anyOf"] if part.get("type") != "null")
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "enum" in one:
        return " | ".join(str(value) or "“”" for value in one["enum"])
    if one.get("type") == "array":
        return f"[{_type(one['items'])}]"
    return str(one.get("format") or one.get("type", ""))
