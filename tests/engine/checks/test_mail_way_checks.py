"""Mail that is refused on its way, because of what its own domain publishes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from vigie.engine.names import DnssecState, DomainFacts, MailServer, StsMode, StsPolicy
from vigie.engine.outcome import Verdict

from .looks import NOW, certificate, look, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
HOST = "mx.a.example"
RECORD = ("v=STSv1; id=1",)
ENFORCED = StsPolicy(StsMode.ENFORCE, (HOST,), 86400)
SOUND = MailServer(HOST, asked=True, starttls=True, tls=tls(server_name=HOST))
DANE = replace(SOUND, tlsa_kept=True, tlsa_signed=DnssecState.SIGNED)


def domain(**changes):
    return DomainFacts("a.example", True, True, mail_hosts=(HOST,), refuses_mail=False, **changes)


def judged(slug, **changes):
    return verdict(slug, look("dns", domain=domain(**changes)))


@pytest.mark.parametrize(
    ("records", "policy", "expected"),
    [
        pytest.param(RECORD, ENFORCED, PASS, id="enforced"),
        pytest.param(RECORD, replace(ENFORCED, patterns=("*.a.example",)), PASS, id="by-a-star"),
        pytest.param(RECORD, replace(ENFORCED, patterns=("mx2.a.example",)), FAIL, id="leaves-the-host-out"),
        pytest.param(RECORD, replace(ENFORCED, mode=StsMode.TESTING), FAIL, id="asks-nothing-yet"),
        pytest.param(RECORD, StsPolicy(StsMode.NONE, (), 86400), FAIL, id="asks-nothing-any-more"),
        pytest.param(RECORD, StsPolicy(None, fault="the policy has no mode"), FAIL, id="cannot-be-used"),
        pytest.param(RECORD * 2, ENFORCED, FAIL, id="two-records-are-none"),
        pytest.param(RECORD, None, UNKNOWN, id="could-not-be-asked"),
        pytest.param((), None, None, id="no-record-is-told-by-another-check"),
        pytest.param(None, None, None, id="record-not-asked"),
    ],
)
def test_a_policy_must_hold_for_every_mail_host(records, policy, expected):
    assert judged("mta-sts-broken", mta_sts=records, sts_policy=policy) is expected


EXPIRED = tls(certificate=certificate(not_after=NOW - timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        pytest.param(SOUND, PASS, id="right"),
        pytest.param(replace(SOUND, starttls=False, tls=None), FAIL, id="no-starttls"),
        pytest.param(replace(SOUND, tls=tls(name_matches=False)), FAIL, id="another-name"),
        pytest.param(replace(SOUND, tls=tls(certificate=certificate(self_signed=True))), FAIL, id="signed-by-itself"),
        pytest.param(replace(SOUND, tls=EXPIRED), FAIL, id="expired"),
        pytest.param(replace(SOUND, tls=None, reason="no TLS"), UNKNOWN, id="starttls-that-does-not-begin"),
        pytest.param(MailServer(HOST, reason="outside the mandate"), UNKNOWN, id="not-ours-to-ask"),
    ],
)
def test_a_host_under_an_enforced_policy_must_keep_it(server, expected):
    facts = {"mta_sts": RECORD, "sts_policy": ENFORCED, "mail_servers": (server,)}
    assert judged("mail-certificate-refused", **facts) is expected


@pytest.mark.parametrize(
    "policy", [None, replace(ENFORCED, mode=StsMode.TESTING), replace(ENFORCED, fault="the policy has no mode")]
)
def test_without_a_policy_that_binds_senders_no_mail_is_refused(policy):
    server = replace(SOUND, tls=tls(certificate=certificate(self_signed=True)))
    assert judged("mail-certificate-refused", mta_sts=(), sts_policy=policy, mail_servers=(server,)) is None


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        pytest.param(DANE, PASS, id="kept"),
        pytest.param(replace(DANE, tlsa_kept=False), FAIL, id="another-certificate"),
        pytest.param(replace(DANE, starttls=False, tls=None), FAIL, id="no-starttls"),
        pytest.param(replace(DANE, tls=EXPIRED), PASS, id="dates-do-not-count-there"),
        pytest.param(replace(DANE, tlsa_kept=False, tlsa_signed=DnssecState.UNSIGNED), None, id="not-signed"),
    ],
)
def test_a_host_named_by_a_signed_record_must_show_that_certificate(server, expected):
    assert judged("mail-certificate-refused", dane_hosts=(HOST,), mail_servers=(server,)) is expected


def test_hosts_that_nobody_looked_at_are_unknown_where_something_binds_them():
    assert judged("mail-certificate-refused", mta_sts=RECORD) is UNKNOWN
    assert judged("mail-certificate-refused", mta_sts=(), dane_hosts=()) is None


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        pytest.param(DnssecState.SIGNED, PASS, id="signed"),
        pytest.param(DnssecState.UNSIGNED, FAIL, id="unsigned"),
        pytest.param(DnssecState.BROKEN, FAIL, id="broken"),
        pytest.param(None, UNKNOWN, id="could-not-be-asked"),
    ],
)
def test_records_must_be_signed_to_bind_anybody(signed, expected):
    server = replace(DANE, tlsa_signed=signed)
    assert judged("dane-unsigned", dane_hosts=(HOST,), mail_servers=(server,)) is expected


def test_a_domain_that_refuses_all_mail_is_asked_for_nothing():
    facts = DomainFacts("a.example", True, True, mail_hosts=(), refuses_mail=True, mta_sts=RECORD, mail_servers=())
    for slug in ("mta-sts-broken", "mail-certificate-refused", "dane-unsigned"):
        assert verdict(slug, look("dns", domain=facts)) is None
