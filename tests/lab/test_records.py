"""What is published in the invented zone while the laboratory runs."""

import dns.message
import pytest

from vigie.lab.records import Record, RecordRefused, read_records, record, write_records
from vigie.lab.servers.dns import Resolver

PROOF = "_vigie-proof.nouveau.valombre.example"


def asked(resolver: Resolver, name: str, kind: str) -> dns.message.Message:
    answer = resolver.answer(dns.message.make_query(name, kind).to_wire())
    return dns.message.from_wire(answer)


def test_what_is_published_is_answered_and_what_lies_above_exists():
    resolver = Resolver({"www.valombre.example": "127.60.1.1"})
    assert asked(resolver, PROOF, "TXT").rcode() == 3
    resolver.publish(
        [record(PROOF, "txt", 'vigie-proof="01"'), record("nouveau.valombre.example", "MX", "10 mx.a.example.")]
    )
    texts = asked(resolver, PROOF, "TXT").answer[0]
    assert texts[0].strings == (b'vigie-proof="01"',)
    assert asked(resolver, "nouveau.valombre.example", "MX").answer[0][0].preference == 10
    empty = asked(resolver, "nouveau.valombre.example", "TXT")
    assert (empty.rcode(), empty.answer) == (0, [])
    resolver.publish([])
    assert asked(resolver, PROOF, "TXT").answer == []


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        pytest.param("chu.example", "TXT", "x", id="of-another-zone"),
        pytest.param("evilvalombre.example", "TXT", "x", id="ends-alike"),
        pytest.param(PROOF, "A", "127.0.0.1", id="an-address"),
        pytest.param(PROOF, "MX", "ten mx", id="no-mx"),
        pytest.param(PROOF, "TXT", "x" * 300, id="too-long"),
        pytest.param("a..valombre.example", "TXT", "x", id="no-name"),
    ],
)
def test_what_no_zone_of_ours_holds_is_refused(name, kind, text):
    with pytest.raises(RecordRefused):
        record(name, kind, text)


@pytest.mark.parametrize(
    "kept", ["", "{", "[1]", '[{"name": "a"}]', '[{"name": "x.example", "kind": "TXT", "text": "a"}]']
)
def test_a_file_that_cannot_be_read_publishes_nothing(tmp_path, kept):
    (tmp_path / "records").write_text(kept)
    assert read_records(tmp_path) == ()


def test_what_was_written_is_read_back(tmp_path):
    one = record(PROOF, "TXT", "vigie-proof=01")
    write_records(tmp_path / "lab", [one])
    assert read_records(tmp_path / "lab") == (one,) == (Record(PROOF, "TXT", '"vigie-proof=01"'),)
