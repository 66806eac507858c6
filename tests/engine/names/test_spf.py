"""SPF as RFC 7208 reads it: one fault makes the whole of it useless, ten lookups are the most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.names import Question, SpfFacts, answered, spf

NAME = "chu.example"


def judged(*texts: str, **others: tuple[str, ...] | None) -> SpfFacts | None:
    """`others` are the SPF texts of other domains, their dots written as underscores."""
    zone = {Question("TXT", NAME): texts, Question("A", NAME): ("192.0.2.1",), Question("MX", NAME): ("10 mx.example",)}
    zone |= {Question("TXT", name.replace("_", ".")): found for name, found in others.items()}
    return answered(spf.survey(NAME), zone)


@pytest.mark.parametrize(
    ("text", "default"),
    [
        pytest.param("v=spf1 ip4:192.0.2.0/24 -all", "-", id="refuses-others"),
        pytest.param("v=spf1 mx a ~ALL", "~", id="doubts-others"),
        pytest.param("v=spf1 ip6:2001:db8::/32 ?all", "?", id="says-nothing-of-others"),
        pytest.param("v=spf1 all", "+", id="everyone"),
        pytest.param("v=spf1 ip4:0.0.0.0/0 -all", "+", id="every-address"),
        pytest.param("v=spf1 mx", "?", id="no-end"),
        pytest.param("v=spf1", "?", id="empty"),
        pytest.param("v=spf1 -all ip4:junk", None, id="a-wrong-term-after-the-end-is-a-fault-too"),
        pytest.param("v=spf1  a:chu.example/24//64  mx/26 -all", "-", id="lengths"),
        pytest.param("v=spf1 exp=why.example unknown=x -all", "-", id="other-modifiers"),
        pytest.param("v=spf1 ip4:192.0.2.1 redirect=_spf.example", None, id="redirection-to-nothing"),
    ],
)
def test_what_holds_for_other_senders(text, default):
    assert judged(text).default == default


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        pytest.param(("v=spf1 -all", "v=spf1 ~all"), "several records", id="two"),
        pytest.param(("v=spf1 ipv4:192.0.2.1 -all",), "not a mechanism: ipv4:192.0.2.1", id="unknown-word"),
        pytest.param(("v=spf1 ip4:192.0.2.300 -all",), "not an address: 192.0.2.300", id="no-address"),
        pytest.param(("v=spf1 ip6:192.0.2.1 -all",), "not an address: 192.0.2.1", id="wrong-family"),
        pytest.param(("v=spf1 include: -all",), "not a domain: ", id="include-of-nothing"),
        pytest.param(("v=spf1 include:gone.example -all",), "an include leads to no record: gone.example", id="gone"),
        pytest.param(("v=spf1 a:x.test mx:x.test a:y.test",), "more than 2 lookups that lead to nothing", id="void"),
        pytest.param(("v=spf1 redirect=a.example redirect=b.example",), "two redirections", id="two-redirections"),
        pytest.param(("v=spf1 exp=a.example exp=b.example -all",), "two explanations", id="two-explanations"),
        pytest.param(("v=spf1 ip4:192.0.2.0/255.0.0.0 -all",), "not an address: 192.0.2.0/255.0.0.0", id="mask"),
        pytest.param(("v=spf1 ip4:192.0.2.0/024 -all",), "not an address: 192.0.2.0/024", id="leading-zero"),
        pytest.param(("v=spf1 ip4:192.0.2.0/33 -all",), "not an address: 192.0.2.0/33", id="more-bits-than-it-has"),
        pytest.param(("v=spf1 ip6:fe80::1%eth0 -all",), "not an address: fe80::1%eth0", id="zone"),
        pytest.param(("v=spf1 a/33 -all",), "not a length of prefix: a/33", id="a-of-33-bits"),
        pytest.param(("v=spf1 mx//129 -all",), "not a length of prefix: mx//129", id="mx-of-129-bits"),
        pytest.param(("v=spf1 a/ -all",), "not a mechanism: a/", id="no-length"),
        pytest.param(("v=spf1 a:192.0.2.1 -all",), "not a domain: 192.0.2.1", id="an-address-for-a-domain"),
        pytest.param(("v=spf1 include:localhost -all",), "not a domain: localhost", id="one-label"),
        pytest.param(("v=spf1 exists:%{x}.example -all",), "not a domain: %{x}.example", id="unknown-macro"),
        pytest.param(("v=spf1 exists:%(i).example -all",), "not a domain: %(i).example", id="no-macro"),
        pytest.param(("v=spf1 -all:x",), "not a mechanism: -all:x", id="all-of-something"),
        pytest.param(("v=spf1 ip4 -all",), "not a mechanism: ip4", id="ip4-of-nothing"),
        pytest.param(("v=spf1" + " mx" * 11 + " -all",), "more than 10 lookups", id="eleven"),
        pytest.param(("v=spf1 include:chu.example -all",), "more than 10 lookups", id="includes-itself"),
    ],
)  # fmt: skip
def test_what_receivers_cannot_use(texts, fault):
    assert judged(*texts).fault == fault


def test_ten_lookups_are_allowed():
    facts = judged("v=spf1" + " mx" * 10 + " -all")
    assert (facts.fault, facts.lookups) == ("", 10)


def test_lookups_of_included_records_count_and_their_end_does_not_hold_here():
    first, second = ("v=spf1 mx include:b.example -all",), ("v=spf1 ip4:192.0.2.9 -all",)
    facts = judged("v=spf1 include:a.example ~all", a_example=first, b_example=second)
    # The mx of a.example leads to nothing in this zone.
    assert (facts.default, facts.lookups, facts.void_lookups) == ("~", 3, 1)


def test_an_included_record_that_lets_everyone_in_lets_everyone_in_here():
    assert judged("v=spf1 include:a.example -all", a_example=("v=spf1 +all",)).default == "+"


def test_a_redirection_gives_its_own_end():
    assert judged("v=spf1 redirect=a.example", a_example=("v=spf1 ~all",)).default == "~"


def test_no_record_is_an_answer_and_no_answer_is_unknown():
    assert judged("other text", "v=spf10 x") == SpfFacts(None)
    assert answered(spf.survey(NAME), {Question("TXT", NAME): None}) is None


def test_a_record_that_could_not_be_asked_leaves_what_it_leads_to_unknown():
    facts = judged("v=spf1 redirect=a.example", a_example=None)
    assert (facts.fault, facts.default, facts.complete) == ("", None, False)


def test_a_macro_counts_as_a_lookup_and_is_not_asked():
    facts = judged("v=spf1 exists:%{i}._spf.example include:%{d}.example -all")
    assert (facts.fault, facts.lookups, facts.void_lookups) == ("", 2, 0)


@given(st.text(), st.text())
def test_any_text_is_a_record_or_a_fault(one, other):
    facts = judged(f"v=spf1 {one}", other)
    assert facts is not None
    assert facts.lookups <= 11


#   records as those of RFC 7208, appendices A and D, and 7.4: of the same shapes, all of them sound
@pytest.mark.parametrize(
    ("text", "default", "lookups"),
    [
        ("v=spf1 +all", "+", 0), ("v=spf1 a -all", "-", 1), ("v=spf1 a:chu.example -all", "-", 1),
        ("v=spf1 mx -all", "-", 1), ("v=spf1 mx mx:chu.example -all", "-", 2),
        ("v=spf1 mx/30 mx:chu.example/30 -all", "-", 2), ("v=spf1 a/28//64 -all", "-", 1),
        ("v=spf1 a//64 -all", "-", 1), ("v=spf1 ptr -all", "-", 1), ("v=spf1 ptr:chu.example -all", "-", 1),
        ("v=spf1 ip4:192.0.2.128/28 -all", "-", 0), ("v=spf1 ip6:2001:db8:1::/48 ?all", "?", 0),
        ("v=spf1 -all", "-", 0),
        ("v=spf1 mx -exists:%{ir}.%{v}._spf.%{d2} -all", "-", 2), ("v=spf1 exists:%{l1r-}.users.%{d} ~all", "~", 1),
        ("v=spf1 a:%{d} -all", "-", 1), ("v=spf1 exists:%{i}._spf.chu.example exp=why._spf.chu.example -all", "-", 1),
        ("v=spf1 exists:a%%b%_c%-d.chu.example -all", "-", 1), ("v=spf1 redirect=%{d2}", None, 1),
    ],
)  # fmt: skip
def test_every_mechanism_of_the_standard_is_read(text, default, lookups):
    facts = judged(text)
    assert (facts.fault, facts.default, facts.lookups) == ("", default, lookups)
