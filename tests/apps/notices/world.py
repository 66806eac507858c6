"""An establishment with its contacts, and a way out that keeps what it is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.factories import EstablishmentFactory, GroupFactory, MembershipFactory
from vigie.apps.notices import actions
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.registry.models import Establishment, Group

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass
class Drawer:
    """The way out of the tests: keeps each message, unless `fault` says otherwise."""

    kept: list[Notice] = field(default_factory=list)
    fault: Callable[[Notice], Exception | None] = lambda notice: None
    domain: str = "vigie.example"

    def send(self, notice: Notice, now: datetime) -> str:
        error = self.fault(notice)
        if error is not None:
            raise error
        self.kept.append(notice)
        return "250 kept"

    @property
    def ids(self) -> list[str]:
        return [notice.message_id for notice in self.kept]

    def deliver(self, now: datetime) -> actions.Sent:
        return actions.Sender(self, lambda: now).deliver()


def contact(owner: Establishment | Group, role: str, now: datetime, *, verified: bool = True, **more: str) -> Contact:
    told = {"name": f"Aline {role}", "email": f"{role}@valmorne.example", **more}
    made = actions.declare_contact(owner=owner, role=role, by="test", now=now - DAY, **told)
    if verified:
        actions.confirm_contact(contact=made, by="test", now=now - DAY)
        made.refresh_from_db()
    return made


def hospital(now: datetime, *, roles: tuple[str, ...] = ("officer", "director")) -> Establishment:
    one = EstablishmentFactory()
    group = GroupFactory()
    MembershipFactory(establishment=one, group=group)
    for role in roles:
        owner = {"group_officer": group, "regional_agency": one.department.parent}.get(role, one)
        contact(owner, role, now)
    return one


def subject(number: int, now: datetime, *, urgent: bool = True, opening: int = 1) -> actions.Subject:
    return actions.Subject(number, opening, "critical" if urgent else "medium", now + 4 * DAY, urgent)


def tell(one: Establishment, now: datetime, *numbers: int, urgent: bool = True, campaign: int = 1) -> None:
    occasion = actions.Occasion(f"campaign:{campaign}", "Look of the night")
    subjects = [subject(number, now, urgent=urgent) for number in numbers]
    actions.tell(establishment=one, occasion=occasion, subjects=subjects, now=now)
