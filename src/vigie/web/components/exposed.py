"""Who runs what a vulnerability touches, how sure that is, and what was opened for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.apps.findings.models import Finding
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Service


@dataclass(frozen=True, slots=True)
class Exposed:
    establishment: Establishment
    service: Service
    verdict: str
    evidence: str
    finding: Finding | None

    @property
    def remote_access(self) -> bool:
        return bool(self.finding and self.finding.remote_access)


def exposed_rows(services: Iterable[Service], findings: Iterable[Finding]) -> list[Exposed]:
    """Affected first; each service once, beside the finding that follows it when there is one."""
    followed = {(one.establishment_id, one.address, one.port): one for one in findings}
    seen: dict[tuple[int, str, int, str], Exposed] = {}
    for service in services:
        # Asked by address and by each of its names, it is still one service.
        key = (service.establishment_id, service.address, service.port, service.verdict)  # type: ignore[attr-defined]
        row = Exposed(
            establishment=service.establishment,
            service=service,
            verdict=service.verdict,  # type: ignore[attr-defined]
            evidence=service.match_evidence,  # type: ignore[attr-defined]
            finding=followed.get((service.establishment_id, service.address, service.port)),
        )
        seen.setdefault(key, row)
    return sorted(
        seen.values(), key=lambda row: (row.verdict != "affected", row.establishment.name, row.service.address)
    )
