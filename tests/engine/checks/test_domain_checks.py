"""What a domain publishes: only what was told is judged, and a resolver that fails tells nothing."""

from datetime import timedelta

import pytest

from vigie.engine.checks import CHECKS, judge_all
from vigie.engine.names import (
    Claim,
    DkimKey,
    DmarcFacts,
    DnssecState,
    DomainFacts,
    Lead,
    RegistrationFacts,
    SpfFacts,
)
from vigie.engine.outcome import Verdict

from .looks import look, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def judged(slug: str, **facts) -> Verdict | None:
    values = {"name": "chu.example", "is_registered": True, "exists": True, "mail_hosts": (), "refuses_mail": False}
    return verdict(slug, look("dns", domain=DomainFacts(**(values | facts))))


@pytest.mark.parametrize(
    ("spf", "missing", "broken", "permissive"),
    [
        pytest.param(None, UNKNOWN, None, None, id="not-asked"),
        pytest.param(SpfFacts(None), FAIL, None, None, id="none"),
        pytest.param(SpfFacts("v=spf1 -all", default="-"), PASS, PASS, PASS, id="strict"),
        pytest.param(SpfFacts("v=spf1 ~all", default="~"), PASS, PASS, PASS, id="soft"),
        pytest.param(SpfFacts("v=spf1 +all", default="+"), PASS, PASS, FAIL, id="everyone"),
        pytest.param(SpfFacts("v=spf1 mx", default="?"), PASS, PASS, FAIL, id="no-end"),
        pytest.param(SpfFacts("v=spf1 x", "not a mechanism: x"), PASS, FAIL, None, id="fault"),
        pytest.param(SpfFacts("v=spf1 ...", complete=False), PASS, UNKNOWN, UNKNOWN, id="half-asked"),
    ],
)
def test_who_may_write_in_its_name(spf, missing, broken, permissive):
    assert judged("spf-missing", spf=spf) is missing
    assert judged("spf-broken", spf=spf) is broken
    assert judged("spf-permissive", spf=spf) is permissive


@pytest.mark.parametrize(
    ("dmarc", "missing", "enforced"),
    [
        pytest.param(None, UNKNOWN, None, id="not-asked"),
        pytest.param(DmarcFacts(None), FAIL, None, id="none"),
        pytest.param(DmarcFacts("v=DMARC1", None, fault="no valid policy"), FAIL, None, id="of-no-use"),
        pytest.param(DmarcFacts("v=DMARC1; p=none", "none"), PASS, FAIL, id="asks-nothing"),
        pytest.param(DmarcFacts("...", "reject", 0), PASS, FAIL, id="of-none-of-them"),
        pytest.param(DmarcFacts("...", "quarantine", 50), PASS, PASS, id="half"),
        pytest.param(DmarcFacts("...", "reject", inherited_from="chu.example"), PASS, PASS, id="inherited"),
    ],
)
def test_what_is_done_with_false_mail(dmarc, missing, enforced):
    assert judged("dmarc-missing", dmarc=dmarc) is missing
    assert judged("dmarc-not-enforced", dmarc=dmarc) is enforced


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"mail_hosts": ()}, None, id="takes-no-mail"),
        pytest.param({"mail_hosts": (), "refuses_mail": True}, None, id="refuses-mail"),
        pytest.param({"mail_hosts": None}, None, id="not-known-to-take-any"),
        pytest.param({"mail_hosts": ("mx",), "mta_sts": ("v=STSv1; id=1",)}, PASS, id="mta-sts"),
        pytest.param({"mail_hosts": ("mx",), "mta_sts": (), "dane_hosts": ("mx",)}, PASS, id="dane"),
        pytest.param({"mail_hosts": ("mx", "b"), "mta_sts": (), "dane_hosts": ("mx",)}, FAIL, id="dane-on-one-only"),
        pytest.param({"mail_hosts": ("mx",), "mta_sts": (), "dane_hosts": ()}, FAIL, id="neither"),
        pytest.param({"mail_hosts": ("mx",), "mta_sts": None, "dane_hosts": ()}, UNKNOWN, id="not-asked"),
    ],
)
def test_mail_is_kept_encrypted_on_its_way(facts, expected):
    assert judged("mta-sts-missing", **facts) is expected


@pytest.mark.parametrize(
    ("state", "missing", "broken"),
    [
        (None, UNKNOWN, None), (DnssecState.UNSIGNED, FAIL, None),
        (DnssecState.SIGNED, PASS, PASS), (DnssecState.BROKEN, PASS, FAIL),
    ],
)  # fmt: skip
def test_a_domain_is_signed_and_its_signatures_hold(state, missing, broken):
    assert judged("dnssec-missing", dnssec=state) is missing
    assert judged("dnssec-broken", dnssec=state) is broken


@pytest.mark.parametrize(("caa", "expected"), [(None, UNKNOWN), ((), FAIL), (('0 issue "ca.example"',), PASS)])
def test_who_may_issue_certificates(caa, expected):
    assert judged("caa-missing", caa=caa) is expected


@pytest.mark.parametrize(("given", "expected"), [(None, UNKNOWN), ((), PASS), (("ns1.example",), FAIL)])
def test_a_zone_is_given_to_nobody(given, expected):
    assert judged("dns-open-transfer", open_transfers=given) is expected


@pytest.mark.parametrize("slug", ["caa-missing", "dnssec-missing", "dns-open-transfer"])
def test_what_belongs_to_the_whole_domain_is_not_asked_of_a_part(slug):
    assert judged(slug, is_registered=False, caa=(), dnssec=DnssecState.UNSIGNED, open_transfers=("ns",)) is None


def test_a_domain_that_does_not_exist_has_no_weakness():
    gone = DomainFacts("gone.example", True, False, (), False, SpfFacts(None), DmarcFacts(None), caa=())
    assert [o for o in judge_all(look("dns", domain=gone)) if o.verdict is FAIL] == []


def test_a_resolver_that_fails_leaves_everything_unknown():
    outcomes = judge_all(look("dns", domain=DomainFacts("chu.example", True, None)))
    assert outcomes
    assert {outcome.verdict for outcome in outcomes} == {UNKNOWN}
    assert {outcome.check for outcome in outcomes} <= set(CHECKS)


KEY, SHORT = DkimKey("s1", "rsa", 2048), DkimKey("s2", "rsa", 1024)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param(None, UNKNOWN, id="not-asked"),
        pytest.param((), UNKNOWN, id="none-known-may-be-elsewhere"),
        pytest.param((DkimKey("s", "rsa", None, revoked=True),), UNKNOWN, id="revoked-only"),
        pytest.param((KEY, DkimKey("e", "ed25519", None)), PASS, id="long"),
        pytest.param((KEY, SHORT), FAIL, id="one-is-short"),
        pytest.param((DkimKey("s", "rsa", 2048, testing=True),), FAIL, id="all-on-trial"),
        pytest.param((KEY, DkimKey("s", "rsa", 2048, testing=True)), PASS, id="one-on-trial-beside"),
    ],
)
def test_mail_is_signed_with_keys_that_hold(keys, expected):
    assert judged("dkim-weak-key", dkim=keys, mail_hosts=("mx",)) is expected
    assert judged("dkim-weak-key", dkim=keys) is None


@pytest.mark.parametrize(("refused", "expected"), [(None, UNKNOWN), ((), PASS), (("elsewhere.example",), FAIL)])
def test_reports_arrive(refused, expected):
    dmarc = DmarcFacts("v=DMARC1", "none", reports=True, reports_refused=refused)
    assert judged("dmarc-reports-lost", dmarc=dmarc) is expected
    assert judged("dmarc-reports-lost", dmarc=DmarcFacts("v=DMARC1", "none")) is None


GONE = Lead(("old.azurewebsites.net",), exists=False, claim=Claim.SERVICE, service="Azure App Service")


@pytest.mark.parametrize(
    ("slug", "field", "none"),
    [
        ("dns-name-server-missing", "name_servers_missing", ()),
        ("mail-host-missing", "mail_hosts_missing", ()),
    ],
)
def test_what_the_domain_rests_on_exists(slug, field, none):
    assert judged(slug, **{field: None}) is UNKNOWN
    assert judged(slug, **{field: none}) is PASS
    assert judged(slug, **{field: (GONE,)}) is FAIL


def test_an_alias_that_leads_to_nothing_says_that_a_takeover_is_possible_and_no_more():
    assert judged("dns-dangling-alias") is UNKNOWN
    assert judged("dns-dangling-alias", alias=Lead((), exists=True)) is PASS
    assert judged("dns-dangling-alias", alias=Lead(("h.example",), exists=True)) is PASS
    domain = DomainFacts("www.chu.example", False, exists=True, alias=GONE)
    told = {one.check: one for one in judge_all(look("dns", domain=domain))}["dns-dangling-alias"]
    assert told.verdict is FAIL
    assert {one.label: one.value for one in told.evidence} == {
        "leads.to": "old.azurewebsites.net",
        "takeover": "possible: Azure App Service may give this name to a stranger",
    }


TODAY = look("dns").looked_at.date()


def ends(days: int, *statuses: str) -> RegistrationFacts:
    return RegistrationFacts(TODAY + timedelta(days=days), statuses)


@pytest.mark.parametrize(
    ("registration", "expected"),
    [
        pytest.param(None, UNKNOWN, id="the-registry-is-silent"),
        pytest.param(RegistrationFacts(None), UNKNOWN, id="it-does-not-tell-until-when"),
        pytest.param(ends(16), PASS, id="sixteen-days"),
        pytest.param(ends(15), FAIL, id="fifteen-days"),
        pytest.param(ends(0), FAIL, id="today"),
        pytest.param(ends(-1), FAIL, id="yesterday"),
        pytest.param(ends(300, "active"), PASS, id="active"),
        pytest.param(ends(300, "redemption period"), FAIL, id="being-taken-back"),
        pytest.param(RegistrationFacts(None, ("pending delete",)), FAIL, id="about-to-be-deleted"),
    ],
)
def test_a_domain_stays_its_owners(registration, expected):
    assert judged("domain-expires-soon", registration=registration) is expected
    assert judged("domain-expires-soon", registration=registration, is_registered=False) is None


@pytest.mark.parametrize(("lame", "expected"), [(None, UNKNOWN), ((), PASS), (("ns2.example",), FAIL)])
def test_each_name_server_serves_the_domain(lame, expected):
    assert judged("dns-lame-delegation", name_servers_lame=lame) is expected
    assert judged("dns-lame-delegation", name_servers_lame=lame, is_registered=False) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"mta_sts": ("v=STSv1; id=1",), "tls_reports": ()}, FAIL, id="asked-and-nobody-told"),
        pytest.param({"dane_hosts": ("mx",), "tls_reports": ()}, FAIL, id="by-dane"),
        pytest.param({"mta_sts": ("v=STSv1; id=1",), "tls_reports": ("v=TLSRPTv1; rua=x",)}, PASS, id="told"),
        pytest.param({"mta_sts": ("v=STSv1; id=1",), "tls_reports": None}, UNKNOWN, id="not-asked"),
        pytest.param({"mta_sts": (), "dane_hosts": (), "tls_reports": ()}, None, id="no-encryption-asked-for"),
    ],
)
def test_somebody_learns_that_mail_could_not_be_encrypted(facts, expected):
    assert judged("tls-reports-missing", mail_hosts=("mx",), **facts) is expected
    assert judged("tls-reports-missing", mail_hosts=(), **facts) is None
