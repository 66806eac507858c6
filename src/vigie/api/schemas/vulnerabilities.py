"""Vulnerabilities, who is exposed to one, and the two pure questions: which version comes first, is it concerned."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from vigie.apps.observatory.enums import ImageState
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Vulnerability

from .values import PRINTED, Given, Told

Text = Annotated[str, StringConstraints(max_length=120, pattern=PRINTED)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=PRINTED, strip_whitespace=True)]
Cve = Annotated[str, StringConstraints(pattern=r"^(CVE-[0-9]{4}-[0-9]{4,12})?$")]


class StatementOut(Told):
    source: str
    products: list[str]


class VulnerabilityOut(Told):
    cve: str
    title: str = Field(description="Ours, in the reader's language; empty when nobody wrote one.")
    description: str
    published_at: datetime | None
    modified_at: datetime | None
    rejected: bool
    cvss: float | None
    cvss_vector: str
    epss: float | None = Field(description="Null is no score, which is not zero.")
    epss_on: date | None
    exploited_since: date | None = Field(description="The day it was added to CISA's list of those used.")
    ransomware: bool | None
    references: list[str]
    statements: list[StatementOut]


class ToldOut(Told):
    product: str
    verdict: MatchVerdict
    evidence: str
    source: str
    remote_access: bool


class ExposedOut(Told):
    finess: str
    name: str
    region: str
    department: str
    groups: list[str]
    verdict: MatchVerdict = Field(description="The worst of its services.")
    services: int
    remote_access: bool
    told: list[ToldOut]
    notified_at: datetime | None = Field(description="When a message about it first left; null: not yet.")


class PlaceOut(Told):
    name: str = Field(description="A region, or the code of a group; empty when it is not known.")
    affected: int
    conditional: int
    unknown: int
    remote_access: int
    notified: int


class ExposureOut(Told):
    asked: str
    moment: datetime
    image: ImageState = Field(description="Of the columns that answer in milliseconds: only when fresh did they.")
    affected: int = Field(description="Establishments, among those whose services the caller may see.")
    conditional: int
    unknown: int
    remote_access: int = Field(description="Affected, on equipment that lets people in from outside.")
    notified: int = Field(description="Those whom a message about it has left for; of a range, none.")
    regions: list[PlaceOut]
    groups: list[PlaceOut]
    establishments: list[ExposedOut]
    cut: bool = Field(description="Whether more establishments are counted than listed.")


class ComparisonIn(Given):
    scheme: Text = Field(description="One of /versions/schemes, or vendor:product.")
    a: Text
    b: Text


class ComparisonOut(Told):
    order: Literal["<", "=", ">", "?"] = Field(description="How a stands to b; ? when one cannot be read.")


class QuestionIn(Given):
    vendor: Name
    product: Name
    cve: Annotated[str, StringConstraints(pattern=r"^CVE-[0-9]{4}-[0-9]{4,12}$")]
    version: Text | None = None
    update: Text | None = None
    edition: Text | None = None
    platform: Text | None = None
    distribution: Text | None = None
    package: Text | None = None


class AnswerOut(Told):
    verdict: MatchVerdict
    evidence: str
    source: str
    fixed_in: str | None = Field(description="The first sound version, when known.")


def vulnerability_out(row: Vulnerability, title: str, statements: list[StatementOut]) -> VulnerabilityOut:
    plain = (
        "cve", "description", "published_at", "modified_at", "rejected", "cvss", "cvss_vector", "epss", "epss_on",
        "references",
    )  # fmt: skip
    return VulnerabilityOut(
        title=title,
        exploited_since=row.kev_on,
        ransomware=row.kev_ransomware,
        statements=statements,
        **{name: getattr(row, name) for name in plain},
    )
