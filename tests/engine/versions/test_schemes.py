import json
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.engine import versions
from vigie.engine.versions import compare, parse, registry, scheme_of, schemes
from vigie.engine.versions.value import encode

# For each scheme, real versions in their order, from the vendors' release lists; an inner tuple holds equal ones.
ORDERED = {
    "fortios": [
        "5.4.6",
        "5.6.14",
        "6.0.0",
        ("6.4.9", "v6.4.9,build1966"),
        "6.4.10",
        ("7.0.0", "7.0"),
        "7.0.12",
        "7.2.0",
    ],
    "pulse_ivanti": [
        "8.2R12.1",
        "8.3R7",
        "8.3R7.1",
        ("9.0R3.4", "9.0r3.4", "9.0 r3.4"),
        "9.1R1",
        ("9.1R11.3", "9.1.11.12173"),
        ("9.1R11.4", "9.1.11.12319"),
        "9.1R12",
        "22.7R2.5",
    ],
    "citrix_netscaler": [
        "10.5-70.12",
        ("12.1-55.18", "NS12.1: Build 55.18.nc", "12.1:55.18"),
        "13.0-47.24",
        "13.0-91.13",
        "13.1-4.43",
        "13.1-49.13",
        "14.1-4.42",
        "14.1-8.50",
    ],
    "openssh": [
        "4.3p2",
        ("4.4", "4.4p1"),
        ("7.7", "7.7p1", "7.7 p1"),
        "7.7p2",
        "8.5p1",
        ("9.2p1", "OpenSSH_9.2p1"),
        "10.0p1",
    ],
    "openssl": [
        "0.9.8zh",
        "1.0.1f",
        "1.0.1g",
        "1.0.2-beta3",
        "1.0.2",
        ("1.0.2k", "1.0.2k-fips"),
        "1.0.2za",
        "3.0.0-alpha17",
    ],
    "exim_mail": ["4.89", "4.89.1", ("4.92_RC1", "4.92-RC1"), "4.92", "4.92.3", "4.94.2", "4.98.1"],
    "proftpd": [
        "1.3.5rc3",
        "1.3.5",
        "1.3.5a",
        "1.3.5b",
        "1.3.6rc1",
        "1.3.6",
        ("1.3.6c", "1.3.6 c"),
        "1.3.7rc1",
        "1.3.8c",
    ],
    "dotted": ["1.12.1", "1.18.0", "1.20.1", "2.2.34", "2.4.9", "2.4.10", "2.4.49", ("3", "3.0", "3.0.0")],
    "medical": ["1.5.8", "1.11.2", "1.12.0", "1.12.9", "4.4.0", "4.4.1", "4.5.2"],
    "debian": [
        "1.0~rc1-1",
        "1.0-1",
        "1.0-1+b1",
        ("1:7.4p1-10+deb9u3"),
        "1:8.4p1-5+deb11u3",
        "1:9.2p1-2+deb12u2",
        "1:9.2p1-2+deb12u10",
    ],
    "rpm": ["1.0~rc1", "1.0", "1.0^git1", "1.0.1", "2.0-1.el8", "2.0-1.el8_2", "2.0-10.el8", "1:0.1"],
    "semver": [
        "1.0.0-1",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-rc.1",
        ("1.0.0", "1.0.0+b7"),
        "1.0.1",
    ],
    "zimbra": [
        "8.7.11",
        "8.7.11p10",
        ("8.8.15p31", "8.8.15 Patch 31", "8.8.15 p31"),
        "8.8.15p46",
        "9.0.0p24",
        "10.0.9",
    ],
    "exchange_build": ["15.0.1497.12", ("15.1.2176.9", "15.01.2176.009"), "15.1.2242.4", "15.2.221.18"],
    "generic": ["1.0-alpha", "1.0-beta2", "1.0rc1", "1.0", "1.0a", "1.0.1", "1.10"],
}


def flat(scheme):
    return [
        (rank, text)
        for rank, texts in enumerate(ORDERED[scheme])
        for text in ([texts] if isinstance(texts, str) else texts)
    ]


@pytest.mark.parametrize("scheme", sorted(ORDERED))
def test_real_versions_come_in_the_order_of_their_release(scheme):
    ranked = flat(scheme)
    wrong = [
        (a, b)
        for rank_a, a in ranked
        for rank_b, b in ranked
        if compare(scheme, a, b) != ("<" if rank_a < rank_b else ">" if rank_a > rank_b else "=")
    ]
    assert wrong == []


def pairs_of_the_sample(shared_data):
    return json.loads((shared_data / "truth" / "version_pairs_sample.json").read_text())


def test_the_pairs_of_the_advisories_are_all_right(shared_data):
    pairs = pairs_of_the_sample(shared_data)
    wrong = [pair for pair in pairs if compare(pair["scheme"], pair["a"], pair["b"]) != pair["expected"]]
    assert wrong == []
    assert {pair["scheme"] for pair in pairs} <= set(schemes())


NO_VERSIONS = (
    "",
    " ",
    "unknown",
    "n/a",
    "-",
    "*",
    "1." * 5000,
    "9" * 10_000,
    "１.２",
    "1.0\x00",
    "\\",
    "((((",
    "v",
    "é1",
)


@pytest.mark.parametrize("scheme", schemes())
def test_what_is_no_version_is_none_and_never_an_exception(scheme):
    assert [text[:20] for text in NO_VERSIONS if parse(scheme, text) is not None] == []
    assert {compare(scheme, text, "1.0.0") for text in NO_VERSIONS} == {"?"}


def test_an_unknown_scheme_cannot_tell():
    assert compare("nobody", "1.0", "2.0") == "?"


# What the schemes' own characters can make, right and wrong alike.
texts = st.text(alphabet="0123456789.rpabcdhux-_~:+()v ", min_size=1, max_size=14)
plausible = st.builds(
    "{}{}{}".format,
    st.lists(st.integers(0, 400), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers))),
    st.sampled_from(["", "p", "R", "rc", "-h", "a", "-", " Patch ", "beta", "(", "u", "~rc", "-r", "alpha"]),
    st.integers(0, 400).map(str),
)
any_version = st.one_of(texts, plausible)


@pytest.mark.parametrize("scheme", schemes())
@settings(max_examples=15)
@given(a=any_version, b=any_version, c=any_version)
def test_the_order_is_total_and_the_key_keeps_it(scheme, a, b, c):
    first, second, third = (parse(scheme, text) for text in (a, b, c))
    if first is None or second is None:
        return
    assert (first.key < second.key) == (first.parts < second.parts)
    assert (first.key == second.key) == (first.parts == second.parts)
    assert compare(scheme, b, a) == {"<": ">", ">": "<", "=": "=", "?": "?"}[compare(scheme, a, b)]
    if third is not None and compare(scheme, a, b) in "<=" and compare(scheme, b, c) in "<=":
        assert first.key <= third.key


@given(st.lists(st.integers(0, 10**20), max_size=5), st.lists(st.integers(0, 10**20), max_size=5))
def test_the_key_sorts_as_the_numbers_do(a, b):
    assert (encode(tuple(a)) < encode(tuple(b))) == (a < b)


@pytest.mark.parametrize(
    ("scheme", "told", "bound", "order"),
    [
        pytest.param("pulse_ivanti", "9.1.11.12000", "9.1R11.4", "?", id="build-hides-the-patch-level"),
        pytest.param("pulse_ivanti", "9.1.11.12000", "9.1R12", "<", id="build-is-before-the-next-release"),
        pytest.param("pulse_ivanti", "9.1.11.12000", "9.1R10.2", ">", id="build-is-after-the-one-before"),
        pytest.param("citrix_netscaler", "13.0", "13.0-47.24", "?", id="line-without-build"),
        pytest.param("citrix_netscaler", "13.0", "13.1-4.43", "<", id="line-before-another"),
        pytest.param("exchange_build", "15.1.2176", "15.1.2176.9", "?", id="security-update-not-told"),
        pytest.param("exchange_build", "15.1.2176", "15.1.2242.4", "<", id="cumulative-update-told"),
        pytest.param("generic", "1.0a1", "1.0", "?", id="alpha-or-correction"),
    ],
)
def test_what_a_version_does_not_tell_is_not_guessed(scheme, told, bound, order):
    assert compare(scheme, told, bound) == order


@pytest.mark.parametrize(
    ("vendor", "product", "scheme"),
    [
        ("fortinet", "fortios", "fortios"),
        ("f5", "big-ip_access_policy_manager", "f5_bigip"),
        ("citrix", "netscaler_gateway_firmware", "citrix_netscaler"),
        ("cisco", "adaptive_security_appliance_software", "cisco_asa"),
        ("cisco", "ios_xe", "cisco_iosxe"),
        ("sonicwall", "sma_200_firmware", "sonicwall"),
        ("nobody", "heard_of_it", "generic"),
    ],
)
def test_a_product_is_read_by_its_scheme(vendor, product, scheme):
    assert scheme_of(vendor, product) == scheme


def test_every_module_of_a_scheme_is_in_the_registry():
    modules = {name for _, name, _ in pkgutil.iter_modules(versions.__path__)} - {"value", "registry"}
    used = {getattr(read, "func", read).__module__.rsplit(".", 1)[-1] for read in registry.READERS.values()}
    assert modules == used


def test_every_scheme_that_a_product_names_exists():
    named = {*registry._BY_PRODUCT.values(), *registry._BY_VENDOR.values()}
    assert named <= set(schemes())
