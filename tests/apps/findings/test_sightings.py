"""Reports of other tools as sightings: whose they are, told again, told by several rows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, FindingFactory
from tests.sources.scanners.samples import SAMPLES, written
from vigie.apps.audit.models import Event
from vigie.apps.findings import enums
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.findings.sightings import actions, queries, storing
from vigie.apps.findings.sightings.models import Sighting
from vigie.apps.registry.models import ImportRun
from vigie.sources.faults import SourceError
from vigie.sources.scanners import Told, Tool

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
NUCLEI = (
    '{{"template-id":"{}","info":{{"severity":"{}"}},"ip":"127.61.7.3",'
    '"matched-at":"127.61.7.3:{}","timestamp":"{}"}}\n'
)


@pytest.fixture
def owner():
    establishment = EstablishmentFactory()
    AssetFactory(establishment=establishment, kind="range", value="127.61.7.0/24")
    AssetFactory(establishment=establishment, kind="domain", value="valmorne.example")
    return establishment


def bring_in(owner, path, now=NOW, **options):
    return actions.import_report(path=path, establishment=owner, by="test", now=now, **options)


def nuclei(folder, *rows, name="report.jsonl"):
    """Rows of (template, severity, port, day of November)."""
    lines = [
        NUCLEI.format(template, severity, port, f"2026-11-{day:02d}T06:00:00Z")
        for template, severity, port, day in rows
    ]
    return written(folder, name, "".join(lines))


def test_what_is_in_the_perimeter_comes_in_and_the_rest_is_told(owner):
    report = bring_in(owner, SAMPLES / "nessus.nessus")
    assert (report.state, report.lines, report.added, report.bad, report.closed) == ("applied", 4, 3, 1, 0)
    (left_out,) = report.bad_rows
    assert left_out.reason == (f"203.0.113.66 is of another perimeter: {owner.finess} does not declare it (1 rows)")
    sweet32 = Sighting.objects.get(identifier="42873")
    assert (sweet32.tool, sweet32.address, sweet32.port, sweet32.transport) == ("nessus", "127.61.7.3", 443, "tcp")
    assert (sweet32.kind, sweet32.severity, sweet32.state) == ("weakness", "high", "to_verify")
    assert (sweet32.cves, sweet32.recorded_at) == (["CVE-2016-2183"], NOW)
    assert sweet32.first_seen == sweet32.last_seen == datetime.fromtimestamp(1795420920, UTC)
    run = ImportRun.objects.get()
    assert (sweet32.run, run.kind, run.records) == (run, "scanner", f"nessus {owner.finess}")
    assert Event.objects.get(kind="import-done").subject_id == run.pk


def test_a_report_of_another_perimeter_is_refused_whole(owner):
    bruno = EstablishmentFactory()
    AssetFactory(establishment=bruno, kind="range", value="127.62.0.0/16")
    report = bring_in(bruno, SAMPLES / "nessus.nessus")
    assert report.refused
    assert report.reason == f"it is of another perimeter: {bruno.finess} declares no place of its 4 rows"
    assert [row.subject for row in report.bad_rows] == ["127.61.7.3", "203.0.113.66"]
    assert Sighting.objects.count() == 0
    assert Event.objects.filter(kind="import-refused").count() == 1


def test_an_asset_that_ended_is_declared_no_more(owner):
    owner.assets.update(valid_until=date(2026, 6, 1))
    assert bring_in(owner, SAMPLES / "nessus.nessus").refused


@pytest.mark.parametrize(
    ("place", "ours"),
    [
        pytest.param('"ip":"127.61.7.200"', True, id="address-in-the-range"),
        pytest.param('"ip":"127.61.8.1"', False, id="address-beside-the-range"),
        pytest.param('"ip":"::ffff:127.61.7.9"', True, id="the-same-address-in-ipv6"),
        pytest.param('"ip":"fd00:61::1"', False, id="ipv6"),
        pytest.param('"host":"www.valmorne.example"', True, id="name-below-the-domain"),
        pytest.param('"host":"VALMORNE.example."', True, id="the-domain"),
        pytest.param('"host":"notvalmorne.example"', False, id="name-that-ends-alike"),
        pytest.param('"host":"valmorne.example.evil.example"', False, id="name-that-begins-alike"),
        pytest.param('"ip":"203.0.113.9","host":"www.valmorne.example"', True, id="hosted-elsewhere"),
    ],
)
def test_a_place_belongs_by_its_address_or_by_its_name(owner, tmp_path, place, ours):
    path = written(tmp_path, "a.jsonl", '{"template-id":"a","info":{},' + place + "}\n")
    assert bring_in(owner, path).refused is not ours
    assert Sighting.objects.count() == ours


def test_the_same_report_again_is_nothing_new(owner):
    for name in ("nessus.nessus", "nmap.xml", "openvas.xml", "nessus.csv"):
        bring_in(owner, SAMPLES / name)
        before = list(Sighting.objects.order_by("pk").values())
        again = bring_in(owner, SAMPLES / name, now=NOW, day=NOW)
        assert (again.state, again.added, again.changed) == ("unchanged", 0, 0), name
        after = list(Sighting.objects.order_by("pk").values())
        assert [{**row, "run_id": 0} for row in after] == [{**row, "run_id": 0} for row in before]


def test_told_again_later_it_is_the_same_row_seen_later(owner, tmp_path):
    bring_in(owner, nuclei(tmp_path, ("a", "low", 443, 10)))
    report = bring_in(owner, nuclei(tmp_path, ("a", "high", 443, 12)))
    assert (report.added, report.changed) == (0, 1)
    told = Sighting.objects.get()
    assert (told.first_seen.day, told.last_seen.day, told.severity) == (10, 12, "high")
    assert told.run_id == report.run_id


def test_an_older_report_tells_when_it_began_and_nothing_else(owner, tmp_path):
    bring_in(owner, nuclei(tmp_path, ("a", "high", 443, 12)))
    bring_in(owner, nuclei(tmp_path, ("a", "low", 443, 10)))
    told = Sighting.objects.get()
    assert (told.first_seen.day, told.last_seen.day, told.severity) == (10, 12, "high")


def test_a_clock_that_is_ahead_is_held_back(owner, tmp_path):
    bring_in(owner, nuclei(tmp_path, ("a", "low", 443, 30)))
    assert Sighting.objects.get().last_seen == NOW


def test_a_report_without_a_day_is_of_the_day_that_is_given(owner):
    day = datetime(2026, 11, 1, 12, tzinfo=UTC)
    bring_in(owner, SAMPLES / "testssl.csv", day=day)
    assert set(Sighting.objects.values_list("last_seen", flat=True)) == {day}
    bring_in(owner, SAMPLES / "testssl.csv")
    assert set(Sighting.objects.values_list("first_seen", "last_seen")) == {(day, NOW)}


def test_one_line_per_cve_is_one_sighting_with_its_cves(owner):
    report = bring_in(owner, SAMPLES / "nessus.csv")
    assert report.added == 2
    assert Sighting.objects.get(identifier="42873").cves == ["CVE-2016-2183", "CVE-2016-6329"]


def test_parts_of_one_report_are_joined_across_batches(owner, tmp_path, monkeypatch):
    monkeypatch.setattr(storing, "BATCH", 2)
    told = (("a", "CVE-2099-0001"), ("b", ""), ("c", ""), ("d", ""), ("a", "CVE-2099-0002"))
    info = '{{"template-id":"{}","info":{{"classification":{{"cve-id":["{}"]}}}},"ip":"127.61.7.3"}}\n'
    rows = [info.format(*one) for one in told]
    for _ in range(2):
        bring_in(owner, written(tmp_path, "a.jsonl", "".join(rows)))
        assert Sighting.objects.get(identifier="a").cves == ["CVE-2099-0001", "CVE-2099-0002"]
    assert Sighting.objects.count() == 4


@pytest.mark.parametrize("content", [b"", b"<NessusClientData_v2><Report name='a'/></NessusClientData_v2>"])
def test_an_empty_report_is_good_and_ends_nothing(owner, tmp_path, content):
    bring_in(owner, SAMPLES / "nessus.nessus")
    finding = FindingFactory(establishment=owner)
    report = bring_in(owner, written(tmp_path, "empty", content))
    assert (report.state, report.lines, report.closed, report.bad) == ("unchanged", 0, 0, 0)
    assert Sighting.objects.count() == 3
    finding.refresh_from_db()
    assert finding.state == "open"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_a_report_that_is_cut_leaves_nothing(owner, tmp_path, name):
    whole = (SAMPLES / name).read_bytes().rstrip()
    with pytest.raises(SourceError):
        bring_in(owner, written(tmp_path, name, whole[:-25]))
    assert (Sighting.objects.count(), ImportRun.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_report_with_too_many_bad_rows_is_refused_whole(owner, tmp_path):
    good = NUCLEI.format("a", "low", 443, "2026-11-10T06:00:00Z")
    report = bring_in(owner, written(tmp_path, "a.jsonl", good + "not json\n" * 200 + good))
    assert report.refused
    assert report.reason.startswith("200 bad rows of 202")
    assert Sighting.objects.count() == 0


def test_an_import_that_is_interrupted_says_so_and_is_done_again(owner, tmp_path, monkeypatch):
    path = nuclei(tmp_path, *((f"t{number}", "low", 443, 10) for number in range(5)))
    monkeypatch.setattr(storing, "BATCH", 2)

    def store(batch, target, *, store=storing.store):
        if Sighting.objects.count() == 4:
            raise KeyboardInterrupt
        return store(batch, target)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "store", store)
        with pytest.raises(KeyboardInterrupt):
            bring_in(owner, path)
    run = ImportRun.objects.get()
    assert (run.state, run.reason) == ("refused", "it was interrupted: import the file again")
    assert bring_in(owner, path).added == 1
    assert Sighting.objects.count() == 5


def test_no_finding_is_opened_nor_closed_by_what_another_tool_says(owner):
    FindingFactory(establishment=owner)
    before = list(Finding.objects.values())
    for path in SAMPLES.iterdir():
        bring_in(owner, path)
    assert list(Finding.objects.values()) == before
    assert FindingEvent.objects.count() == 0


def test_queries_of_an_import_grow_with_the_batches_not_with_the_rows(owner, tmp_path, django_assert_max_num_queries):
    path = nuclei(tmp_path, *((f"t{number}", "low", 443, 10) for number in range(400)))
    with django_assert_max_num_queries(40):
        bring_in(owner, path)
    assert Sighting.objects.count() == 400


def test_sightings_are_listed_the_worst_first_then_facts_and_what_is_sound(owner, tmp_path):
    bring_in(
        owner, nuclei(tmp_path, ("f", "info", 1, 9), ("l", "low", 1, 9), ("c", "critical", 1, 9), ("h", "high", 1, 9))
    )
    bring_in(owner, SAMPLES / "sslyze_3.json")
    listed = [(row.severity, row.kind) for row in queries.sightings_of(owner)]
    assert [severity for severity, _ in listed][:3] == ["critical", "high", "low"]
    assert [kind for _, kind in listed][3:] == ["weakness", "weakness", "fact", "fact", "sound"]
    assert not queries.sightings_of(EstablishmentFactory()).exists()


def test_beside_a_finding_is_what_others_say_of_the_same_port(owner, tmp_path):
    bring_in(owner, nuclei(tmp_path, ("here", "low", 443, 9), ("another-port", "low", 444, 9)))
    by_name = '{"template-id":"by-name","info":{},"host":"www.valmorne.example","matched-at":"https://www.valmorne.example"}\n'
    bring_in(owner, written(tmp_path, "b.jsonl", by_name + by_name.replace("www", "other").replace("by-name", "other")))
    bruno = EstablishmentFactory()
    AssetFactory(establishment=bruno, value="127.61.7.3")
    bring_in(bruno, nuclei(tmp_path, ("of-bruno", "low", 443, 9)))
    finding = FindingFactory(establishment=owner, address="127.61.7.3", port=443, names=["", "www.valmorne.example"])
    assert {row.identifier for row in queries.beside(finding)} == {"here", "by-name"}


def test_a_person_verifies_a_sighting_once_with_a_reason_to_reject_it(owner, tmp_path):
    bring_in(owner, nuclei(tmp_path, ("a", "low", 443, 9)))
    told = Sighting.objects.get()
    with pytest.raises(actions.NoReason):
        actions.verify(sighting=told, confirmed=False, reason=" ", by="test", now=NOW)
    actions.verify(sighting=told, confirmed=False, reason="a honeypot", by="test", now=NOW)
    with pytest.raises(actions.NotToVerify):
        actions.verify(sighting=told, confirmed=True, reason="", by="test", now=NOW)
    event = Event.objects.get(kind="sighting-rejected")
    assert (event.subject_id, event.detail) == (told.pk, {"reason": "a honeypot"})
    bring_in(owner, nuclei(tmp_path, ("a", "low", 443, 10)), now=NOW + timedelta(days=1))
    assert Sighting.objects.get().state == "rejected"


def test_the_enums_of_the_database_are_those_of_the_readers():
    assert set(enums.ScannerTool.values) == {tool.value for tool in Tool}
    assert set(enums.SightingKind.values) == {told.value for told in Told}


def test_a_real_report_of_each_tool_comes_in(shared_data):
    owner = EstablishmentFactory()
    for network in ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "44.228.249.3", "64.41.200.0/24", "127.0.0.0/8"):
        AssetFactory(establishment=owner, kind="range", value=network)
    folder = shared_data / "scans"
    expected = {
        "nmap/issue4406.xml": (32, 0),
        "nessus/nessus_with_cvssv3.nessus": (48, 0),
        "nessus/nessus_many_vuln.csv": (4, 0),
        "masscan/masscan_many_vuln.json": (4, 0),
        "qualys/Qualys_Sample_Report.xml": (301, 0),
        "testssl/overall_critical.csv": (198, 0),
        "openvas/many_vuln.csv": (4, 0),
        "nuclei/many_findings.json": (5, 13),
        "qualys/many_vulns_cve.csv": (5, 1),
    }
    came = {name: bring_in(owner, folder / name) for name in expected}
    assert {name: (report.added, report.bad) for name, report in came.items()} == expected
