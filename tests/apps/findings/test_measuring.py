"""Compensating measures that show from outside: verified by looks at real servers, and taken back by them."""

from datetime import timedelta

import pytest

from vigie.apps.audit.models import Event
from vigie.apps.findings import decisions, planning
from vigie.apps.findings.models import Finding
from vigie.apps.findings.refusals import Incomplete, NotFromHere
from vigie.apps.findings.retesting import retest
from vigie.apps.scans import running

ALINE, BRUNO = "user:1 aline@vigie.example", "user:2 bruno@vigie.example"
WEAK = "220 (vsFTPd 2.3.4)"
DAY = timedelta(hours=25)


@pytest.fixture
def accepted(world, ftp):
    """A risk that is accepted for a month, held down by one measure; and the server, whose words may change."""

    def make(address: str, measure: str, greeting: str = WEAK) -> tuple[Finding, object]:
        server = ftp(address, greeting)
        world.declare(address)
        world.look()
        finding = Finding.objects.get(kind="product")
        decisions.accept_risk(
            finding=finding,
            reason="Appareil certifié",
            measures=[],
            shown=[measure],
            until=world.now + timedelta(days=30),
            by=ALINE,
            now=world.now,
        )
        return finding, server

    return make


def kinds(finding):
    return list(finding.events.order_by("pk").values_list("kind", flat=True))


def test_a_look_verifies_a_filter_and_the_next_one_takes_it_back(world, ftp, accepted):
    finding, server = accepted("127.62.40.1", "filtered")
    world.look(after=DAY)
    assert finding.measures.get().verified_at is None
    server.stop()
    asked = retest(finding=finding, by=ALINE, now=world.now)
    for shard in asked.campaign.shards.all():
        running.run_shard(shard.pk, scanner=world.scanner())
    measure = finding.measures.get()
    assert (measure.verified_by, measure.verified_at is not None) == ("scanner", True)
    assert Event.objects.filter(kind="finding-measure-verified", subject_id=finding.pk).exists()
    ftp("127.62.40.1", WEAK)
    world.look(after=DAY)
    measure.refresh_from_db()
    assert (measure.verified_by, measure.verified_at) == ("", None)
    assert [kind for kind in kinds(finding) if kind.startswith("measure")] == [
        "measure_taken", "measure_verified", "measure_refuted",
    ]  # fmt: skip


def test_a_version_that_is_hidden_is_seen_to_be(world, accepted):
    finding, server = accepted("127.62.40.2", "version_hidden", "220 ProFTPD 1.3.5 Server (ftp.example.org)")
    server.greeting = "220 ProFTPD Server (Debian) [127.62.40.2]"
    world.look(after=DAY)
    finding.refresh_from_db()
    assert finding.state == "risk_accepted"
    assert finding.measures.get().verified_by == "scanner"
    assert finding.events.get(kind="measure_verified").words == "the product no longer tells its version"


def test_a_person_does_not_verify_what_a_look_verifies(world, accepted):
    finding, _ = accepted("127.62.40.3", "filtered")
    with pytest.raises(NotFromHere):
        planning.verify_measure(measure=finding.measures.get(), proof="vu", by=BRUNO, now=world.now)


def test_no_look_is_promised_for_what_it_cannot_see(world, ftp):
    ftp("127.62.40.4")
    world.declare("127.62.40.4")
    world.look()
    finding = Finding.objects.get(kind="product")
    assert decisions.measures_shown(finding) == ["filtered", "version_hidden"]
    with pytest.raises(Incomplete):
        planning.plan(
            finding=finding, owner="A", on=world.now.date(), shown=["name_withdrawn"], by=ALINE, now=world.now
        )
    assert not finding.measures.exists()
