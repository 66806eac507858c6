"""National alerts and whom they concern; what a person follows; products as they are seen nationwide."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from vigie.apps.observatory import products as observatory
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.watch.enums import AlertTrigger, NationalAlertState, WatchedKind
from vigie.apps.watch.news import Followed
from vigie.apps.watch.queries import BoardRow

from ..paging import Page
from .values import PRINTED, Given, Told

Name = Annotated[str, StringConstraints(min_length=1, max_length=250, pattern=PRINTED, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PRINTED, strip_whitespace=True)]


class AlertOut(Told):
    id: int
    cve: str
    trigger: AlertTrigger
    reference: str = Field(description="CERTFR-2024-ALE-004; empty for an entry of CISA's list.")
    told_on: date | None
    opened_at: datetime
    state: NationalAlertState
    decided_at: datetime | None
    reason: str = Field(description="Why it was dismissed.")
    affected: int = Field(description="Establishments, among those whose evidence the caller may see.")
    to_check: int
    remote_access: int = Field(description="Affected, by equipment that lets people in from outside.")
    held: int = Field(description="Establishments whose messages wait for a person.")
    sent: int
    read: int


class Alerts(Page[AlertOut]):
    pass


class ConcernedOut(Told):
    finess: str
    name: str
    verdict: MatchVerdict
    remote_access: bool
    services: int
    since: datetime
    notified_at: datetime | None = Field(description="When a message of this alert first left; null: not yet.")


class Concerneds(Page[ConcernedOut]):
    pass


class ReleaseIn(Given):
    with_checks: bool = Field(description="Whether those whose products do not decide are asked to check.")


class ReleaseOut(Told):
    released: bool = Field(description="False: a second person is still needed.")
    alert: AlertOut


class DismissIn(Given):
    reason: Reason


class FollowIn(Given):
    name: Name = Field(description="CVE-2024-21762, or vendor:product.")


class FollowedOut(Told):
    id: int
    kind: WatchedKind
    name: str
    since: datetime
    looked_at: datetime
    changes: int = Field(description="Of the records that name it, since it was looked at.")
    verdicts: int = Field(description="That began among the products seen, since it was looked at.")
    exposures: int = Field(description="Findings that began since it was looked at, where the caller sees them.")
    latest: datetime | None


class ProductOut(Told):
    name: str = Field(description="vendor:product.")
    versions: int = Field(description="Distinct versions that were ever seen.")


class VersionOut(Told):
    version: str = Field(description="Empty when the product does not tell it.")
    establishments: int
    services: int | None = Field(description="Null for who reads aggregates alone.")
    vulnerabilities: int
    exploited: int


class SupportOut(Told):
    cycle: str
    released_on: date | None
    ended_on: date | None
    ended: bool
    latest: str


class UpgradeOut(Told):
    version: str
    closed: int = Field(description="Findings that it would end.")
    exploited: int
    left: int = Field(description="Vulnerabilities that are known to hold for this version too.")
    letters: int | None = Field(
        description="Establishments whose level would have another letter; null: too many to work out."
    )


class ProductDetail(Told):
    name: str
    establishments: int | None = Field(description="Null: too few to be told.")
    others: int | None = Field(description="Establishments of versions too rare to be told one by one.")
    versions: list[VersionOut]
    support: list[SupportOut]
    upgrades: list[UpgradeOut] | None = Field(description="Null for who reads aggregates alone.")


def alert_out(row: BoardRow) -> AlertOut:
    one = row.alert
    plain = "trigger", "reference", "told_on", "opened_at", "state", "decided_at", "reason"
    return AlertOut(
        id=one.pk,
        cve=one.vulnerability.cve,
        affected=row.affected,
        to_check=row.to_check,
        remote_access=row.remote_access,
        held=row.messages.held,
        sent=row.messages.sent,
        read=row.messages.read,
        **{name: getattr(one, name) for name in plain},
    )


def concerned_out(row: Any) -> ConcernedOut:
    plain = "verdict", "remote_access", "services", "since", "notified_at"
    return ConcernedOut(
        finess=row.establishment.finess,
        name=row.establishment.name,
        **{name: getattr(row, name) for name in plain},
    )


def followed_out(row: Followed) -> FollowedOut:
    one = row.watched
    return FollowedOut(
        id=one.pk,
        kind=WatchedKind(one.kind),
        name=one.name,
        since=one.since,
        looked_at=one.looked_at,
        changes=row.changes,
        verdicts=row.verdicts,
        exposures=row.exposures,
        latest=row.latest,
    )


def product_out(told: observatory.Product, shown: observatory.Shown | None, day: date) -> ProductDetail:
    """`shown` is what is left for who reads aggregates alone; None for who reads establishments one by one."""
    every = [*told.versions, *([told.unknown] if told.unknown else [])] if shown is None else list(shown.versions)
    plain = "version", "establishments", "vulnerabilities", "exploited"
    return ProductDetail(
        name=told.name,
        establishments=told.establishments if shown is None else shown.establishments,
        others=0 if shown is None else shown.others,
        versions=[
            VersionOut(services=row.services if shown is None else None, **{name: getattr(row, name) for name in plain})
            for row in every
        ],
        support=[
            SupportOut(
                cycle=line.cycle,
                released_on=line.released_on,
                ended_on=line.ended_on,
                ended=observatory.ends(line, day),
                latest=line.latest,
            )
            for line in told.support
        ],
        upgrades=[UpgradeOut.model_validate(row) for row in told.upgrades] if shown is None else None,
    )
