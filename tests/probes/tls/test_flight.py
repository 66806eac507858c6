import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.cipher_suites import SUITES
from vigie.probes.errors import Garbled, ProbeError, TooLong
from vigie.probes.tls.flight import MAX_CHAIN, MOST_BYTES, FlightReader
from vigie.probes.tls.hello import TLS11, TLS12, Offer

from .old_server import alert, flight, key_exchange, message, record, server_hello, sized

GCM, DHE, DES3 = 0xC02F, 0x009E, 0x000A
OFFER = Offer(TLS12, tuple(SUITES))
DONE = message(14, b"")


def read(data, offer=OFFER, pieces=1):
    reader = FlightReader(offer)
    step = max(1, len(data) // pieces)
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    return reader


@pytest.mark.parametrize("pieces", [1, 2, 7, 10_000])
def test_a_flight_is_read_however_it_is_cut(pieces):
    reader = read(flight(TLS12, DHE, b"leaf", b"issuer", staple=b"status", bits=1024), pieces=pieces)
    told = reader.flight
    assert reader.complete
    assert (told.version, told.suite, told.chain) == (TLS12, DHE, (b"leaf", b"issuer"))
    assert (told.staple, told.dh_bits, told.alert) == (b"status", 1024, None)


def test_messages_may_be_cut_over_records_and_share_one():
    whole = server_hello(TLS12, GCM) + message(11, sized(b"leaf")) + DONE
    reader = read(b"".join(record(whole[at : at + 3]) for at in range(0, len(whole), 3)))
    assert (reader.complete, reader.flight.chain) == (True, (b"leaf",))


def test_a_version_that_the_server_cannot_sign_in_is_not_accepted():
    reader = read(record(server_hello(TLS12, GCM)) + alert(80))
    assert (reader.complete, reader.flight.alert) == (True, 80)
    assert not read(record(server_hello(TLS12, GCM))).complete


def test_a_warning_is_passed_over_and_a_goodbye_is_not():
    assert read(alert(112, level=1) + flight(TLS12, GCM, b"leaf")).flight.alert is None
    assert read(alert(0, level=1)).complete


def test_a_server_may_ask_for_a_certificate():
    reader = read(record(server_hello(TLS12, GCM) + message(11, sized(b"leaf")) + message(13, b"\x01\x01") + DONE))
    assert reader.flight.wants_certificate


def test_no_more_certificates_are_kept_than_honest_chains_have():
    assert len(read(flight(TLS12, GCM, *[b"leaf"] * 40)).flight.chain) == MAX_CHAIN


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="http"),
        pytest.param(record(b""), id="an-empty-record"),
        pytest.param(b"\x16\x03\x03\xff\xff" + bytes(20), id="a-record-too-large"),
        pytest.param(b"\x17\x03\x03\x00\x01a", id="data-before-keys"),
        pytest.param(record(b"\x02", 21), id="half-an-alert"),
        pytest.param(record(server_hello(0x0304, GCM)), id="a-version-not-offered"),
        pytest.param(record(server_hello(0x0002, GCM)), id="a-version-of-before-ssl-3"),
        pytest.param(record(server_hello(TLS12, 0x1301)), id="a-suite-not-offered"),
        pytest.param(record(server_hello(TLS12, GCM, b"\x00\x2b\x00\x02\x03\x04")), id="tls-1.3-in-disguise"),
        pytest.param(record(server_hello(TLS12, GCM, b"\x00\x05\x00\x09")), id="an-extension-too-long"),
        pytest.param(record(message(2, b"\x03\x03" + bytes(10))), id="a-hello-cut-short"),
        pytest.param(record(server_hello(TLS12, GCM) * 2), id="two-hellos"),
        pytest.param(record(message(11, sized(b"leaf"))), id="a-certificate-first"),
        pytest.param(record(server_hello(TLS12, GCM) + message(11, b"\x00\x00\x09abc")), id="a-chain-too-short"),
        pytest.param(record(server_hello(TLS12, GCM) + message(11, sized(b""))), id="an-empty-certificate"),
        pytest.param(record(server_hello(TLS12, DHE) + message(12, b"\x01\x00ab")), id="a-group-cut-short"),
        pytest.param(record(server_hello(TLS12, GCM) + message(22, b"\x02\x00\x00\x00")), id="another-status"),
        pytest.param(record(server_hello(TLS12, GCM) + message(99, b"")), id="an-unknown-message"),
    ],
)
def test_what_is_no_honest_answer_is_garbled(data):
    with pytest.raises(Garbled):
        read(data)


def test_a_version_above_the_offered_one_is_not_believed():
    with pytest.raises(Garbled):
        read(record(server_hello(TLS12, DES3)), Offer(TLS11, (DES3,)))


def test_a_certificate_of_16_megabytes_is_refused_by_its_announcement():
    with pytest.raises(TooLong):
        read(record(server_hello(TLS12, GCM) + b"\x0b\xff\xff\xff" + bytes(100)))


def test_messages_without_end_are_cut():
    reader, endless = FlightReader(OFFER), record(message(0, b""))
    with pytest.raises(TooLong):
        for _ in range(MOST_BYTES):
            reader.feed(endless)


def test_a_group_is_measured_by_its_prime_and_not_by_its_bytes():
    assert read(record(server_hello(TLS12, DHE) + key_exchange(1023) + DONE)).flight.dh_bits == 1023


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_a_known_error(data):
    try:
        reader = read(data)
    except ProbeError:
        return
    assert reader.flight.version is None or reader.flight.version <= TLS12


WHOLE = flight(TLS12, DHE, b"leaf" * 50, b"issuer" * 50, staple=b"status" * 9)


@given(at=st.integers(0, len(WHOLE) - 1), flip=st.integers(1, 255), cut=st.integers(1, len(WHOLE)))
def test_a_damaged_flight_is_read_or_refused(at, flip, cut):
    data = bytearray(WHOLE)
    data[at] ^= flip
    try:
        told = read(bytes(data[:cut]), pieces=3).flight
    except ProbeError:
        return
    assert told.suite is None or told.suite in SUITES
