"""Is this a FHIR server, and does its capability statement declare any security?"""

from typing import Any

import msgspec

from vigie.engine.facts import FhirFacts

from .http import HttpAnswer

PATHS = ("/metadata", "/fhir/metadata")
HEADERS = (("Accept", "application/fhir+json"),)
MAX_STATEMENT = 2 * 1024 * 1024  # a full server describes 150 resources in several hundred kilobytes

# How many, and no resource: the answer is closed after its headers all the same.
SEARCH = "/Patient?_summary=count"


def search_path(statement_path: str) -> str:
    """The search beside the capability statement that was read."""
    return statement_path.removesuffix("/metadata") + SEARCH


def search_is_open(status: int, content_type: str | None) -> bool | None:
    """Whether a stranger may search, from the head of the answer alone; None when it is neither granted nor refused."""
    if status in {401, 403}:
        return False
    return True if status == 200 and "fhir" in (content_type or "").lower() else None


def capability(answer: HttpAnswer) -> FhirFacts | None:
    """The facts of a capability statement; None when the answer is not one. No patient data is in such a statement."""
    if answer.status != 200 or answer.body.lstrip()[:1] != b"{":
        return None
    try:
        document = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    kind = document.get("resourceType") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in {"CapabilityStatement", "Conformance"}:
        return None
    software = _mapping(document.get("software"))
    rest = [part for part in _list(document.get("rest")) if isinstance(part, dict)]
    return FhirFacts(
        fhir_version=str(document.get("fhirVersion") or "")[:32],
        software=_text(software.get("name")),
        software_version=_text(software.get("version")),
        security_declared=any(_declares_security(part.get("security")) for part in rest),
        resource_count=sum(len(_list(part.get("resource"))) for part in rest),
    )


def _declares_security(section: Any) -> bool:
    """CORS alone protects nobody: a service, an OAuth extension or a description of how to authenticate does."""
    section = _mapping(section)
    return any(section.get(key) for key in ("service", "extension", "description"))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value[:128] if isinstance(value, str) and value else None
