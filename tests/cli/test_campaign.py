"""vigie campaign, vigie level, vigie stop, through their own command lines."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from tests.factories import (
    AssetFactory,
    CampaignFactory,
    EstablishmentFactory,
    GroupFactory,
    MandateFactory,
    MembershipFactory,
    ServiceFactory,
    ShardFactory,
    SiteFactory,
)
from vigie.apps.jobs.models import Job
from vigie.apps.observatory.actions import compute_around
from vigie.apps.scans import actions
from vigie.apps.scans.models import Campaign, Look, StopOrder
from vigie.cli import campaign, level, runtime, stop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    """The tests have their own database and their own folder."""
    for module in (campaign, level, stop):
        monkeypatch.setattr(module, "django_ready", lambda: None)
    settings.VIGIE = settings.VIGIE.model_copy(update={"home": tmp_path})
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    return tmp_path


def run(app, *arguments):
    if not isinstance(app, typer.Typer):
        alone = typer.Typer()
        alone.command()(app)
        app = alone
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def mandated():
    return MandateFactory(
        valid_from=datetime.now(UTC) - timedelta(days=1), valid_until=datetime(2099, 1, 1, tzinfo=UTC)
    )


def test_a_campaign_starts_for_one_establishment(mandated):
    result = run(
        campaign.app, "start", "--establishment", mandated.establishment.finess, "--ports", "22,443", "--name", "Night"
    )
    assert result.exit_code == 0, result.output
    row = Campaign.objects.get()
    assert (row.name, row.ports, row.shards.get().establishment) == ("Night", [22, 443], mandated.establishment)
    assert Job.objects.get().path == "vigie.apps.scans.tasks.run_shard"
    assert f"vigie campaign watch {row.pk}" in result.output


def test_all_means_those_with_a_mandate(mandated):
    EstablishmentFactory()
    result = run(campaign.app, "start", "--all", "--json")
    told = json.loads(result.stdout)
    assert (told["establishments"], told["not_looked"], told["state"]) == (1, [], "running")


def test_one_without_mandate_is_told(mandated):
    other = EstablishmentFactory()
    numbers = [word for one in (mandated.establishment, other) for word in ("--establishment", one.finess)]
    result = run(campaign.app, "start", *numbers)
    assert "1 establishments are not looked at: no mandate in force." in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["start"], 2, "Say which establishments", id="nobody"),
        pytest.param(["start", "--all", "--establishment", "1"], 2, "Say which establishments", id="both"),
        pytest.param(["start", "--establishment", "999999999"], 2, "No legal entity has this FINESS", id="unknown"),
        pytest.param(["start", "--all", "--ports", "http"], 2, "write numbers separated by commas", id="words"),
        pytest.param(["start", "--all", "--ports", "70000"], 2, "ports go from 1 to 65535", id="not-a-port"),
        pytest.param(["show", "9"], 1, "There is no campaign 9", id="no-such-campaign"),
        pytest.param(["watch", "9"], 1, "There is no campaign 9", id="nothing-to-watch"),
    ],
)
def test_what_was_badly_asked_is_told_in_a_sentence(arguments, code, sentence):
    result = run(campaign.app, *arguments)
    assert result.exit_code == code
    assert sentence in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("state", "code"), [("finished", 0), ("held", 0), ("stopped", 3)])
def test_watching_ends_with_the_campaign(state, code):
    row = CampaignFactory(state=state)
    ShardFactory(campaign=row, hosts=4, hosts_done=4, hosts_reached=3, unknowns={"a host did not answer": 1})
    result = run(campaign.app, "watch", row.pk)
    assert result.exit_code == code
    assert "1: a host did not answer" in result.output


def test_a_campaign_is_paused_and_goes_on(mandated, monkeypatch):
    made_ready = []
    monkeypatch.setattr(campaign, "django_ready", lambda: made_ready.append(True))
    one = CampaignFactory(state="running")
    ShardFactory(campaign=one, state="waiting")
    for step, state, code in (("pause", "paused", 0), ("pause", "paused", 1), ("resume", "running", 0)):
        done = run(campaign.app, step, str(one.pk))
        one.refresh_from_db()
        assert (done.exit_code, one.state) == (code, state)
    assert len(made_ready) == 3  # before any model is read
    assert Job.objects.filter(unique_key__startswith="shard:").count() == 1


def test_the_list_and_the_facts_of_a_campaign():
    row = CampaignFactory(name="Night")
    ShardFactory(campaign=row, hosts=4, hosts_done=3, questions=50)
    listed = json.loads(run(campaign.app, "list", "--json").stdout)
    shown = json.loads(run(campaign.app, "show", row.pk, "--json").stdout)
    assert listed == [shown]
    assert (shown["hosts"], shown["hosts_done"], shown["questions"]) == (4, 3, 50)
    assert "Night" in run(campaign.app, "list").output


def test_the_stop_writes_its_file_and_its_order_and_refuses_campaigns(home, mandated):
    result = run(stop.stop, "--reason", "slow VPN")
    assert result.exit_code == 0
    assert "slow VPN" in (home / "STOP").read_text()
    assert StopOrder.objects.get().reason == "slow VPN"
    refused = run(campaign.app, "start", "--all")
    assert (refused.exit_code, Campaign.objects.count()) == (runtime.FAILED, 0)
    assert "vigie stop --lift" in refused.output
    assert run(stop.stop, "--lift").exit_code == 0
    assert not (home / "STOP").exists()
    assert run(campaign.app, "start", "--all").exit_code == 0


def test_the_file_is_there_even_when_the_database_is_not(home, monkeypatch):
    def no_database() -> None:
        raise SystemExit("The database does not answer.")

    monkeypatch.setattr(stop, "django_ready", no_database)
    assert run(stop.stop).exit_code == 1
    assert (home / "STOP").exists()


def test_a_stop_that_is_only_a_file_is_lifted_too(home):
    (home / "STOP").write_text("ordered while the database was away")
    assert "The stop is lifted" in run(stop.stop, "--lift").output
    assert not (home / "STOP").exists()


def test_lifting_when_nothing_is_stopped_says_so():
    assert "No stop was in force." in run(stop.stop, "--lift").output
    assert not actions.stop_file().exists()


@pytest.fixture
def seen(now):
    establishment = EstablishmentFactory(name="Centre hospitalier de Valmorne")
    SiteFactory(establishment=establishment)
    MembershipFactory(establishment=establishment, group=GroupFactory(code="VA-01"))
    AssetFactory(establishment=establishment, value="127.62.5.1")
    ServiceFactory(establishment=establishment, address="127.62.5.1", last_confirmed=now)
    Look.objects.create(
        shard=ShardFactory(establishment=establishment, ended_at=now),
        address="127.62.5.1",
        started_at=now,
        ended_at=now,
        reached=True,
    )
    compute_around(establishment_ids=[establishment.pk], now=now)
    return establishment


def test_the_level_of_an_establishment_is_printed_with_its_coverage(seen):
    result = run(level.level, seen.finess)
    assert result.output.splitlines()[0] == (
        "Centre hospitalier de Valmorne: exposure A [100..100], 2 of 2 questions known"
    )
    assert "exploited-vulnerabilities: 35 of 35 points" in result.output


@pytest.mark.parametrize("subject", [["group", "VA-01"], ["region", "X1"], ["department", "X1"]], ids="-".join)
def test_the_level_of_a_grouping(seen, subject):
    told = json.loads(run(level.level, *subject, "--json").stdout)
    assert (told["low"], told["letter"], told["known"], told["total"]) == (100, "A", 1, 1)


def test_without_subject_every_level_is_listed(seen):
    assert seen.finess in run(level.level).output
    (line,) = run(level.level, "--json").stdout.splitlines()
    assert json.loads(line)["pillar"] == "exposure"


def test_a_date_before_the_first_look_has_no_level(seen):
    result = run(level.level, seen.finess, "--as-of", "2026-11-22")
    assert result.exit_code == 1
    assert "it was not looked at yet" in result.output
    assert run(level.level, seen.finess, "--as-of", "2026-11-23").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [["999999999"], ["group", "none"], ["group"], ["region"], ["nation"], ["planet", "X1"], ["X1", "--as-of", "soon"]],
    ids="-".join,
)
def test_a_subject_that_is_not_known_is_told(arguments):
    result = run(level.level, *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
