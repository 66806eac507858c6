"""What each role finds on the pages that are open to it, and what happens when a role ends meanwhile."""

from datetime import timedelta

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import Role
from vigie.apps.assets.models import Asset
from vigie.apps.audit.models import Event
from vigie.web import access

LIST = "?format=csv"


@pytest.fixture
def given(world):
    """Sign somebody in with roles: given("provider", world.establishment) -> a client."""

    def sign_in(*roles):
        user = UserFactory(analyst=False)
        for kind, over in roles:
            actions.grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=1))
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        client.user = user
        return client

    return sign_in


def page(client, name, *args, query=""):
    return client.get(reverse(f"web:{name}", args=args) + query).content.decode()


def test_a_region_reads_how_many_and_since_when_never_what_nor_where(world, given):
    region = given(("regional_agency", world.region))
    told = page(region, "establishment", world.establishment.finess)
    assert "findings are open" in told or "finding is open" in told
    assert "Deadlines that are past" in told
    for secret in ("Pulse", world.finding.address, "vpn.valmorne", "/findings/", "/perimeter/", "/card"):
        assert secret not in told, secret


def test_a_region_reads_the_points_of_a_level_without_the_findings_behind(world, given):
    told = page(given(("regional_agency", world.region)), "level", world.level.pk)
    assert "Indicators" in told
    for secret in ("Pulse", world.finding.address, "/findings/"):
        assert secret not in told, secret


def test_a_funder_reads_levels_without_any_number_of_findings(world, given):
    funder = given(("funder", None))
    for name, args in (
        ("home", []),
        ("establishments", []),
        ("establishment", [world.establishment.finess]),
        ("group", [world.group.kind, world.group.code]),
    ):
        told = page(funder, name, *args)
        for secret in ("Open findings", "Past deadline", "finding is open", "findings are open", "attackers use"):
            assert secret not in told, f"{name}: {secret}"
    assert "Open findings" not in page(funder, "establishments", query=LIST)
    assert world.establishment.name in page(funder, "establishments", query=LIST)


def test_a_statistician_reads_figures_of_many_and_the_name_of_nobody(world, given):
    statistician = given(("statistician", None))
    for name, args in (
        ("home", []),
        ("group", [world.group.kind, world.group.code]),
        ("territory", ["region", "X1"]),
        ("level", [world.group_level.pk]),
        ("search", []),
    ):
        for query in ("?q=Valmorne", LIST):
            told = page(statistician, name, *args, query=query)
            assert "Centre hospitalier" not in told, f"{name}{query}"


def test_bruno_finds_nothing_of_the_establishment_of_aline(world, given):
    bruno = given(("establishment_officer", world.unseen))
    for name, query in (
        ("search", f"?q={world.establishment.name}"),
        ("search", f"?q={world.establishment.finess}"),
        ("search", f"?q={world.finding.address}"),
        ("search", "?q=pulse"),
        ("establishments", ""),
        ("establishments", LIST),
        ("findings", ""),
        ("findings", LIST),
    ):
        told = page(bruno, name, query=query)
        assert f"/establishments/{world.establishment.finess}/" not in told, f"{name}{query}"
        assert world.finding.address not in told.replace(query.partition("=")[2], ""), f"{name}{query}"
    told = page(bruno, "vulnerability", world.vulnerability.cve)
    assert world.establishment.name not in told
    assert "No establishment is known to be affected" in told
    assert "1 seen in an establishment" not in page(bruno, "vulnerabilities")


def test_bruno_does_not_change_what_belongs_to_aline_by_naming_his_own(world, given):
    asset = Asset.objects.filter(establishment=world.establishment)[0]
    bruno = given(("establishment_officer", world.unseen))
    assert bruno.post(reverse("web:end-asset", args=[world.unseen.finess, asset.pk])).status_code == 404
    assert Asset.objects.current().filter(pk=asset.pk, valid_until=None).exists()


def test_links_lead_only_where_the_reader_may_go(world, given):
    officer = given(("establishment_officer", world.establishment))
    told = page(officer, "establishment", world.establishment.finess)
    for closed in ("/territories/", "/groups/", "/campaigns/"):
        assert f'href="{closed}' not in told, closed
    assert 'href="/findings/"' in told


@pytest.mark.parametrize(
    ("roles", "landing"),
    [
        pytest.param([("establishment_officer", "establishment")], "establishment", id="officer"),
        pytest.param([("group_officer", "group")], "group", id="group"),
        pytest.param([("regional_agency", "region")], "territory", id="region"),
        pytest.param(
            [("provider", "establishment"), ("provider", "unseen")], "establishments", id="provider-of-several"
        ),
        pytest.param([("technical_administrator", None)], "people", id="administrator"),
        pytest.param([], "account", id="nobody"),
    ],
)
def test_each_begins_with_whom_they_follow(world, given, roles, landing):
    client = given(*[(kind, getattr(world, name) if name else None) for kind, name in roles])
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    assert answer.resolver_match.url_name == landing


def test_counts_are_hidden_where_one_of_two_roles_does_not_give_them(world, given):
    mixed = given(("funder", None), ("establishment_officer", world.unseen))
    assert "Open findings" not in page(mixed, "establishments")


def test_a_role_that_ends_while_a_form_is_handled_changes_nothing(world, given):
    officer = given(("establishment_officer", world.establishment))

    def end_it(**_):
        Role.objects.filter(user=officer.user).update(ended_at=timezone.now())

    post_save.connect(end_it, sender=Asset)
    try:
        url = reverse("web:declare-asset", args=[world.establishment.finess])
        answer = officer.post(url, {"kind": "domain", "value": "late.valmorne.example"})
    finally:
        post_save.disconnect(end_it, sender=Asset)
    assert answer.status_code == 403
    assert not Asset.objects.filter(value="late.valmorne.example").exists()
    assert not Event.objects.filter(kind="asset-declared").exists()


def test_a_role_that_ends_while_a_page_is_made_does_not_send_it(world, given, monkeypatch):
    officer = given(("establishment_officer", world.establishment))
    end = timezone.now() + timedelta(hours=1)
    Role.objects.filter(user=officer.user).update(valid_until=end)
    times = iter([timezone.now(), end])
    monkeypatch.setattr(access.timezone, "now", lambda: next(times, end))
    view = access.needs(access.Right.FINDINGS)(lambda request: access.HttpResponse("late"))
    request = officer.get("/account/").wsgi_request
    with pytest.raises(access.PermissionDenied):
        view(request)


def test_every_page_that_an_auditor_reads_is_in_the_trail(world, given):
    auditor = given(("auditor", None))
    page(auditor, "finding", world.finding.pk)
    told = Event.objects.get(kind="page-read")
    assert told.actor == f"user:{auditor.user.pk} {auditor.user.email}"
    assert told.detail == {"path": f"/findings/{world.finding.pk}/"}


def test_a_list_that_is_taken_away_is_in_the_trail_without_what_was_typed(world, signed_in):
    page(signed_in, "findings", query=f"{LIST}&q=secret")
    assert Event.objects.get(kind="list-taken-away").detail == {"path": "/findings/"}


def open_by_mistake(request):
    return access.HttpResponse("anything")


urlpatterns = [path("forgotten", open_by_mistake)]


@pytest.mark.urls("tests.web.test_access")
def test_a_route_that_does_not_say_who_may_open_it_is_closed(signed_in):
    from django.test import RequestFactory

    request = RequestFactory().get("/forgotten")
    with pytest.raises(access.PermissionDenied):
        access.AccessMiddleware(open_by_mistake).process_view(request, open_by_mistake, (), {})


def test_an_establishment_that_nobody_follows_is_not_told_from_one_that_does_not_exist(world, given):
    bruno = given(("establishment_officer", EstablishmentFactory()))
    unknown = bruno.get(reverse("web:establishment", args=["000000000"]))
    hidden = bruno.get(reverse("web:establishment", args=[world.establishment.finess]))
    assert (unknown.status_code, hidden.status_code) == (404, 404)
    assert len(unknown.content) == len(hidden.content)


def test_an_auditor_reads_a_finding_without_a_button_to_change_it(world, given):
    told = page(given(("auditor", None)), "finding", world.finding.pk)
    assert "Pulse" in told
    for button in ("I fixed it", "Plan it", "Give it to somebody"):
        assert button not in told, button


def test_a_finding_is_given_only_to_who_may_act_on_it_and_names_nobody_else(world, given):
    officer = given(("establishment_officer", world.establishment))
    stranger = given(("establishment_officer", world.unseen)).user
    region = given(("regional_agency", world.region)).user
    told = page(officer, "decide-finding", world.finding.pk, "assign")
    assert f'value="{officer.user.pk}"' in told
    for other in (stranger, region):
        assert f'value="{other.pk}"' not in told
