"""A shard as a job: fenced by its lease, left early when its worker ends, healed when its job is lost."""

import threading
from uuid import uuid4

import pytest

from vigie.apps.findings.models import Finding
from vigie.apps.jobs.failures import Interrupted
from vigie.apps.jobs.lease import CurrentJob, LeaseLost, working_on
from vigie.apps.jobs.models import Job
from vigie.apps.observatory.models import Level
from vigie.apps.observatory.tasks import compute_all, compute_levels
from vigie.apps.scans import actions, running, tasks
from vigie.apps.scans.models import Campaign, Look, Service


@pytest.fixture
def campaign(world, ftp) -> Campaign:
    ftp("127.62.7.1")
    world.declare("127.62.7.1")
    return actions.start_campaign(
        name="x", establishments=[world.establishment], ports=[2121], by="test", now=world.now
    )


def test_one_job_for_each_shard(campaign):
    job = Job.objects.get()
    assert (job.path, job.queue) == ("vigie.apps.scans.tasks.run_shard", "scans")
    assert job.arguments["kwargs"] == {"shard_id": campaign.shards.get().pk}


def test_a_worker_that_lost_its_lease_records_nothing(world, campaign):
    shard = campaign.shards.get()
    with working_on(CurrentJob(Job.objects.get().pk, uuid4())), pytest.raises(LeaseLost):
        running.run_shard(shard.pk, scanner=world.scanner())
    shard.refresh_from_db()
    assert (shard.state, shard.hosts_done) == ("waiting", 0)
    assert not (Look.objects.exists() or Service.objects.exists() or Finding.objects.exists())


def test_a_worker_that_ends_leaves_the_shard_to_the_next_one(world, campaign):
    ending = threading.Event()
    ending.set()
    shard = campaign.shards.get()
    with working_on(CurrentJob(Job.objects.get().pk, uuid4(), ending)), pytest.raises(Interrupted):
        running.run_shard(shard.pk, scanner=world.scanner())
    shard.refresh_from_db()
    assert (shard.state, shard.attempts) == ("waiting", 0)
    running.run_shard(shard.pk, scanner=world.scanner())
    campaign.refresh_from_db()
    assert campaign.state == "finished"


def test_a_shard_whose_job_is_lost_gets_another_one(campaign):
    Job.objects.all().delete()
    tasks.heal_campaigns.call()
    tasks.heal_campaigns.call()
    assert Job.objects.get().unique_key == f"shard:{campaign.shards.get().pk}"


def test_a_campaign_left_open_by_a_crash_is_ended(campaign, now):
    campaign.shards.update(state="done", started_at=now, ended_at=now)
    tasks.heal_campaigns.call()
    campaign.refresh_from_db()
    assert campaign.state == "finished"


def test_the_tasks_do_the_whole_way(campaign):
    """The entry points, on the machine's own clock and settings."""
    tasks.run_shard.call(campaign.shards.get().pk)
    for job in Job.objects.filter(path="vigie.apps.observatory.tasks.compute_levels"):
        compute_levels.call(**job.arguments["kwargs"])
    assert Finding.objects.count() == 1
    assert sorted(Level.objects.values_list("subject_kind", flat=True)) == ["establishment", "territory", "territory"]
    assert compute_all.call() == 0
