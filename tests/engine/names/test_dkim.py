"""DKIM: the keys that stand in the DNS, and how long they are."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.names import DkimKey, Question, answered, dkim

# Of RFC 8463 A.2: the same message signed with both kinds.
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RSA_1024 = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY"
    "/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l"
    "/K4w3QIDAQAB"
)


def test_published_examples_of_both_kinds():
    assert dkim.parse("brisbane", ED25519) == DkimKey("brisbane", "ed25519", None)
    assert dkim.parse("test", RSA_1024) == DkimKey("test", "rsa", 1024)


@pytest.mark.parametrize("wrapped", [True, False], ids=["as-certificates-hold-it", "bare"])
@pytest.mark.parametrize("bits", [1024, 2048, 3072])
def test_the_length_of_a_real_key_is_read(bits, wrapped):
    key = rsa.generate_private_key(65537, bits).public_key()
    written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo if wrapped else PublicFormat.PKCS1)
    assert dkim.rsa_bits(b64encode(written).decode()) == bits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("v=DKIM1; p=", DkimKey("s", "rsa", None, revoked=True), id="revoked"),
        pytest.param("v=DKIM1; t=s:y; p=", DkimKey("s", "rsa", None, revoked=True, testing=True), id="testing"),
        pytest.param("k=rsa; p=AAAA", DkimKey("s", "rsa", None), id="no-version-and-no-key"),
        pytest.param("v=DKIM1; n=nothing", None, id="no-key-tag"),
        pytest.param("v=spf1 -all", None, id="another-record"),
    ],
)
def test_what_a_record_says(text, expected):
    assert dkim.parse("s", text) == expected


def test_nothing_under_the_known_selectors_is_an_answer_and_no_answer_is_unknown():
    assert answered(dkim.survey("chu.example", ["a", "b"]), {}) == ()
    zone = {Question("TXT", "b._domainkey.chu.example"): None}
    assert answered(dkim.survey("chu.example", ["a", "b"]), zone) is None
    zone = {Question("TXT", "b._domainkey.chu.example"): ("v=DKIM1; p=", RSA_1024)}
    assert answered(dkim.survey("chu.example", ["a", "b"]), zone) == (DkimKey("b", "rsa", None, revoked=True),)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text):
    dkim.parse("s", text)
    dkim.parse("s", f"v=DKIM1; p={text}")


@given(st.binary(max_size=200))
def test_any_key_is_read_without_an_error(data):
    bits = dkim.rsa_bits(b64encode(data).decode())
    assert bits is None or bits >= 0
