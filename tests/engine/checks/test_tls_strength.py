"""How strong is what a server offers under TLS: versions, suites, keys, signatures, chain, status."""

from datetime import timedelta

import pytest

from vigie.engine.cipher_suites import FAULTS, SOUND, SUITES, SuiteFault, faults_of, left_to_ask
from vigie.engine.facts import SmtpFacts
from vigie.engine.facts_of_tls import ChainLink, Staple, StapleStatus
from vigie.engine.outcome import Verdict

from .looks import NOW, certificate, look, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
LINK = ChainLink("CN=Intermediate", "RSA 4096", "sha256WithRSAEncryption", NOW + timedelta(days=900), False)
ROOT = ChainLink("CN=Root", "RSA 4096", "sha1WithRSAEncryption", NOW - timedelta(days=9), True)


def judged(slug, service="https", **changes):
    return verdict(slug, look(service, tls=tls(**changes)))


@pytest.mark.parametrize(
    ("versions", "refused", "expected"),
    [
        pytest.param(("SSLv3", "TLSv1.2"), (), FAIL, id="accepted"),
        pytest.param(("TLSv1.2",), ("SSLv3", "TLSv1"), PASS, id="refused"),
        pytest.param(("TLSv1.3",), (), UNKNOWN, id="not-asked"),
        pytest.param(("TLSv1",), ("TLSv1.1",), UNKNOWN, id="others-alone-were-asked"),
    ],
)
def test_ssl_3_must_be_refused(versions, refused, expected):
    assert judged("tls-ssl-v3", versions=versions, refused=refused) is expected


#   accepted, all told                                            without protection, worn out
@pytest.mark.parametrize(
    ("suites", "told", "unprotected", "weak"),
    [
        pytest.param((), True, PASS, PASS, id="all-refused"),
        pytest.param((), False, UNKNOWN, UNKNOWN, id="not-asked"),
        pytest.param(("RSA_WITH_NULL_SHA",), True, FAIL, PASS, id="in-clear"),
        pytest.param(("ECDH_anon_WITH_AES_256_CBC_SHA",), True, FAIL, PASS, id="anonymous"),
        pytest.param(("RSA_EXPORT_WITH_RC4_40_MD5",), True, FAIL, FAIL, id="export-is-both"),
        pytest.param(("RSA_WITH_RC4_128_SHA",), True, PASS, FAIL, id="rc4"),
        pytest.param(("RSA_WITH_3DES_EDE_CBC_SHA",), True, PASS, FAIL, id="3des"),
        pytest.param(("RSA_WITH_DES_CBC_SHA",), True, PASS, FAIL, id="des"),
        pytest.param(("RSA_WITH_3DES_EDE_CBC_SHA",), False, UNKNOWN, FAIL, id="one-seen-the-rest-not-told"),
    ],
)
def test_faulty_suites_must_be_refused(suites, told, unprotected, weak):
    facts = {"weak_suites": suites, "suites_told": told}
    assert judged("tls-suites-without-protection", **facts) is unprotected
    assert judged("tls-weak-suites", **facts) is weak


def test_between_mail_servers_nobody_is_verified_and_anonymous_suites_take_nothing_away():
    mail = SmtpFacts("mx", ("STARTTLS",), starttls=True)
    facts = tls(weak_suites=("ECDH_anon_WITH_AES_256_CBC_SHA",), suites_told=True)
    assert verdict("tls-suites-without-protection", look("smtp", tls=facts, smtp=mail)) is PASS
    facts = tls(weak_suites=("RSA_WITH_NULL_SHA",), suites_told=True)
    assert verdict("tls-suites-without-protection", look("smtp", tls=facts, smtp=mail)) is FAIL


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("RSA 512", FAIL, id="rsa-512"),
        pytest.param("RSA 2047", FAIL, id="one-bit-short"),
        pytest.param("RSA 2048", PASS, id="exactly-2048"),
        pytest.param("DSA 1024", FAIL, id="dsa"),
        pytest.param("EC secp256r1", PASS, id="p-256"),
        pytest.param("EC secp192r1", FAIL, id="p-192"),
        pytest.param("Ed25519", PASS, id="ed25519"),
        pytest.param("other", UNKNOWN, id="another-kind"),
    ],
)
def test_a_key_must_be_long_enough(key, expected):
    assert judged("tls-weak-key", certificate=certificate(key=key)) is expected


def test_a_chain_is_as_strong_as_its_weakest_key():
    short = ChainLink("CN=I", "RSA 1024", "sha256WithRSAEncryption", NOW, False)
    assert judged("tls-weak-key", certificate=certificate(chain=(LINK, short))) is FAIL


@pytest.mark.parametrize(
    ("signature", "chain", "expected"),
    [
        pytest.param("sha256WithRSAEncryption", (LINK,), PASS, id="sha-256"),
        pytest.param("ecdsa-with-SHA384", (), PASS, id="ecdsa"),
        pytest.param("sha1WithRSAEncryption", (), FAIL, id="sha-1"),
        pytest.param("ecdsa-with-SHA1", (), FAIL, id="ecdsa-sha-1"),
        pytest.param("md5WithRSAEncryption", (), FAIL, id="md5"),
        pytest.param("sha256WithRSAEncryption", (ROOT,), PASS, id="a-root-is-not-judged-by-its-own"),
    ],
)
def test_a_signature_must_not_be_one_that_can_be_forged(signature, chain, expected):
    assert judged("tls-weak-signature", certificate=certificate(signature=signature, chain=chain)) is expected


def test_how_a_certificate_signed_itself_is_told_by_another_check():
    leaf = certificate(signature="sha1WithRSAEncryption", self_signed=True)
    assert judged("tls-weak-signature", certificate=leaf) is None


@pytest.mark.parametrize(
    ("complete", "chain", "expected"),
    [
        pytest.param(True, (LINK,), PASS, id="shown"),
        pytest.param(True, (LINK, ROOT), PASS, id="a-root-past-its-date-hurts-nobody"),
        pytest.param(False, (), FAIL, id="not-shown"),
        pytest.param(None, (), None, id="a-private-root-may-be-everywhere"),
    ],
)
def test_the_issuer_must_be_shown(complete, chain, expected):
    leaf = certificate(chain_complete=complete, chain=chain)
    assert judged("tls-chain-incomplete", certificate=leaf) is expected


def test_an_intermediate_past_its_date_breaks_the_chain():
    past = ChainLink("CN=I", "RSA 2048", "sha256WithRSAEncryption", NOW - timedelta(seconds=1), False)
    assert judged("tls-chain-incomplete", certificate=certificate(chain_complete=True, chain=(past,))) is FAIL


@pytest.mark.parametrize(
    ("bits", "told", "expected"),
    [
        pytest.param(1024, True, FAIL, id="1024"),
        pytest.param(2047, False, FAIL, id="one-bit-short"),
        pytest.param(2048, True, PASS, id="2048"),
        pytest.param(None, True, PASS, id="none-accepted"),
        pytest.param(None, False, UNKNOWN, id="not-asked"),
    ],
)
def test_a_group_must_be_large_enough(bits, told, expected):
    assert judged("tls-weak-key-exchange", dh_bits=bits, suites_told=told) is expected


@pytest.mark.parametrize(
    ("staple", "must", "expected"),
    [
        pytest.param(None, False, None, id="nothing-passed-on"),
        pytest.param(None, True, FAIL, id="demanded-and-missing"),
        pytest.param(Staple(StapleStatus.GOOD, None, "1"), False, PASS, id="good"),
        pytest.param(Staple(StapleStatus.REVOKED, None, "1"), False, FAIL, id="revoked"),
        pytest.param(Staple(StapleStatus.REVOKED, None, "2"), False, UNKNOWN, id="revoked-but-of-another"),
        pytest.param(Staple(StapleStatus.UNKNOWN, None, "1"), False, UNKNOWN, id="the-authority-does-not-know"),
        pytest.param(Staple(StapleStatus.UNREADABLE, None), True, UNKNOWN, id="unreadable"),
    ],
)
def test_a_revoked_certificate_must_not_be_shown(staple, must, expected):
    leaf = certificate(must_staple=must)
    assert judged("tls-certificate-revoked", certificate=leaf, staple=staple, staple_asked=True) is expected


def test_a_status_that_was_not_asked_is_not_missing():
    assert judged("tls-certificate-revoked", certificate=certificate(must_staple=True)) is None


def test_every_suite_has_the_faults_of_its_name():
    assert faults_of("DH_anon_EXPORT_WITH_RC4_40_MD5") == {SuiteFault.ANONYMOUS, SuiteFault.EXPORT, SuiteFault.RC4}
    assert faults_of("RSA_WITH_IDEA_CBC_SHA") == {SuiteFault.SMALL_BLOCK}
    assert faults_of("ECDHE_RSA_WITH_AES_128_GCM_SHA256") == frozenset()
    assert len(SOUND) + len(FAULTS) == len(SUITES) == len(set(SUITES.values()))


def test_what_is_left_to_ask_always_tells_something_new():
    assert set(left_to_ask(())) == set(FAULTS)
    assert not left_to_ask(SuiteFault)
    assert all(FAULTS[number] - {SuiteFault.RC4} for number in left_to_ask({SuiteFault.RC4}))
