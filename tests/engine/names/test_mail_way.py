"""The promises of the way of mail: the policy of RFC 8461, the records of RFC 6698 and RFC 7672."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.names import StsMode, TlsaRecord, is_covered, read_policy, read_tlsa, tlsa_matches
from vigie.engine.names.mail_way import MOST_BYTES

#   appendix A of RFC 8461
EXAMPLE = "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: mx2.example.com\r\nmax_age: 1296000\r\n"


def test_the_example_of_the_standard_is_read():
    policy = read_policy(EXAMPLE)
    assert (policy.mode, policy.max_age, policy.fault) == (StsMode.ENFORCE, 1296000, "")
    assert policy.patterns == ("mx1.example.com", "mx2.example.com")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("", "the policy does not begin with its version", id="empty"),
        pytest.param("<html>not found</html>", "the policy does not begin with its version", id="a-page"),
        pytest.param(EXAMPLE.replace("STSv1", "STSv2"), "the policy does not begin with its version", id="version-2"),
        pytest.param(EXAMPLE.replace("mode: enforce", "mode: strict"), "the policy has no mode", id="unknown-mode"),
        pytest.param(EXAMPLE.replace("mode: enforce\r\n", ""), "the policy has no mode", id="no-mode"),
        pytest.param(EXAMPLE.replace("1296000", "two weeks"), "the policy does not say how long it holds", id="age"),
        pytest.param("version: STSv1\nmode: enforce\nmax_age: 1\n", "the policy names no mail host", id="no-host"),
        pytest.param(
            EXAMPLE.replace("mx1.example.com", "*"), "the policy names something that is no mail host", id="star-alone"
        ),
        pytest.param("version: STSv1\nmode: none\nmax_age: 86400\n", "", id="none-needs-no-host"),
        pytest.param("mx: a.example\nmax_age: 5\nmode: testing\nversion: STSv1", "", id="in-any-order"),
        pytest.param(EXAMPLE + "later: unknown\n", "", id="an-unknown-field"),
    ],
)
def test_a_policy_that_senders_cannot_use_says_why(text, fault):
    assert read_policy(text).fault == fault


def test_a_policy_without_end_is_read_no_further():
    assert len(read_policy(EXAMPLE + "mx: a.example\n" * MOST_BYTES).patterns) <= 100


@given(st.text(max_size=300))
def test_any_text_is_a_policy_or_has_its_fault(text):
    policy = read_policy(text)
    assert policy.fault or policy.mode is not None


@pytest.mark.parametrize(
    ("host", "patterns", "covered"),
    [
        pytest.param("mx.a.example", ("mx.a.example",), True, id="itself"),
        pytest.param("MX.a.example.", ("mx.a.example",), True, id="case-and-dot"),
        pytest.param("mx.a.example", ("*.a.example",), True, id="star"),
        pytest.param("mx.b.a.example", ("*.a.example",), False, id="a-star-is-one-label"),
        pytest.param("a.example", ("*.a.example",), False, id="a-star-is-not-the-parent"),
        pytest.param("mx.a.example", (), False, id="none"),
    ],
)
def test_a_pattern_covers_one_label(host, patterns, covered):
    assert is_covered(host, patterns) is covered


@pytest.mark.parametrize(
    ("text", "record"),
    [
        pytest.param("3 1 1 AB cd", TlsaRecord(3, 1, 1, "abcd"), id="in-two-parts"),
        pytest.param("3 1 1", None, id="no-data"),
        pytest.param("3 1 1 abc", None, id="half-a-byte"),
        pytest.param("3 1 1 xy", None, id="not-hexadecimal"),
        pytest.param("three 1 1 ab", None, id="not-a-number"),
        pytest.param("3 1 ² ab", None, id="not-an-ascii-number"),
    ],
)
def test_a_record_is_read_or_none(text, record):
    assert read_tlsa(text) == record


LEAF, ISSUER = (b"leaf", b"its key"), (b"issuer", b"the key of it")


def sha(data, kind="sha256"):
    return hashlib.new(kind, data).hexdigest()


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        pytest.param(TlsaRecord(3, 1, 1, sha(b"its key")), True, id="3-1-1"),
        pytest.param(TlsaRecord(3, 0, 1, sha(b"leaf")), True, id="3-0-1"),
        pytest.param(TlsaRecord(3, 1, 2, sha(b"its key", "sha512")), True, id="3-1-2"),
        pytest.param(TlsaRecord(3, 0, 0, b"leaf".hex()), True, id="3-0-0"),
        pytest.param(TlsaRecord(2, 1, 1, sha(b"the key of it")), True, id="2-1-1"),
        pytest.param(TlsaRecord(3, 1, 1, sha(b"the key of it")), False, id="the-issuers-is-not-the-leafs"),
        pytest.param(TlsaRecord(2, 1, 1, sha(b"its key")), False, id="the-leafs-is-no-authority"),
        pytest.param(TlsaRecord(3, 1, 1, sha(b"another")), False, id="another"),
        pytest.param(TlsaRecord(1, 1, 1, sha(b"its key")), None, id="authorities-of-the-web-do-not-count"),
        pytest.param(TlsaRecord(3, 9, 1, sha(b"its key")), None, id="an-unknown-selector"),
    ],
)
def test_a_record_is_kept_by_what_is_shown(record, kept):
    assert tlsa_matches([record], [LEAF, ISSUER]) is kept


def test_one_record_kept_is_enough_while_a_certificate_is_changed():
    records = [TlsaRecord(3, 1, 1, sha(b"the next one")), TlsaRecord(3, 1, 1, sha(b"its key"))]
    assert tlsa_matches(records, [LEAF]) is True
    assert tlsa_matches(records, []) is False
