import pytest

from vigie.apps.assets.addresses import canonical_network, kinds_reaching, network_of
from vigie.apps.assets.domains import canonical_domain
from vigie.apps.assets.refusals import InvalidAsset, InvalidMandate
from vigie.apps.assets.windows import parse_windows, stored_windows, windows_text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        pytest.param("www.valmorne.example", "www.valmorne.example", id="plain"),
        pytest.param(" WWW.Valmorne.Example. ", "www.valmorne.example", id="case-blanks-final-dot"),
        pytest.param("hôpital.valmorne.example", "xn--hpital-ixa.valmorne.example", id="accents"),
        pytest.param("xn--hpital-ixa.valmorne.example", "xn--hpital-ixa.valmorne.example", id="already-encoded"),
        pytest.param("_dmarc.valmorne.example", "_dmarc.valmorne.example", id="underscore"),
        pytest.param("ch-valmorne.asso.fr", "ch-valmorne.asso.fr", id="below-a-shared-suffix"),
    ],
)
def test_a_domain_has_one_form(written, canonical):
    assert canonical_domain(written) == canonical


@pytest.mark.parametrize(
    ("written", "says"),
    [
        pytest.param("https://valmorne.example/x", "Give the domain alone", id="address-of-a-page"),
        pytest.param("valmorne.example:8443", "Give the domain alone", id="port"),
        pytest.param("aline@valmorne.example", "Give the domain alone", id="mailbox"),
        pytest.param("*.valmorne.example", "write valmorne.example", id="star"),
        pytest.param("valmorne", "is not a domain", id="one-label"),
        pytest.param("", "is not a domain", id="empty"),
        pytest.param("a..example", "is not a domain", id="empty-label"),
        pytest.param("-a.example", "is not a domain", id="hyphen-first"),
        pytest.param("a b.example", "is not a domain", id="blank-inside"),
        pytest.param(f"{'a' * 64}.example", "is not a domain", id="long-label"),
        pytest.param(".".join(["a" * 60] * 5) + ".example", "is not a domain", id="long-name"),
        pytest.param("192.0.2.1", "an address, or nearly", id="address"),
        pytest.param("asso.fr", "shared by many owners", id="public-suffix"),
        pytest.param("gouv.fr", "shared by many owners", id="public-suffix-of-the-state"),
        pytest.param("v\u0430lmorne.example", "several alphabets", id="cyrillic-a-among-latin"),
        pytest.param("xn--vlmorne-2fg.example", "several alphabets", id="the-same-already-encoded"),
        pytest.param("xn--\u00e9.example", "is not a domain", id="false-encoding"),
        pytest.param("\u2068a.example", "is not a domain", id="invisible-sign"),
        pytest.param("a\x00.example", "is not a domain", id="nul"),
    ],
)
def test_a_domain_that_cannot_be_is_told_in_a_sentence(written, says):
    with pytest.raises(InvalidAsset, match=says):
        canonical_domain(written)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        pytest.param("198.51.100.7", "198.51.100.7/32", id="address"),
        pytest.param(" 198.51.100.0/28 ", "198.51.100.0/28", id="range"),
        pytest.param("::ffff:198.51.100.7", "198.51.100.7/32", id="mapped"),
        pytest.param("2001:DB8::0001", "2001:db8::1/128", id="long-ipv6"),
        pytest.param("10.0.0.0/16", "10.0.0.0/16", id="widest-ipv4"),
        pytest.param("fd00:1:2::/48", "fd00:1:2::/48", id="widest-ipv6"),
    ],
)
def test_an_address_or_a_range_has_one_form(written, canonical):
    assert str(canonical_network(written)) == canonical


@pytest.mark.parametrize(
    ("written", "says"),
    [
        pytest.param("0.0.0.0/0", "too wide", id="everything"),
        pytest.param("::/0", "too wide", id="everything-ipv6"),
        pytest.param("10.0.0.0/15", "too wide", id="wider-than-16"),
        pytest.param("2001:db8::/47", "too wide", id="wider-than-48"),
        pytest.param("198.51.100.7/28", "did you mean 198.51.100.0/28", id="bits-after-the-prefix"),
        pytest.param("224.0.0.1", "multicast", id="multicast"),
        pytest.param("ff02::1", "multicast", id="multicast-ipv6"),
        pytest.param("0.0.0.0", "unspecified", id="unspecified"),
        pytest.param("169.254.1.1", "link-local", id="link-local"),
        pytest.param("fe80::1", "link-local", id="link-local-ipv6"),
        pytest.param("240.0.0.1", "reserved", id="reserved"),
        pytest.param("64:ff9b::a00:1", "reserved", id="ipv4-hidden-in-ipv6"),
        pytest.param("999.1.1.1", "neither an address nor a range", id="no-address"),
        pytest.param("198.51.100.1-198.51.100.9", "neither an address nor a range", id="dash"),
        pytest.param("", "neither an address nor a range", id="empty"),
    ],
)
def test_an_address_that_cannot_be_is_told_in_a_sentence(written, says):
    with pytest.raises(InvalidAsset, match=says):
        canonical_network(written)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("127.0.0.0/16", {"laboratory"}, id="loopback"),
        pytest.param("::1", {"laboratory"}, id="loopback-ipv6"),
        pytest.param("10.2.0.0/16", {"local"}, id="private"),
        pytest.param("fd00::/48", {"local"}, id="private-ipv6"),
        pytest.param("198.51.100.0/24", {"establishment", "hosted"}, id="public"),
    ],
)
def test_each_kind_of_mandate_reaches_its_own_addresses(text, kinds):
    assert {str(kind) for kind in kinds_reaching(network_of(text))} == kinds


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("", [], id="any-time"),
        pytest.param(
            "Mon-Fri 22:00-05:00; Sat,Sun 00:00-24:00",
            [
                {"days": [0, 1, 2, 3, 4], "from": "22:00", "to": "05:00"},
                {"days": [5, 6], "from": "00:00", "to": "24:00"},
            ],
            id="nights-and-week-ends",
        ),
        pytest.param(
            "fri-mon 8:00-9:30", [{"days": [0, 4, 5, 6], "from": "08:00", "to": "09:30"}], id="round-the-week"
        ),
        pytest.param("lun,mer 12:00-14:00 ;", [{"days": [0, 2], "from": "12:00", "to": "14:00"}], id="in-french"),
    ],
)
def test_windows_are_read_as_people_write_them(text, stored):
    assert parse_windows(text) == stored
    assert parse_windows(windows_text(stored)) == stored


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("at night", "is not a window", id="words"),
        pytest.param("Mon 22:00", "is not a window", id="no-end"),
        pytest.param("Mon 25:00-26:00", "is not a time of day", id="no-such-hour"),
        pytest.param("Mon 24:30-05:00", "is not a time of day", id="after-midnight"),
        pytest.param("Lundi 22:00-05:00", "is not a day", id="whole-word"),
        pytest.param("Mon 22:00-22:00", "has no length", id="no-length"),
        pytest.param("Mon 24:00-05:00", "has no length", id="begins-at-the-end"),
        pytest.param("22:00-05:00", "is not a window", id="no-day"),
    ],
)
def test_a_window_that_cannot_be_is_told_in_a_sentence(text, says):
    with pytest.raises(InvalidMandate, match=says):
        parse_windows(text)


def test_the_gate_reads_the_end_of_a_day_as_midnight():
    (window,) = stored_windows([{"days": [5], "from": "00:00", "to": "24:00"}])
    assert (window.weekdays, window.start.hour, window.end.hour) == (frozenset({5}), 0, 0)


@pytest.mark.parametrize("name", ["сосо.example", "xn--n1aahb.example", "www.οο.example"])
def test_a_name_of_another_alphabet_that_looks_latin_as_a_whole_is_refused(name):
    with pytest.raises(InvalidAsset, match=r"which is another name|mixes letters"):
        canonical_domain(name)


def test_a_name_in_its_own_letters_is_a_name():
    assert canonical_domain("больница.example") == "xn--80abvlke3d3b.example"
