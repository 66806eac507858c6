"""The exact bytes of a question, and whose answers are believed."""

import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.raw.packets import Cookies, answers, destinations, questions

KEY = bytes(range(16))
COOKIES = Cookies(KEY, 61234)
ENDS = {4: ("203.0.113.9", "198.51.100.1"), 6: ("2001:db8::9", "2001:db8:ffff::1")}


def packed(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return np.frombuffer(socket.inet_pton(family, text), dtype=np.uint8)[None].copy()


def one(version, port=443):
    there, here = ENDS[version]
    return questions(packed(there), np.array([port], dtype=np.uint16), packed(here), COOKIES)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def reply(question, version, flags, *, acknowledge=1, options=b""):
    """What a stack answers, by the book: its own header, ports turned round, the number acknowledged."""
    head = 20 if version == 4 else 40
    raw = bytes(question[0])
    source, target, number = struct.unpack("!HHI", raw[head : head + 8])
    tcp = struct.pack("!HHIIBBHHH", target, source, 77, (number + acknowledge) & 0xFFFFFFFF, 0x50, flags, 100, 0, 0)
    if version == 4:
        ip = bytes([0x45 + len(options) // 4]) + raw[1:9] + b"\x06\0\0" + raw[16:20] + raw[12:16] + options
    else:
        ip = raw[:8] + raw[24:40] + raw[8:24]
    return np.frombuffer((ip + tcp).ljust(88, b"\0")[:88], dtype=np.uint8)[None].copy()


@pytest.mark.parametrize("version", [4, 6])
def test_checksums_are_those_that_every_stack_verifies(version):
    raw = bytes(one(version)[0])
    head = 20 if version == 4 else 40
    ends = raw[12:20] if version == 4 else raw[8:40]
    if version == 4:
        assert checksum(raw[:20]) == 0xFFFF
    assert checksum(ends + struct.pack("!HH", 6, 24) + raw[head:]) == 0xFFFF


def test_a_question_is_one_syn_without_a_byte_of_data():
    raw = bytes(one(4)[0])
    assert raw[0] == 0x45
    assert struct.unpack("!H", raw[2:4])[0] == len(raw) == 44
    assert raw[33] == 0x02
    assert raw[40:] == bytes([2, 4]) + (1220).to_bytes(2, "big")
    assert len(bytes(one(6)[0])) == 64


@pytest.mark.parametrize("version", [4, 6])
def test_where_a_packet_goes_is_read_out_of_its_own_bytes(version):
    addresses, ports = destinations(one(version, 8443))
    assert (addresses.tolist(), ports.tolist()) == (packed(ENDS[version][0]).tolist(), [8443])


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(("flags", "is_open"), [(0x12, True), (0x14, False)])
def test_what_acknowledges_a_question_is_believed(version, flags, is_open):
    found = answers(reply(one(version), version, flags), COOKIES, version)
    assert found.ports.tolist() == [443]
    assert found.is_open.tolist() == [is_open]
    assert found.addresses.tolist() == packed(ENDS[version][0]).tolist()


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("flags", "acknowledge"),
    [
        pytest.param(0x12, 2, id="another-number"),
        pytest.param(0x12, 0, id="the-number-itself"),
        pytest.param(0x10, 1, id="a-mere-acknowledgement"),
        pytest.param(0x02, 1, id="a-syn"),
        pytest.param(0x04, 1, id="a-reset-that-acknowledges-nothing"),
        pytest.param(0x16, 1, id="open-and-reset-at-once"),
    ],
)
def test_what_answers_no_question_of_ours_is_left_out(version, flags, acknowledge):
    forged = reply(one(version), version, flags, acknowledge=acknowledge)
    expected = [443] if flags == 0x16 else []
    found = answers(forged, COOKIES, version)
    assert found.ports.tolist() == expected
    assert not found.is_open.any()


def test_an_answer_from_another_address_or_port_is_not_ours():
    own = reply(one(4), 4, 0x12)
    other_address, other_port, to_another = own.copy(), own.copy(), own.copy()
    other_address[0, 15] ^= 1
    other_port[0, 21] ^= 1
    to_another[0, 23] ^= 1
    for forged in (other_address, other_port, to_another):
        assert not len(answers(forged, COOKIES, 4).ports)


def test_options_before_the_segment_do_not_hide_it():
    found = answers(reply(one(4), 4, 0x12, options=b"\x01" * 40), COOKIES, 4)
    assert found.ports.tolist() == [443]


@given(st.lists(st.binary(min_size=88, max_size=88), min_size=1, max_size=30), st.sampled_from([4, 6]))
def test_any_bytes_are_read_without_a_fault_and_believed_never(packets, version):
    octets = np.frombuffer(b"".join(packets), dtype=np.uint8).reshape(len(packets), 88)
    assert not len(answers(octets, COOKIES, version).ports)


def test_the_cookie_is_siphash_of_the_place():
    """Against SipHash-1-3 written from its paper, one number at a time."""
    mask = (1 << 64) - 1

    def turned(n, bits):
        return (n << bits | n >> (64 - bits)) & mask

    def siphash(words):
        k0, k1 = struct.unpack("<QQ", KEY)
        v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

        def turn():
            v[0] = (v[0] + v[1]) & mask
            v[1] = turned(v[1], 13) ^ v[0]
            v[0] = turned(v[0], 32)
            v[2] = (v[2] + v[3]) & mask
            v[3] = turned(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & mask
            v[3] = turned(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & mask
            v[1] = turned(v[1], 17) ^ v[2]
            v[2] = turned(v[2], 32)

        for word in [*words, len(words) << 59]:
            v[3] ^= word
            turn()
            v[0] ^= word
        v[2] ^= 0xFF
        for _ in range(3):
            turn()
        return v[0] ^ v[1] ^ v[2] ^ v[3]

    address, port = packed("203.0.113.9"), 443
    word = (port << 16 | 61234) << 32 | struct.unpack("<I", bytes(address[0]))[0]
    assert COOKIES.of(address, np.array([port], dtype=np.uint16))[0] == siphash([word]) & 0xFFFFFFFF
    sixteen = packed("2001:db8::9")
    halves = struct.unpack("<QQ", bytes(sixteen[0]))
    assert COOKIES.of(sixteen, np.array([port], dtype=np.uint16))[0] == siphash([*halves, port << 16 | 61234]) & (
        0xFFFFFFFF
    )
