"""DMARC, MX, MTA-STS and CAA as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.names import DmarcFacts, Question, answered, dmarc, policy


def judged(*texts: str, domain: str = "chu.example", above: tuple[str, ...] = ()) -> DmarcFacts | None:
    zone = {Question("TXT", f"_dmarc.{domain}"): texts}
    if domain != "chu.example":
        zone[Question("TXT", "_dmarc.chu.example")] = above
    return answered(dmarc.survey(domain, "chu.example"), zone)


@pytest.mark.parametrize(
    ("text", "policy_", "percent", "reports"),
    [
        pytest.param("v=DMARC1; p=reject; rua=mailto:a@chu.example", "reject", 100, True, id="reject"),
        pytest.param("v=DMARC1;p=Quarantine;pct=50", "quarantine", 50, False, id="half"),
        pytest.param("v=DMARC1; p=none; pct=900", "none", 100, False, id="impossible-percent"),
        pytest.param("v=DMARC1; rua=mailto:a@chu.example", "none", 100, True, id="reports-only-is-none"),
        pytest.param("v=DMARC1; p=strict", None, 100, False, id="no-valid-policy"),
        pytest.param("v = DMARC1 ; p = reject", "reject", 100, False, id="blanks"),
    ],
)
def test_what_the_domain_asks_for(text, policy_, percent, reports):
    facts = judged(text)
    assert (facts.policy, facts.percent, facts.reports) == (policy_, percent, reports)


@pytest.mark.parametrize(
    ("above", "policy_"),
    [
        pytest.param("v=DMARC1; p=reject", "reject", id="same-as-above"),
        pytest.param("v=DMARC1; p=reject; sp=none", "none", id="another-for-what-is-below"),
    ],
)
def test_a_domain_without_record_inherits_from_the_registered_one(above, policy_):
    facts = judged(domain="mail.chu.example", above=(above,))
    assert (facts.policy, facts.inherited_from) == (policy_, "chu.example")


def test_its_own_record_comes_first():
    facts = judged("v=DMARC1; p=none", domain="mail.chu.example", above=("v=DMARC1; p=reject",))
    assert (facts.policy, facts.inherited_from) == ("none", None)


def test_several_records_are_as_good_as_none():
    facts = judged("v=DMARC1; p=reject", "v=DMARC1; p=none")
    assert (facts.policy, facts.fault) == (None, "several records")


def test_no_record_is_an_answer_and_no_answer_is_unknown():
    assert judged("v=spf1 -all") == DmarcFacts(None)
    for zone in ({"_dmarc.a.chu.example": None}, {"_dmarc.chu.example": None}):
        asked = {Question("TXT", name): found for name, found in zone.items()}
        assert answered(dmarc.survey("a.chu.example", "chu.example"), asked) is None


@pytest.mark.parametrize(
    ("answers", "hosts", "refuses"),
    [
        pytest.param(("20 b.example.", "10 A.example."), ("a.example", "b.example"), False, id="by-preference"),
        pytest.param(("0 .",), (), True, id="null"),
        pytest.param(("0 .", "10 a.example."), ("a.example",), False, id="null-beside-another-is-not-null"),
        pytest.param((), (), False, id="none"),
        pytest.param(None, None, None, id="unknown"),
    ],
)
def test_where_mail_goes(answers, hosts, refuses):
    assert policy.mail_hosts(answers) == (hosts, refuses)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(("v=STSv1; id=20260101T000000;",), 1, id="as-the-standard-writes-it"),
        pytest.param(("v=STSv1;id=1", "v=spf1 -all"), 1, id="among-others"),
        pytest.param(("v=STSv1; id=1", "v=STSv1; id=2"), 0, id="two-are-as-good-as-none"),
        pytest.param(("v=STSv1;",), 0, id="no-identifier"),
        pytest.param(("v=STSv1; id=2026-01-01",), 0, id="an-identifier-with-a-dash"),
        pytest.param(("v=STSv1; id=" + "1" * 33,), 0, id="too-long"),
        pytest.param(("v=STSv2; id=1",), 0, id="another-version"),
        pytest.param((), 0, id="none"),
    ],
)
def test_the_one_record_of_mta_sts_that_senders_use(texts, expected):
    assert len(policy.transport_policy(texts)) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(("v=TLSRPTv1;rua=mailto:reports@chu.example",), 1, id="by-mail"),
        pytest.param(("v=TLSRPTv1; rua=https://reports.example/v1/tlsrpt",), 1, id="by-the-web"),
        pytest.param(("v=TLSRPTv1; rua=mailto:a@chu.example, https://b.example/x",), 1, id="two-places"),
        pytest.param(("v=TLSRPTv1; rua=",), 0, id="nowhere"),
        pytest.param(("v=TLSRPTv1; rua=a@chu.example",), 0, id="no-scheme"),
        pytest.param(("v=TLSRPTv1; rua=mailto:a@chu.example", "v=TLSRPTv1; rua=mailto:b@chu.example"), 0, id="two"),
    ],
)
def test_the_one_record_that_asks_for_reports_of_encryption(texts, expected):
    assert len(policy.transport_reports(texts)) == expected


def test_what_could_not_be_asked_is_unknown():
    assert policy.transport_policy(None) is policy.transport_reports(None) is None


def test_reports_are_received_when_one_of_the_places_is_an_address():
    assert dmarc.parse(["v=DMARC1; p=none; rua=https://a.example/x, mailto:a@chu.example"], None).reports


@given(st.lists(st.text(), max_size=3))
def test_any_texts_are_policies_or_none(texts):
    judged(*(f"v=DMARC1;{text}" for text in texts))
    policy.mail_hosts(tuple(texts))
    policy.issuers(tuple(texts))


AGREED = Question("TXT", "chu.example._report._dmarc.reports.example")


@pytest.mark.parametrize(
    ("asked", "agreement", "refused"),
    [
        pytest.param("mailto:a@chu.example", (), (), id="at-home"),
        pytest.param("mailto:a@mail.chu.example!10m", (), (), id="below-and-with-a-size"),
        pytest.param("mailto:a@reports.example", ("v=DMARC1",), (), id="agreed"),
        pytest.param("mailto:a@reports.example", ("v=DMARC1;",), (), id="agreed-with-a-semicolon"),
        pytest.param("mailto:a@reports.example", (), ("reports.example",), id="did-not-agree"),
        pytest.param("mailto:a@reports.example", ("hello",), ("reports.example",), id="says-something-else"),
        pytest.param("mailto:a@reports.example", None, None, id="nobody-could-tell"),
    ],
)
def test_whoever_receives_reports_from_elsewhere_must_agree(asked, agreement, refused):
    zone = {Question("TXT", "_dmarc.chu.example"): (f"v=DMARC1; p=reject; rua={asked}",), AGREED: agreement}
    assert answered(dmarc.survey("chu.example", "chu.example"), zone).reports_refused == refused


def test_alignment_is_read_and_relaxed_when_it_is_not_told():
    assert judged("v=DMARC1; p=reject; adkim=s; aspf=r").strict == ("dkim",)
    assert judged("v=DMARC1; p=reject").strict == ()


def test_who_may_issue_certificates_is_told_apart_from_who_is_warned():
    assert policy.issuers(('0 issue "ca.example"', '0 iodef "mailto:a"')) == ('0 issue "ca.example"',)
    assert policy.issuers(None) is None
