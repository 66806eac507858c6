from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts_of_tls import StapleStatus
from vigie.probes.tls import read_certificate, read_staple
from vigie.probes.tls.flight import MAX_CHAIN

from ..certificates import certificate, key, name
from ..conftest import NOW

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "certificates"


def der(one):
    return one.public_bytes(Encoding.DER)


def signed(subject, issuer, *extensions, own=None, until=90):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key((own or key(subject)).public_key())
        .serial_number(4242)
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=until))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key(issuer), hashes.SHA256())


def access(*methods):
    place = x509.UniformResourceIdentifier("http://authority.example/")
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, place) for method in methods])


PUBLIC = access(Access.OCSP, Access.CA_ISSUERS)
ISSUER, ROOT = signed("Issuing CA", "Root CA", until=900), signed("Root CA", "Root CA", until=900)


@pytest.mark.parametrize(
    ("leaf", "above", "complete"),
    [
        pytest.param(("a", "Issuing CA", PUBLIC), (ISSUER,), True, id="issuer-shown"),
        pytest.param(("a", "Issuing CA", PUBLIC), (ROOT, ISSUER), True, id="in-another-order"),
        pytest.param(("a", "Issuing CA", PUBLIC), (), False, id="leaf-alone"),
        pytest.param(("a", "Issuing CA", PUBLIC), (ROOT,), False, id="another-in-its-place"),
        pytest.param(("a", "Private CA"), (), None, id="a-private-root-that-says-nothing"),
        pytest.param(("a", "a", PUBLIC), (), None, id="signed-by-itself"),
    ],
)
def test_a_chain_is_complete_when_the_issuer_is_shown(leaf, above, complete):
    told = read_certificate(der(signed(*leaf)), [der(one) for one in above])
    assert told.chain_complete is complete
    assert told.chain_length == 1 + len(above)


def test_what_is_above_the_leaf_is_read_as_far_as_it_can_be():
    told = read_certificate(der(signed("a", "Issuing CA")), [der(ISSUER), b"nonsense", der(ROOT)])
    assert [(link.subject, link.self_signed) for link in told.chain] == [("CN=Issuing CA", False), ("CN=Root CA", True)]
    assert told.chain_length == 4


def test_a_chain_without_end_is_read_no_further_than_its_limit():
    told = read_certificate(der(signed("a", "Issuing CA")), [der(ISSUER)] * 50)
    assert (told.chain_length, len(told.chain)) == (MAX_CHAIN, MAX_CHAIN - 1)


def test_what_a_certificate_says_of_its_status_is_told():
    must = x509.TLSFeature([x509.TLSFeatureType.status_request])
    told = read_certificate(der(signed("a", "CA", PUBLIC, must)))
    assert (told.says_status_at, told.must_staple) == (True, True)
    told = read_certificate(der(signed("a", "CA", access(Access.CA_ISSUERS))))
    assert (told.says_status_at, told.must_staple) == (False, False)


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_key_is_measured(bits):
    own = rsa.generate_private_key(65537, bits)
    assert read_certificate(der(signed("a", "CA", own=own))).key == f"RSA {bits}"


def test_a_certificate_that_signed_itself_with_sha_1_did_sign_itself():
    old = x509.load_pem_x509_certificate((SAMPLES / "rsa512-sha1-self-signed.pem").read_bytes())
    told = read_certificate(der(old))
    assert (told.key, told.signature, told.self_signed) == ("RSA 512", "sha1WithRSAEncryption", True)


def test_a_certificate_that_only_bears_its_issuers_name_did_not_sign_itself():
    theirs = key("somebody else")
    builder = x509.CertificateBuilder().subject_name(name("a")).issuer_name(name("a")).public_key(theirs.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    assert read_certificate(der(builder.sign(key("a"), hashes.SHA256()))).self_signed is False


def status(state, *, revoked=None):
    leaf, issuer = certificate(), signed("CA", "CA")
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf, issuer, hashes.SHA1(), state, NOW, NOW + timedelta(days=3), revoked, None
    )
    made = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, issuer).sign(key("CA"), hashes.SHA256())
    return made.public_bytes(Encoding.DER), f"{leaf.serial_number:x}"


@pytest.mark.parametrize(
    ("state", "revoked", "expected"),
    [
        pytest.param(ocsp.OCSPCertStatus.GOOD, None, StapleStatus.GOOD, id="good"),
        pytest.param(ocsp.OCSPCertStatus.REVOKED, NOW, StapleStatus.REVOKED, id="revoked"),
        pytest.param(ocsp.OCSPCertStatus.UNKNOWN, None, StapleStatus.UNKNOWN, id="unknown"),
    ],
)
def test_a_staple_says_whether_the_certificate_holds(state, revoked, expected):
    data, serial = status(state, revoked=revoked)
    told = read_staple(data)
    assert (told.status, told.serial, told.next_update) == (expected, serial, NOW + timedelta(days=3))


def test_an_authority_that_cannot_answer_says_nothing():
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
    assert read_staple(busy).status is StapleStatus.UNREADABLE
    assert read_staple(b"") is None


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_a_staple_that_can_be_read_or_not(data):
    assert read_staple(data).status is StapleStatus.UNREADABLE
