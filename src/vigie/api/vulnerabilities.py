"""Vulnerabilities: one as the sources tell it; who is exposed, at any date; two questions without establishment."""

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import Router
from pydantic import Field, StringConstraints

from vigie.apps.observatory import exposed as observatory
from vigie.apps.observatory.enums import ImageState
from vigie.apps.observatory.exposed_limited import seen_by
from vigie.apps.observatory.image import NOT_ASKED, Image, read
from vigie.apps.registry.enums import Right
from vigie.apps.timeline import AsOf, as_of_day
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Vulnerability
from vigie.apps.vulns.queries import records_of, statements
from vigie.data import starter
from vigie.data.aliases import aliases
from vigie.data.names import product_named
from vigie.engine.facts import Identity
from vigie.engine.matching import BadRange, answer, statement_of
from vigie.engine.versions import compare, scheme_named, schemes

from .access import caller, for_whoever_signed_in, needs
from .problems import invalid
from .schemas import values
from .schemas.vulnerabilities import (
    AnswerOut,
    ComparisonIn,
    ComparisonOut,
    Cve,
    ExposedOut,
    ExposureOut,
    PlaceOut,
    QuestionIn,
    StatementOut,
    VulnerabilityOut,
    vulnerability_out,
)

router = Router(tags=[_("Vulnerabilities and versions")])
Range = Annotated[
    str,
    StringConstraints(max_length=500, pattern=values.PRINTED),
    Field(description="vendor:product >=1.0,<2.0; several ranges with “;”."),
]
COUNTS = ("affected", "conditional", "unknown", "remote_access", "notified")
MOST = 2_000  # establishments listed; all of them are counted


@router.get(
    "/vulnerabilities/{slug:cve}",
    response=VulnerabilityOut,
    summary=_("Read one vulnerability, as the sources tell it"),
)
@needs(Right.FINDINGS)
def vulnerability(request: HttpRequest, cve: str) -> VulnerabilityOut:
    row = get_object_or_404(Vulnerability, cve=cve)
    told = [
        StatementOut(
            source=one.source, products=sorted({f"{named.vendor}:{named.product}" for named in one.products.all()})
        )
        for one in statements(row)
    ]
    return vulnerability_out(row, row.title_en if get_language() == "en" else row.title_fr, told)


@router.get(
    "/exposed", response=ExposureOut, summary=_("Tell who is exposed to a vulnerability, or to a range, at a date")
)
@needs(Right.EVIDENCE)
def exposed(
    request: HttpRequest,
    cve: Cve = "",
    range: Range = "",  # noqa: A002 -- the name that the command gives to the same question
    as_of: values.AsOfDay = None,
) -> ExposureOut:
    """From what is stored: nothing is contacted. Only establishments whose services the caller may see are told."""
    if bool(cve) == bool(range):
        raise invalid("query.cve", gettext("Give a CVE identifier, or a range: one of them."))
    asked, user, now = as_of_day(as_of, timezone.now()), caller(request).user, timezone.now()
    reading = NOT_ASKED if asked.is_past else read(settings.VIGIE.home)
    # Who sees a part of the nation has it counted from the whole list.
    most = MOST if user.scope(Right.EVIDENCE, now).nation else None
    if cve:
        known = Vulnerability.objects.filter(cve=cve).first()
        if known is None:
            raise invalid("query.cve", gettext("It is not known here. Ask with the range of its versions."))
        found = observatory.exposed_to(known, asked.moment, past=asked.is_past, image=reading.image, most=most)
    else:
        found = _to_range(range, asked, most, reading.image)
    return _told(cve or range, seen_by(found, user, now), reading.state)


def _to_range(text: str, asked: AsOf, most: int | None, image: Image | None) -> observatory.Exposure:
    try:
        statement = statement_of(text)
    except BadRange as error:
        sentence = gettext("It is no range. Write vendor:product >=1.0,<2.0.")
        raise invalid("query.range", sentence) from error
    return observatory.exposed_to_range(statement, asked.moment, past=asked.is_past, image=image, most=most)


def _told(asked: str, found: observatory.Exposure, image: ImageState) -> ExposureOut:
    return ExposureOut(
        asked=asked,
        moment=found.moment,
        image=image,
        **{name: getattr(found.nation, name) for name in COUNTS},
        regions=[PlaceOut.model_validate(row) for row in found.regions],
        groups=[PlaceOut.model_validate(row) for row in found.groups],
        establishments=[ExposedOut.model_validate(row) for row in found.establishments[:MOST]],
        cut=found.nation.total > MOST,
    )


@router.get("/versions/schemes", response=list[str], summary=_("List the ways of comparing versions"))
@for_whoever_signed_in()
def version_schemes(request: HttpRequest) -> list[str]:
    return list(schemes())


@router.post("/versions/compare", response=ComparisonOut, summary=_("Say which of two versions comes first"))
@for_whoever_signed_in(acts=False)
def compare_versions(request: HttpRequest, told: ComparisonIn) -> ComparisonOut:
    scheme = scheme_named(told.scheme)
    return ComparisonOut(order=compare(scheme, told.a, told.b) if scheme else "?")


@router.post(
    "/match", response=AnswerOut, summary=_("Say whether a version of a product is concerned by a vulnerability")
)
@for_whoever_signed_in(acts=False)
def match(request: HttpRequest, told: QuestionIn) -> AnswerOut:
    vendor, product = product_named(told.vendor, told.product)
    identity = Identity(
        vendor, product, told.version or None, told.update or None, told.edition or None,
        told.distribution or None, told.package or None, told.platform or None,
    )  # fmt: skip
    found = answer(told.cve, identity, starter.beside(told.cve, records_of(told.cve)), aliases())
    return AnswerOut(
        verdict=MatchVerdict(found.verdict.value),
        evidence=found.evidence,
        source=found.source,
        fixed_in=found.fixed_in or None,
    )
