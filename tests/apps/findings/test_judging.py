"""What a service says of a weakness, and what new knowledge changes without a packet."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from tests.factories import EstablishmentFactory, PairFactory, ServiceFactory, ShardFactory, VulnerabilityFactory
from vigie.apps.findings import actions
from vigie.apps.findings.judging import judge_product
from vigie.apps.findings.models import Finding
from vigie.apps.findings.tasks import rejudge_since, reprioritise
from vigie.apps.jobs.models import Job
from vigie.apps.scans.models import Look
from vigie.apps.scans.signals import SeenService
from vigie.apps.vulns import actions as vulns
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.engine.facts import Answer, Facts, Identity, PortState, ServiceLook, Transport
from vigie.engine.lifecycle import Seen
from vigie.sources.epss import EpssList, EpssScore
from vigie.sources.kev import KevEntry, KevList

DAY = timedelta(days=1)
SSH = Identity("openbsd", "openssh", "9.2p1")


@pytest.fixture
def scene(db, now):
    """A service seen once, with its pair matched."""
    return Scene(now)


class Scene:
    def __init__(self, now) -> None:
        self.now = now
        self.establishment = EstablishmentFactory()

    def pair(self, identity: Identity, **verdicts: str) -> Pair:
        """`verdicts`: CVE with underscores -> verdict."""
        pair = PairFactory(vendor=identity.vendor, product=identity.product, version=identity.version or "")
        Pair.objects.filter(pk=pair.pk).update(matched_at=self.now)
        for cve, verdict in verdicts.items():
            self.match(pair, cve, verdict)
        return Pair.objects.get(pk=pair.pk)

    def match(self, pair: Pair, cve: str, verdict: str, fixed_in: str = "") -> PairMatch:
        vulnerability = VulnerabilityFactory(cve=cve.replace("_", "-"))
        return PairMatch.objects.create(
            pair=pair, vulnerability=vulnerability, verdict=verdict, source="vigie", fixed_in=fixed_in, since=self.now
        )

    def see(self, *identities: Identity, after: timedelta = timedelta(0)) -> None:
        """One look at the service, judged."""
        self.now += after
        pairs = tuple(Pair.objects.get(vendor=i.vendor, product=i.product, version=i.version or "") for i in identities)
        shard = ShardFactory(establishment=self.establishment)
        look = Look.objects.create(
            shard=shard, address="127.62.3.1", started_at=self.now, ended_at=self.now, reached=True
        )
        current = self.establishment.services.current().first()
        if current is None or current.pair != (pairs[0] if pairs else None):
            self.establishment.services.current().update(ended_at=self.now)
            current = ServiceFactory(
                establishment=self.establishment,
                address="127.62.3.1",
                port=22,
                pair=pairs[0] if pairs else None,
                identities=msgspec.to_builtins(identities),
                first_seen=self.now,
                last_confirmed=self.now,
            )
            current.other_pairs.set(pairs[1:])
        seen = SeenService(self.service_look(identities), current, pairs)
        actions.judge_host(look=look, seen=[seen], now=self.now)

    def service_look(self, identities: tuple[Identity, ...]) -> ServiceLook:
        return ServiceLook(
            "127.62.3.1",
            22,
            Transport.TCP,
            None,
            PortState.OPEN,
            Answer.ANSWERED,
            "ssh",
            "",
            self.now,
            Facts(),
            identities,
        )


def at(version: str | None, product: str = "openssh", vendor: str = "openbsd") -> Identity:
    return Identity(vendor, product, version)


#   verdicts of the new version -> state of the finding, vulnerabilities left
@pytest.mark.parametrize(
    ("verdicts", "state", "left"),
    [
        pytest.param({}, "closed", 0, id="nothing-touches-it"),
        pytest.param({"CVE_1": "fixed", "CVE_2": "fixed"}, "closed", 0, id="all-fixed"),
        pytest.param({"CVE_1": "fixed", "CVE_2": "affected"}, "open", 1, id="half-fixed"),
        pytest.param({"CVE_1": "unknown"}, "open", 2, id="one-unknown-is-no-cure"),
        pytest.param({"CVE_2": "conditional"}, "open", 2, id="one-conditional-is-no-cure"),
        pytest.param({"CVE_1": "affected", "CVE_2": "unknown"}, "open", 2, id="unknown-keeps-its-link"),
        pytest.param({"CVE_9": "unknown"}, "closed", 0, id="an-unknown-that-was-never-found"),
    ],
)
def test_a_new_version_against_two_vulnerabilities(scene, verdicts, state, left):
    scene.pair(SSH, CVE_1="affected", CVE_2="affected")
    scene.see(SSH)
    newer = at("9.6p1")
    scene.pair(newer, **verdicts)
    scene.see(newer, after=DAY)
    finding = Finding.objects.get()
    assert finding.state == state
    assert finding.links.filter(ended_at=None).count() == left


@pytest.mark.parametrize("verdict", ["conditional", "unknown", "fixed"])
def test_only_affected_opens_a_finding(scene, verdict):
    scene.pair(SSH, CVE_1=verdict)
    scene.see(SSH)
    assert not Finding.objects.exists()


def test_no_version_is_unknown_not_mended(scene):
    scene.pair(SSH, CVE_1="affected")
    scene.see(SSH)
    scene.pair(at(None))
    scene.see(at(None), after=DAY)
    finding = Finding.objects.get()
    assert (finding.state, finding.last_confirmed) == ("open", finding.first_seen)


def test_a_product_beside_that_is_hidden_now_is_not_mended(scene):
    apache, php = at("2.4.65", "http_server", "apache"), at("7.4.3", "php", "php")
    scene.pair(apache)
    scene.pair(php, CVE_1="affected")
    scene.see(apache, php)
    scene.see(apache, after=DAY)
    assert Finding.objects.get().state == "open"


def test_what_attackers_use_brings_the_deadline_forward_once(scene):
    scene.match(scene.pair(SSH), "CVE_1", "affected")
    scene.see(SSH)
    finding = Finding.objects.get()
    assert finding.deadline - finding.first_seen == timedelta(days=30)
    VulnerabilityFactory(cve="CVE-1").__class__.objects.update(kev_on=scene.now.date())
    scene.see(SSH, after=DAY)
    finding.refresh_from_db()
    assert (finding.exploited, finding.severity, finding.priority) == (True, "critical", "now")
    assert finding.deadline == scene.now + timedelta(days=4)
    told = finding.events.get(kind="changed").detail
    assert told["deadline_after"] == finding.deadline.isoformat()
    scene.see(SSH, after=DAY)
    finding.refresh_from_db()
    assert finding.deadline == scene.now - DAY + timedelta(days=4)


def test_a_deadline_is_never_put_back(scene):
    scene.pair(SSH, CVE_1="affected")
    VulnerabilityFactory(cve="CVE-1").__class__.objects.update(cvss="9.8")
    scene.see(SSH)
    deadline = Finding.objects.get().deadline
    VulnerabilityFactory(cve="CVE-1").__class__.objects.update(cvss="3.0")
    scene.see(SSH, after=DAY)
    finding = Finding.objects.get()
    assert (finding.severity, finding.deadline) == ("low", deadline)


def test_new_knowledge_opens_a_finding_without_a_look(scene):
    pair = scene.pair(SSH)
    scene.see(SSH)
    assert not Finding.objects.exists()
    scene.match(pair, "CVE_1", "affected")
    later = scene.now + DAY
    assert actions.rejudge_pairs([pair.pk], later) == 1
    finding = Finding.objects.get()
    assert (finding.first_seen, finding.events.get().look) == (later, None)
    assert finding.events.get().by == "vulnerability data"
    assert Job.objects.get(path__endswith="compute_levels").arguments["kwargs"] == {
        "establishment_ids": [scene.establishment.pk]
    }
    assert actions.rejudge_pairs([pair.pk], later + DAY) == 0


def test_new_knowledge_can_clear_a_version(scene):
    pair = scene.pair(SSH, CVE_1="affected")
    scene.see(SSH)
    PairMatch.objects.update(ended_at=scene.now)
    assert actions.rejudge_pairs([pair.pk], scene.now + DAY) == 1
    finding = Finding.objects.get()
    assert (finding.state, finding.close_reason) == ("closed", "knowledge")


def test_new_knowledge_does_not_pretend_that_it_looked(scene):
    pair = scene.pair(SSH, CVE_1="affected")
    scene.see(SSH)
    Finding.objects.update(absences=1, absent_since=scene.now)
    scene.match(pair, "CVE_2", "affected")
    actions.rejudge_pairs([pair.pk], scene.now + DAY)
    finding = Finding.objects.get()
    assert (finding.absences, finding.last_confirmed) == (1, scene.now)
    assert finding.links.count() == 2
    assert list(finding.events.order_by("pk").values_list("kind", flat=True)) == ["detected", "changed"]


def test_a_vulnerability_that_enters_the_list_of_the_exploited_reaches_its_findings(scene):
    pair = scene.pair(SSH, CVE_2024_6387="affected")
    scene.see(SSH)
    scene.now += DAY
    kev = KevList(scene.now.date(), (KevEntry("CVE-2024-6387", scene.now.date(), "A race", "", None),))
    vulns.apply_kev(kev=kev, now=scene.now, by="test")
    job = Job.objects.get(path="vigie.apps.findings.tasks.rejudge_since")
    assert rejudge_since.call(**job.arguments["kwargs"]) == 1
    finding = Finding.objects.get()
    assert (finding.exploited, finding.priority, pair.matches.count()) == (True, "now", 1)


def test_todays_probabilities_move_the_priority_and_not_the_deadline(scene):
    scene.pair(SSH, CVE_1="affected")
    scene.see(SSH)
    before = Finding.objects.get()
    vulnerability = before.vulnerabilities.get()
    epss = EpssList(scene.now.date(), (EpssScore(vulnerability.cve, 0.6),), ())
    vulns.apply_epss(epss=epss, now=scene.now, by="test")
    assert Job.objects.filter(path="vigie.apps.findings.tasks.reprioritise").count() == 1
    assert reprioritise.call() == 1
    after = Finding.objects.get()
    assert (before.priority, after.priority) == ("month", "week")
    assert after.deadline == before.deadline
    assert reprioritise.call() == 0


def test_the_worst_vulnerability_gives_the_severity(scene):
    pair = scene.pair(SSH, CVE_1="affected", CVE_2="affected")
    matches = list(pair.matches.select_related("vulnerability"))
    for match, score in zip(matches, ["5.0", "9.1"], strict=True):
        match.vulnerability.cvss = Decimal(score)
    judgement = judge_product(SSH, pair, matches, "SSH-2.0-OpenSSH_9.2p1")
    assert (judgement.seen, judgement.severity, judgement.exploited) == (Seen.WEAK, "critical", False)
    assert judgement.evidence[-1].value == "SSH-2.0-OpenSSH_9.2p1"
