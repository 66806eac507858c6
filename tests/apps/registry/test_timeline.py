"""The two clocks of a fact, on memberships."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from tests.factories import MembershipFactory
from vigie.apps.registry.models import Membership

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 1, 10, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
START, END = date(2026, 1, 1), date(2026, 6, 1)


@pytest.fixture
def member():
    return MembershipFactory(valid_from=START, recorded_at=THEN)


def test_an_end_is_learnt_without_rewriting_what_was_known(member):
    assert Membership.objects.all().end(END, now=NOW) == 1
    assert Membership.objects.as_of(END, THEN).count() == 1
    assert Membership.objects.as_of(END, NOW).count() == 0
    assert Membership.objects.as_of(date(2026, 5, 31), NOW).count() == 1
    (current,) = Membership.objects.current()
    assert (current.valid_from, current.valid_until, current.recorded_at) == (START, END, NOW)


def test_a_fact_that_never_was_so_leaves_nothing_current(member):
    Membership.objects.all().end(START, now=NOW)
    assert not Membership.objects.current().exists()
    assert Membership.objects.known_at(THEN).exists()


def test_the_last_day_is_not_included(member):
    Membership.objects.all().end(END, now=NOW)
    assert not Membership.objects.current().in_force(END).exists()


def test_the_database_holds_the_order_of_the_dates():
    with pytest.raises(IntegrityError):
        MembershipFactory(valid_from=END, valid_until=START)


def test_a_member_is_in_a_group_once(member):
    with pytest.raises(IntegrityError):
        MembershipFactory(establishment=member.establishment, group=member.group)
