"""One JSON object for each service, for machines."""

from typing import Any

import msgspec

from .judged import JudgedService, Matches
from .report import Report


def json_lines(report: Report) -> list[dict[str, Any]]:
    """The services in the order in which they were seen; every fact that was read, every conclusion."""
    return [_line(report, service) for service in report.services]


def _line(report: Report, service: JudgedService) -> dict[str, Any]:
    look = service.look
    first = look.identities[0] if look.identities else None
    return {
        "address": look.address or None,
        "port": look.port,
        "transport": look.transport.value,
        "name": look.name,
        "state": look.state.value,
        "answer": look.answer.value,
        "reason": look.reason,
        "service": look.service,
        "vendor": first.vendor if first else None,
        "product": first.product if first else None,
        "version": first.version if first else None,
        "cpe23": first.cpe23 if first else None,
        "identities": [msgspec.to_builtins(identity) | {"cpe23": identity.cpe23} for identity in look.identities],
        "facts": msgspec.to_builtins(look.facts),
        "outcomes": msgspec.to_builtins(service.outcomes),
        "vulnerabilities": [
            row for identity, matches in service.matches for row in _matches(identity.product, matches)
        ],
        "looked_at": look.looked_at.isoformat(),
        "signatory": report.authority.signatory,
        "basis": report.authority.basis,
    }


def _matches(product: str, matches: Matches) -> list[dict[str, Any]]:
    return [
        {
            "cve": record.cve,
            "product": product,
            "verdict": match.verdict.value,
            "fixed_in": match.fixed_in,
            "exploited": record.kev_on is not None,
        }
        for record, match in matches
    ]
