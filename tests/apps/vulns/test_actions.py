from datetime import date, timedelta

import pytest

from tests.sources.vulnerability_files import criterion, cve, epss_text, kev_text, nvd_text, write
from vigie.apps.audit.models import Event
from vigie.apps.vulns import actions, queries
from vigie.apps.vulns.models import Applicability, ApplicableProduct, Feed, Pair, PairMatch, Vulnerability
from vigie.data import starter
from vigie.engine.facts import Identity
from vigie.sources.epss import read_epss
from vigie.sources.kev import read_kev
from vigie.sources.nvd import read_nvd

pytestmark = pytest.mark.django_db

PORTAL = "cpe:2.3:a:valmed:portal:*:*:*:*:*:*:*:*"


def store(folder, now, *items):
    return actions.store_records(records=read_nvd(write(folder, "nvd.json", nvd_text(*items))), now=now)


def before(version):
    return criterion(PORTAL, versionEndExcluding=version)


def seen(version, now, vendor="valmed", product="portal"):
    pair = actions.intern(Identity(vendor, product, version))
    actions.match_pairs(pairs=[pair], now=now)
    return pair


def current(pair):
    return {row.vulnerability.cve: row.verdict for row in queries.current_matches([pair.pk])}


def test_what_is_seen_twice_is_one_pair():
    first = actions.intern(Identity("OpenBSD", "OpenSSH", "9.2p1"))
    again = actions.intern(Identity("openbsd", "openssh", "9.2p1", update=None, edition=""))
    assert first.pk == again.pk
    assert (first.update, first.platform) == ("", "")


def test_a_text_of_10_kb_is_cut_and_its_pair_cannot_be_judged(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    assert current(seen("9" * 10_000, now)) == {"CVE-2099-1": "unknown"}


def test_a_record_that_is_stored_twice_writes_once(tmp_path, now):
    assert store(tmp_path, now, cve("CVE-2099-1", before("2.0"))).new == 1
    again = store(tmp_path, now + timedelta(days=1), cve("CVE-2099-1", before("2.0")))
    assert (again.new, again.changed, again.unchanged, again.products) == (0, 0, 1, set())
    assert Vulnerability.objects.get().updated_at == now
    assert ApplicableProduct.objects.count() == 1


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        pytest.param("1.9", {"CVE-2099-1": "affected"}, id="in-the-range"),
        pytest.param("2.0", {"CVE-2099-1": "fixed"}, id="fixed-is-kept-as-proof"),
        pytest.param(None, {"CVE-2099-1": "unknown"}, id="no-version"),
    ],
)
def test_a_pair_is_judged_against_its_product(tmp_path, now, version, verdict):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    pair = seen(version, now)
    assert current(pair) == verdict
    assert Pair.objects.get().matched_at == now


def test_not_affected_has_no_row(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", criterion(PORTAL, versionStartIncluding="3.0", versionEndExcluding="3.2")))
    assert current(seen("1.0", now)) == {}


def test_a_record_that_changes_ends_its_verdict_and_begins_another(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    pair = seen("2.1", now)
    later = now + timedelta(days=1)
    stored = store(tmp_path, later, cve("CVE-2099-1", before("2.5")))
    actions.rematch_products(products=stored.products, now=later)
    history = PairMatch.objects.filter(pair=pair).order_by("since").values_list("verdict", "since", "ended_at")
    assert list(history) == [("fixed", now, later), ("affected", later, None)]
    assert [row.verdict for row in queries.matches_at([pair.pk], now)] == ["fixed"]
    assert [row.fixed_in for row in queries.current_matches([pair.pk])] == ["2.5"]


def test_the_same_verdict_on_another_range_stays_one_row(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    pair = seen("1.0", now)
    stored = store(tmp_path, now, cve("CVE-2099-1", before("3.0")))
    actions.rematch_products(products=stored.products, now=now + timedelta(days=1))
    row = PairMatch.objects.get(pair=pair)
    assert (row.since, row.ended_at, row.fixed_in) == (now, None, "3.0")


def test_a_record_that_is_rejected_ends_what_every_source_said(tmp_path, now):
    actions.load_starter(now=now)
    pair = seen("9.2p1", now, "openbsd", "openssh")
    assert "CVE-2024-6387" in current(pair)
    stored = store(tmp_path, now, cve("CVE-2024-6387", vulnStatus="Rejected"))
    actions.rematch_products(products=stored.products, now=now + timedelta(days=1))
    assert "CVE-2024-6387" not in current(pair)
    assert PairMatch.objects.filter(pair=pair, vulnerability__cve="CVE-2024-6387").exclude(ended_at=None).exists()


def test_a_bad_record_leaves_what_was_known(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    bad = []
    path = write(tmp_path, "next.json", nvd_text(cve("CVE-2099-1", criterion("cpe:2.3:a" + ":x" * 17))))
    stored = actions.store_records(records=read_nvd(path), now=now, on_bad=bad.append)
    assert [item.subject for item in bad] == ["CVE-2099-1"]
    assert (stored.records, Applicability.objects.count()) == (0, 1)


def test_an_alias_meets_the_statement_under_its_other_name(tmp_path, now):
    item = cve("CVE-2099-1", criterion("cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*", versionEndExcluding="1.20.1"))
    stored = store(tmp_path, now, item)
    pair = actions.intern(Identity("nginx", "nginx", "1.18.0"))
    assert actions.rematch_products(products=stored.products, now=now).added == 1
    assert current(pair) == {"CVE-2099-1": "affected"}


def test_the_advisory_overrides_the_range_of_the_nvd(tmp_path, now):
    actions.load_starter(now=now)
    store(
        tmp_path,
        now,
        cve("CVE-2017-7529", criterion("cpe:2.3:a:nginx:nginx:*:*:*:*:*:*:*:*", versionEndIncluding="1.12.1")),
    )
    pair = seen("1.12.1", now, "nginx", "nginx")
    row = PairMatch.objects.get(pair=pair, vulnerability__cve="CVE-2017-7529")
    assert (row.verdict, row.source) == ("fixed", "vigie")


def test_the_catalogue_is_loaded_once(now, django_assert_num_queries):
    assert actions.load_starter(now=now).new == len(starter.catalogue())
    with django_assert_num_queries(1):
        assert actions.load_starter(now=now).records == 0
    one = Vulnerability.objects.get(cve="CVE-2021-41773")
    assert (one.kev_on, str(one.cvss)) == (date(2021, 11, 3), "7.5")
    assert one.title_fr.startswith("Apache")
    assert Event.objects.filter(kind="feed-synchronised").count() == 1


def test_the_catalogue_fills_gaps_and_does_not_overwrite_the_nvd(tmp_path, now):
    item = cve(
        "CVE-2021-41773", metrics={"cvssMetricV31": [{"cvssData": {"vectorString": "CVSS:3.1/X", "baseScore": 9.8}}]}
    )
    store(tmp_path, now, item)
    actions.load_starter(now=now)
    one = Vulnerability.objects.get(cve="CVE-2021-41773")
    assert (str(one.cvss), one.description) == ("9.8", "A weakness of an invented portal.")
    assert one.title_en


def test_what_left_the_catalogue_is_withdrawn(now):
    actions.load_starter(now=now)
    gone = Applicability.objects.create(
        vulnerability=Vulnerability.objects.create(cve="CVE-2099-1", updated_at=now),
        source="vigie",
        statement={"configurations": [{"nodes": [{"criteria": [{"vendor": "valmed", "product": "portal"}]}]}]},
        sha256="0" * 64,
    )
    Feed.objects.update(sha256="an older catalogue")
    assert ("valmed", "portal") in actions.load_starter(now=now).products
    assert not Applicability.objects.filter(pk=gone.pk).exists()


def kev(folder, *entries, released="2099-02-01T00:00:00.0Z"):
    return read_kev(write(folder, "kev.json", kev_text(*entries, released=released)))


def test_the_list_of_the_exploited_dates_them_and_adds_the_unknown(tmp_path, now):
    store(tmp_path, now, cve("CVE-2099-1", before("2.0")))
    listed = kev(tmp_path, ("CVE-2099-1", date(2099, 1, 3)), ("CVE-2099-7", date(2099, 1, 4)))
    assert actions.apply_kev(kev=listed, now=now, by="test") == 2
    assert actions.apply_kev(kev=listed, now=now, by="test") == 0
    dates = dict(Vulnerability.objects.order_by("cve").values_list("cve", "kev_on"))
    assert dates == {"CVE-2099-1": date(2099, 1, 3), "CVE-2099-7": date(2099, 1, 4)}


def test_one_that_left_the_list_loses_its_date_unless_the_list_is_older(tmp_path, now):
    for identifier, day in (("CVE-2099-1", date(2099, 1, 3)), ("CVE-2099-2", date(2099, 3, 1))):
        Vulnerability.objects.create(cve=identifier, kev_on=day, updated_at=now)
    actions.apply_kev(kev=kev(tmp_path), now=now, by="test")
    assert dict(Vulnerability.objects.values_list("cve", "kev_on")) == {
        "CVE-2099-1": None,
        "CVE-2099-2": date(2099, 3, 1),
    }


def test_a_vulnerability_without_a_score_has_none_and_not_zero(tmp_path, now):
    for identifier in ("CVE-2099-1", "CVE-2099-2"):
        Vulnerability.objects.create(cve=identifier, epss=0.3, epss_on=date(2099, 1, 1), updated_at=now)
    epss = read_epss(write(tmp_path, "epss.csv", epss_text("CVE-2099-1,0.5,0.9", "CVE-2099-9,0.1,0.2")))
    assert actions.apply_epss(epss=epss, now=now, by="test") == 1
    assert dict(Vulnerability.objects.values_list("cve", "epss")) == {"CVE-2099-1": 0.5, "CVE-2099-2": None}


def test_matching_a_chunk_takes_a_fixed_number_of_queries(tmp_path, now, django_assert_max_num_queries):
    store(tmp_path, now, *(cve(f"CVE-2099-{number}", before("2.0")) for number in range(30)))
    pairs = [actions.intern(Identity("valmed", "portal", f"1.{number}")) for number in range(20)]
    with django_assert_max_num_queries(15):
        assert actions.match_pairs(pairs=pairs, now=now).added == 600
