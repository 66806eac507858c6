"""What is read by hand is what the whole library reads, or it is left to it; nothing that comes makes it fail."""

import struct

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.dns_wire import KINDS, Told, message_of, question_of, read

NAME = "chu-valombre.example"
TEXTS = {
    "A": "203.0.113.7",
    "NS": "ns1.chu-valombre.example.",
    "CNAME": "www.hebergeur.example.",
    "SOA": "ns1.chu-valombre.example. hostmaster.hebergeur.example. 2026112301 3600 600 86400 4294967295",
    "PTR": "a.b.c.d.e.example.",
    "MX": "10 mx.chu-valombre.example.",
    "TXT": '"v=spf1 include:" "_spf.chu-valombre.example -all"',
    "AAAA": "2001:db8::7",
    "DS": "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
    "TLSA": "3 1 1 0d6fce3d9bb0be5ed1bd2bc46fe9c0b9aa9bf0db14cc4be9bd5a2e9e4ea6a9f1",
    "CAA": '0 issue "ca.example; account=230123"',
}


def asked(kind: str, name: str = NAME) -> tuple[dns.message.Message, bytes]:
    """A question as it is sent, and the words that its answer must repeat."""
    words = question_of(name, kind)
    assert words is not None
    return dns.message.from_wire(message_of(4242, words)), words


def answer(query: dns.message.Message, *records: str, rcode=dns.rcode.NOERROR, denied=False) -> bytes:
    reply = dns.message.make_response(query)
    reply.set_rcode(rcode)
    for record in records:
        owner, kind, text = record.split(" ", 2)
        rrset = dns.rrset.from_text(f"{owner}.", 60, "IN", kind, text)
        reply.answer.append(rrset)
    if denied:
        reply.authority.append(dns.rrset.from_text("example.", 60, "IN", "SOA", TEXTS["SOA"]))
    return reply.to_wire()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_read_as_the_whole_library_reads_it(kind):
    query, words = asked(kind)
    assert (query.question[0].name.to_text(omit_final_dot=True), query.edns) == (NAME, 0)
    wire = answer(query, f"{NAME} {kind} {TEXTS[kind]}")
    [record] = dns.message.from_wire(wire).answer[0]
    expected = b"".join(record.strings).decode() if kind == "TXT" else record.to_text()
    assert read(wire, words) == Told((expected,))


def test_aliases_are_followed_within_the_answer_and_other_records_left_out():
    query, words = asked("A")
    wire = answer(
        query,
        f"{NAME} CNAME Web.hebergeur.example.",
        "web.hebergeur.example CNAME b.hebergeur.example.",
        "b.hebergeur.example A 203.0.113.7",
        "autre.example A 203.0.113.66",
    )
    assert read(wire, words) == Told(("203.0.113.7",))


def test_aliases_in_a_circle_are_left_to_the_library():
    query, words = asked("A")
    assert read(answer(query, f"{NAME} CNAME b.example.", f"b.example CNAME {NAME}."), words) is None


def test_a_name_that_does_not_exist_is_not_one_whose_alias_leads_to_nothing():
    query, words = asked("A")
    assert read(answer(query, rcode=dns.rcode.NXDOMAIN, denied=True), words) == Told((), missing=True, denied=True)
    led = answer(query, f"{NAME} CNAME gone.example.", rcode=dns.rcode.NXDOMAIN, denied=True)
    assert read(led, words) == Told((), missing=False, denied=True)


def test_nothing_without_the_record_of_a_zone_is_not_a_denial():
    query, words = asked("DS")
    assert read(answer(query), words) == Told(())
    assert read(answer(query, denied=True), words) == Told((), denied=True)


def changed(wire: bytes, flags: int = 0, without: int = 0) -> bytes:
    told = int.from_bytes(wire[2:4], "big")
    return wire[:2] + struct.pack(">H", (told | flags) & ~without) + wire[4:]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda wire: changed(wire, flags=dns.flags.TC), id="cut"),
        pytest.param(lambda wire: changed(wire, without=dns.flags.QR), id="a-question"),
        pytest.param(lambda wire: changed(wire, flags=dns.rcode.SERVFAIL), id="a-failure"),
        pytest.param(lambda wire: changed(wire, flags=dns.rcode.REFUSED), id="a-refusal"),
        pytest.param(lambda wire: changed(wire, flags=0x2000), id="another-operation"),
        pytest.param(lambda wire: wire[: wire.index(b"\0\4\xcb") + 5], id="one-byte-short"),
        pytest.param(lambda wire: wire[:12] + b"\5" + wire[13:], id="another-name"),
        pytest.param(lambda wire: wire[:6] + b"\xff\xff" + wire[8:], id="more-records-than-it-holds"),
        pytest.param(lambda wire: wire.replace(b"\xc0\x0c", b"\xc0\xff", 1), id="a-pointer-forward"),
        pytest.param(lambda wire: wire.replace(b"\xc0\x0c", b"\xc0\x26", 1), id="a-pointer-to-itself"),
        pytest.param(lambda wire: wire.replace(b"\0\4\xcb", b"\0\3\xcb", 1), id="an-address-of-three-bytes"),
    ],
)
def test_what_is_not_plain_is_left_to_the_library(spoil):
    query, words = asked("A")
    wire = answer(query, f"{NAME} A 203.0.113.7")
    assert read(wire, words) == Told(("203.0.113.7",))
    assert read(spoil(wire), words) is None


@pytest.mark.parametrize(
    "text", [r'0 issue "a\"b"', r'0 issue "a\\b"', r'0 issue "a\195b"'], ids=["quote", "slash", "not-ascii"]
)
def test_what_would_have_to_be_escaped_is_left_to_the_library(text):
    query, words = asked("CAA")
    assert read(answer(query, f"{NAME} CAA {text}"), words) is None


def test_records_of_another_class_are_not_of_the_internet():
    query, words = asked("A")
    wire = answer(query, f"{NAME} A 203.0.113.7")
    assert read(wire.replace(b"\xc0\x0c\0\1\0\1", b"\xc0\x0c\0\1\0\3"), words) == Told(())


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "é.example", r"a\.b.example", "a b.example", "x" * 64 + ".example", "x." * 127 + "xx"]
)
def test_a_name_that_is_not_plain_is_not_asked_by_hand(name):
    assert question_of(name, "A") is None
    assert question_of(NAME, "NAPTR") is None


WIRE = answer(asked("TXT")[0], f"{NAME} TXT {TEXTS['TXT']}", denied=True)


@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_any_bytes_after_the_question_are_read_or_left(data, kind):
    words = question_of(NAME, kind)
    found = read(b"\0\0\x81\x80\0\1\0\2\0\1\0\0" + words + data, words)
    assert found is None or isinstance(found, Told)


@given(st.integers(0, len(WIRE) - 1), st.integers(0, 255))
def test_one_wrong_byte_never_makes_it_fail(place, value):
    wire = bytearray(WIRE)
    wire[place] = value
    found = read(bytes(wire), asked("TXT")[1])
    assert found is None or isinstance(found, Told)
