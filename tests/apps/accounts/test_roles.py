"""Roles: given, ended, lent; in force or not; and over whom each right then holds."""

from datetime import timedelta

import pytest

from tests.factories import (
    AssetFactory,
    DepartmentFactory,
    EstablishmentFactory,
    FindingFactory,
    GroupFactory,
    MandateFactory,
    MembershipFactory,
    RegionFactory,
    UserFactory,
)
from vigie.apps.accounts import actions
from vigie.apps.accounts.enums import RoleKind
from vigie.apps.accounts.models import Role, SignInLink, User
from vigie.apps.accounts.rights import RIGHTS, SCOPES
from vigie.apps.assets.models import Asset, Mandate
from vigie.apps.audit.models import Event
from vigie.apps.findings.agreements import actions as agreements
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.findings.refusals import Incomplete
from vigie.apps.registry.actions import mark_essential
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.scans.models import Campaign, Service

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bruno():
    return UserFactory(analyst=False, email="bruno@vigie.example")


def granted(user, kind, over, now, **more):
    return actions.grant_role(user=user, kind=kind, over=over, by="test", now=now, **more)


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_every_role_is_in_both_tables():
    assert set(RIGHTS) == set(SCOPES) == set(RoleKind)


def test_without_a_role_nothing_is_visible(bruno, now):
    EstablishmentFactory()
    assert not any(bruno.has(right, now) for right in Right)
    assert not Establishment.objects.visible_to(bruno, now).exists()


def test_a_superuser_of_django_sees_nothing_by_that_alone(now):
    EstablishmentFactory()
    somebody = UserFactory(analyst=False, is_superuser=True, is_staff=True)
    assert not Establishment.objects.visible_to(somebody, now).exists()


def test_a_closed_account_has_no_right(now):
    somebody = UserFactory(is_active=False)
    assert not somebody.has(Right.LEVELS, now)


@pytest.mark.parametrize(
    ("start", "end", "seen"),
    [
        pytest.param(0, None, True, id="from-now"),
        pytest.param(-2, None, True, id="since-two-days"),
        pytest.param(1, None, False, id="from-tomorrow"),
        pytest.param(-2, 1, True, id="until-tomorrow"),
    ],
)
def test_a_role_holds_between_its_dates(bruno, now, start, end, seen):
    one = EstablishmentFactory()
    until = now + end * DAY if end is not None else None
    role = granted(bruno, "establishment_officer", one, now, valid_from=now + start * DAY, valid_until=until)
    assert Establishment.objects.visible_to(bruno, now).exists() is seen
    assert Role.objects.in_force(now).filter(pk=role.pk).exists() is seen


def test_a_role_does_not_hold_at_its_end(bruno, now):
    one = EstablishmentFactory()
    granted(bruno, "establishment_officer", one, now - DAY, valid_until=now)
    assert not Establishment.objects.visible_to(bruno, now).exists()
    assert Establishment.objects.visible_to(bruno, now - timedelta(seconds=1)).exists()


def test_a_role_that_is_ended_ends_at_once_with_what_was_lent_from_it(bruno, now):
    one = EstablishmentFactory()
    role = granted(UserFactory(analyst=False), "establishment_officer", one, now)
    actions.delegate(role=role, to=bruno, until=now + DAY, by="test", now=now)
    assert Establishment.objects.visible_to(bruno, now).exists()
    actions.end_role(role=role, by="test", now=now)
    assert not Establishment.objects.visible_to(fresh(bruno), now).exists()
    assert not Role.objects.in_force(now).filter(user=bruno).exists()
    with pytest.raises(actions.RoleRefused):
        actions.end_role(role=role, by="test", now=now)


def test_what_is_given_lent_and_ended_is_in_the_trail(bruno, now):
    role = granted(UserFactory(analyst=False), "establishment_officer", EstablishmentFactory(), now)
    actions.delegate(role=role, to=bruno, until=now + DAY, by="test", now=now)
    actions.end_role(role=role, by="test", now=now)
    told = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["role-granted", "role-delegated", "role-ended"]


@pytest.mark.parametrize(
    ("kind", "over"),
    [
        pytest.param("establishment_officer", None, id="an-officer-of-the-nation"),
        pytest.param("provider", None, id="a-provider-that-nobody-names"),
        pytest.param("national_analyst", "establishment", id="an-analyst-of-one-establishment"),
        pytest.param("regional_agency", "establishment", id="an-agency-of-one-establishment"),
        pytest.param("emperor", None, id="no-such-role"),
    ],
)
def test_a_role_is_given_only_over_what_its_table_says(bruno, now, kind, over):
    with pytest.raises(actions.RoleRefused):
        granted(bruno, kind, EstablishmentFactory() if over else None, now)


def test_the_same_role_is_not_given_twice(bruno, now):
    one = EstablishmentFactory()
    granted(bruno, "establishment_officer", one, now)
    with pytest.raises(actions.RoleRefused):
        granted(bruno, "establishment_officer", one, now)
    granted(bruno, "establishment_officer", EstablishmentFactory(), now)


@pytest.mark.parametrize(
    ("until", "lender_until"),
    [pytest.param(0, None, id="already-over"), pytest.param(3, 2, id="longer-than-the-role")],
)
def test_a_delegation_has_an_end_within_the_role(bruno, now, until, lender_until):
    end = now + lender_until * DAY if lender_until else None
    role = granted(UserFactory(analyst=False), "establishment_officer", EstablishmentFactory(), now, valid_until=end)
    with pytest.raises(actions.RoleRefused):
        actions.delegate(role=role, to=bruno, until=now + until * DAY, by="test", now=now)


def test_what_was_lent_is_not_lent_again(bruno, now):
    role = granted(UserFactory(analyst=False), "establishment_officer", EstablishmentFactory(), now)
    lent = actions.delegate(role=role, to=bruno, until=now + DAY, by="test", now=now)
    with pytest.raises(actions.RoleRefused):
        actions.delegate(role=lent, to=UserFactory(analyst=False), until=now + DAY, by="test", now=now)


def test_a_region_reaches_its_departments_and_no_others(bruno, now):
    region = RegionFactory()
    inside = EstablishmentFactory(department=DepartmentFactory(parent=region))
    EstablishmentFactory(department=DepartmentFactory(code="X9", parent=RegionFactory(code="X2", name="Ostrevent")))
    granted(bruno, "regional_agency", region, now)
    assert list(Establishment.objects.visible_to(bruno, now)) == [inside]
    assert {one.code for one in Territory.objects.visible_to(bruno, now)} == {"X1"}


def test_a_group_reaches_the_members_of_that_day(bruno, now):
    group = GroupFactory()
    member = MembershipFactory(group=group).establishment
    MembershipFactory(group=group, valid_until=now.date() - DAY)
    MembershipFactory()
    granted(bruno, "group_officer", group, now)
    assert list(Establishment.objects.visible_to(bruno, now)) == [member]
    assert list(Group.objects.visible_to(bruno, now)) == [group]


def test_several_roles_add_up(bruno, now):
    one, other = EstablishmentFactory(), EstablishmentFactory()
    granted(bruno, "establishment_officer", one, now)
    granted(bruno, "provider", other, now)
    assert set(Establishment.objects.visible_to(bruno, now)) == {one, other}


#   role -> what it sees of (establishments, findings, counted findings, services, assets, mandates, campaigns)
SIGHT = {
    "establishment_officer": "1 1 1 1 1 1 0",
    "establishment_director": "1 1 1 1 1 1 0",
    "group_officer": "1 1 1 1 1 1 0",
    "regional_agency": "2 0 2 0 0 0 0",
    "national_analyst": "2 2 2 2 2 2 1",
    "duty_manager": "2 2 2 2 2 2 1",
    "statistician": "0 0 2 0 0 0 0",
    "funder": "2 0 0 0 0 0 0",
    "anssi_liaison": "0 0 0 0 0 0 0",
    "provider": "1 1 1 1 1 1 0",
    "auditor": "2 2 2 2 2 2 1",
    "technical_administrator": "0 0 0 0 0 0 0",
}


@pytest.fixture
def pair_of_hospitals():
    region = RegionFactory()
    department = DepartmentFactory(parent=region)
    one, other = EstablishmentFactory(department=department), EstablishmentFactory(department=department)
    group = MembershipFactory(establishment=one).group
    for establishment in (one, other):
        FindingFactory(establishment=establishment)
        AssetFactory(establishment=establishment)
        MandateFactory(establishment=establishment)
    Campaign.objects.create(name="Night", ports=[443], started_at="2026-11-22T00:00Z", started_by="test")
    return {"establishment": one, "group": group, "territory": region, "nation": None}


@pytest.mark.parametrize("kind", SIGHT)
def test_each_role_sees_what_the_table_says(bruno, now, pair_of_hospitals, kind):
    scope = next(name for name in ("establishment", "group", "territory", "nation") if name in SCOPES[kind])
    if kind in {"auditor", "statistician", "funder"}:
        scope = "nation"
    granted(bruno, kind, pair_of_hospitals[scope], now)
    seen = [
        Establishment.objects.visible_to(bruno, now),
        Finding.objects.visible_to(bruno, now),
        Finding.objects.visible_to(bruno, now, Right.COUNTS),
        Service.objects.visible_to(bruno, now),
        Asset.objects.visible_to(bruno, now),
        Mandate.objects.visible_to(bruno, now),
        Campaign.objects.visible_to(bruno, now),
    ]
    assert " ".join(str(rows.count()) for rows in seen) == SIGHT[kind]


def test_anssi_reads_the_kinds_of_findings_that_essential_operators_agreed_to_show(bruno, now):
    agreed, silent, ordinary = (FindingFactory(kind="product").establishment for _ in range(3))
    other_kind = FindingFactory(establishment=agreed, kind="check", subject="ftp-no-tls", port=4021)
    for one in (agreed, silent):
        mark_essential(establishment=one, essential=True, by="test", now=now)
    for one in (agreed, ordinary):
        agreements.agree(establishment=one, kinds=["product"], signatory="D", basis="Letter", by="test", now=now)
    granted(bruno, "anssi_liaison", None, now)
    assert [one.establishment for one in Finding.objects.visible_to(bruno, now)] == [agreed]
    agreements.agree(establishment=agreed, kinds=["check"], signatory="D", basis="Letter", by="test", now=now)
    assert other_kind in Finding.objects.visible_to(bruno, now)
    agreements.take_back(establishment=agreed, kind="check", by="test", now=now)
    assert other_kind not in Finding.objects.visible_to(bruno, now)
    for rows in (Establishment, Service, Asset, Mandate, Sighting):
        assert not rows.objects.visible_to(bruno, now).exists(), rows


def test_an_agreement_is_recorded_once_and_with_who_gave_it(now):
    one = EstablishmentFactory()
    told = {"establishment": one, "signatory": "La directrice", "basis": "Lettre du 3", "by": "test", "now": now}
    assert len(agreements.agree(kinds=["product", "check"], **told)) == 2
    assert agreements.agree(kinds=["product"], **told) == []
    with pytest.raises(Incomplete):
        agreements.agree(kinds=["product"], **told | {"signatory": " "})
    assert agreements.take_back(establishment=one, kind="product", by="test", now=now)
    assert not agreements.take_back(establishment=one, kind="product", by="test", now=now)
    assert len(agreements.agree(kinds=["product"], **told)) == 1


def test_an_invitation_gives_an_account_a_role_and_one_link(now):
    one = EstablishmentFactory()
    role, token = actions.invite(
        email="carole@vigie.example", name="Carole", kind="provider", over=one, until=None, by="test", now=now
    )
    assert actions.use_sign_in_link(token=token, now=now + actions.INVITATION - timedelta(seconds=1)) == role.user
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(token=token, now=now)
    assert not role.user.has_usable_password()


def test_a_refused_invitation_leaves_no_account(now):
    with pytest.raises(actions.RoleRefused):
        actions.invite(
            email="carole@vigie.example", name="", kind="provider", over=None, until=None, by="test", now=now
        )
    assert not User.objects.exists()
    assert not SignInLink.objects.exists()


def test_the_first_account_gets_both_roles_once(bruno, now):
    actions.grant_first_roles(user=bruno, by="init", now=now)
    assert {role.kind for role in bruno.roles_at(now)} == {"technical_administrator", "national_analyst"}
    actions.end_role(role=bruno.roles.get(kind="national_analyst"), by="test", now=now)
    actions.grant_first_roles(user=bruno, by="init", now=now)
    assert {role.kind for role in fresh(bruno).roles_at(now)} == {"technical_administrator"}
