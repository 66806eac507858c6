import pytest

from tests.engine.matching.statements import any_of, both, cpe, platform, verdict
from vigie.engine.facts import Identity
from vigie.engine.matching import (
    Configuration,
    Match,
    MatchVerdict,
    Node,
    Operator,
    PackageFix,
    Statement,
    match,
    strongest,
)

FORTIOS = "fortinet:fortios"
BRANCHES = any_of(
    cpe("o:fortinet:fortios:*", start_including="7.0.0", end_excluding="7.0.13"),
    cpe("o:fortinet:fortios:*", start_including="7.2.0", end_excluding="7.2.5"),
)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("7.0.0", "affected", id="first-of-the-range"),
        pytest.param("7.0.12", "affected", id="last-of-the-range"),
        pytest.param("v7.0.12,build0523", "affected", id="as-the-command-line-writes-it"),
        pytest.param("7.0.13", "fixed", id="fixed-on-its-branch"),
        pytest.param("7.0.20", "fixed", id="later-on-its-branch"),
        pytest.param("7.4.0", "fixed", id="past-every-branch"),
        pytest.param("6.4.9", "not_affected", id="before-every-branch"),
        pytest.param(None, "unknown", id="no-version"),
        pytest.param("mystery", "unknown", id="unreadable-version"),
        pytest.param("9" * 10_000, "unknown", id="version-of-10-kB"),
    ],
)
def test_a_version_is_judged_by_the_range_of_its_branch(version, expected):
    assert verdict(BRANCHES, FORTIOS, version) == expected


def test_the_evidence_names_the_range_and_where_it_is_fixed():
    answer = match(Identity("fortinet", "fortios", "7.0.12"), BRANCHES, source="nvd")
    assert answer == Match(
        MatchVerdict.AFFECTED, "7.0.12 is in fortinet:fortios >=7.0.0,<7.0.13", "nvd", fixed_in="7.0.13"
    )


def test_another_product_is_not_named():
    assert verdict(BRANCHES, "fortinet:fortiproxy", "7.0.1") == "not named"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("6.4.13", "fixed", id="fixed-on-6.4-though-below-7.0.10"),
        pytest.param("6.4.11", "affected", id="before-the-fix-of-6.4"),
        pytest.param("7.0.9", "affected", id="before-the-fix-of-7.0"),
        pytest.param("7.0.10", "fixed", id="fixed-on-7.0"),
        pytest.param("6.2.5", "affected", id="older-branch-without-a-fix"),
    ],
)
def test_several_upper_bounds_without_a_lower_one_are_branches(version, expected):
    statement = any_of(
        cpe("o:fortinet:fortios:*", end_excluding="6.4.12"), cpe("o:fortinet:fortios:*", end_excluding="7.0.10")
    )
    assert verdict(statement, FORTIOS, version) == expected


@pytest.mark.parametrize("version", ["1.0", "2.4.49", "0"])
def test_the_version_not_applicable_matches_no_known_version(version):
    assert verdict(any_of(cpe("a:apache:http_server:-")), "apache:http_server", version) == "not_affected"
    assert verdict(any_of(cpe("a:apache:http_server:-")), "apache:http_server", None) == "unknown"


@pytest.mark.parametrize(
    ("version", "update", "expected"),
    [
        pytest.param("9.1R11.3", None, "affected", id="update-inside-the-version"),
        pytest.param("9.1", "r11.3", "affected", id="update-apart"),
        pytest.param("9.1R11.4", None, "fixed", id="past-the-last-update-that-is-named"),
        pytest.param("9.1.11.12000", None, "unknown", id="build-that-hides-the-patch-level"),
        pytest.param("9.1R9", None, "not_affected", id="the-bare-line-is-not-its-updates"),
    ],
)
def test_the_update_field_is_part_of_the_version(version, update, expected):
    statement = any_of(
        cpe("a:pulsesecure:pulse_connect_secure:9.1:-"), cpe("a:pulsesecure:pulse_connect_secure:9.1:r11.3")
    )
    assert (
        verdict(statement, "pulsesecure:pulse_connect_secure", version, **({"update": update} if update else {}))
        == expected
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("1.3.4", "not_affected", id="before"),
        pytest.param("1.3.5", "affected", id="named"),
        pytest.param("1.3.6", "not_affected", id="between-two-that-are-named"),
        pytest.param("1.3.9", "fixed", id="past-them-all"),
    ],
)
def test_a_list_of_versions_names_those_and_no_other(version, expected):
    statement = any_of(cpe("a:valmed:portal:1.3.5"), cpe("a:valmed:portal:1.3.8"))
    assert verdict(statement, "valmed:portal", version) == expected


def test_bounds_of_another_platform_are_no_branches():
    windows = cpe("a:valmed:agent:*:*:*:*:*:windows", end_excluding="5.2")
    macos = cpe("a:valmed:agent:*:*:*:*:*:macos", end_excluding="5.3")
    assert verdict(any_of(windows, macos), "valmed:agent", "5.2.1", platform="macos") == "affected"
    assert verdict(any_of(windows, macos), "valmed:agent", "5.2.1", platform="windows") == "fixed"


def test_a_negated_node_about_another_product_says_nothing_of_this_one():
    nodes = (Node((cpe("a:exim:exim:4.88"),)), Node((cpe("a:valmed:portal:1.0"),), negate=True))
    assert verdict(Statement((Configuration(nodes),)), "exim:exim", "4.89") != "affected"


def test_a_line_named_without_its_build_cannot_decide():
    statement = any_of(cpe("o:citrix:application_delivery_controller_firmware:13.0"))
    assert verdict(statement, "citrix:application_delivery_controller", "13.0-47.24") == "unknown"
    assert verdict(statement, "citrix:application_delivery_controller", "13.1-4.43") == "fixed"


def test_the_hardware_is_there_once_its_firmware_is_seen():
    statement = both(
        Node((cpe("o:citrix:application_delivery_controller_firmware:*", end_excluding="13.0-47.24"),)),
        Node((platform("h:citrix:application_delivery_controller:-"),)),
    )
    assert verdict(statement, "citrix:application_delivery_controller", "13.0-47.22") == "affected"


PHP_ON_WINDOWS = both(Node((cpe("a:php:php:*", end_excluding="8.1.29"),)), Node((platform("o:microsoft:windows:-"),)))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({}, "conditional", id="system-not-seen"),
        pytest.param({"platform": "windows"}, "affected", id="on-windows"),
        pytest.param({"platform": "linux"}, "not_affected", id="on-linux"),
    ],
)
def test_running_on_a_system_is_a_condition(more, expected):
    assert verdict(PHP_ON_WINDOWS, "php:php", "8.1.2", **more) == expected


def test_what_is_past_the_range_is_fixed_whatever_the_system():
    assert verdict(PHP_ON_WINDOWS, "php:php", "8.1.29") == "fixed"


def test_a_platform_is_not_what_is_vulnerable():
    assert verdict(PHP_ON_WINDOWS, "microsoft:windows", "10") == "not named"


def test_a_missing_operator_between_nodes_means_or():
    nodes = (Node((cpe("a:exim:exim:4.88"),)), Node((cpe("o:debian:debian_linux:9.0"),)))
    assert verdict(Statement((Configuration(nodes),)), "exim:exim", "4.88") == "affected"
    assert verdict(Statement((Configuration(nodes, Operator.AND),)), "exim:exim", "4.88") == "conditional"


def test_negation_turns_the_answer_round():
    statement = both(
        Node((cpe("a:apache:http_server:*", end_excluding="2.5"),)),
        Node((cpe("a:apache:http_server:2.4.48"),), negate=True),
    )
    assert verdict(statement, "apache:http_server", "2.4.49") == "affected"
    assert verdict(statement, "apache:http_server", "2.4.48") != "affected"


def test_an_and_inside_a_node_needs_all_of_it():
    node = Node((cpe("a:php:php:*", end_excluding="8.0"), cpe("a:nginx:nginx:*")), Operator.AND)
    assert verdict(Statement((Configuration((node,)),)), "php:php", "7.1") == "conditional"


def test_a_range_that_goes_backwards_is_not_judged():
    statement = any_of(cpe("a:apache:http_server:*", start_including="2.4.49", end_excluding="2.4.40"))
    assert verdict(statement, "apache:http_server", "2.4.45") == "unknown"
    assert verdict(statement, "apache:http_server", "2.4.50") != "affected"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("3.8.20", "not_affected", id="another-line"),
        pytest.param("3.13.0a1", "affected", id="first-of-the-line"),
        pytest.param("3.13.0rc1", "affected", id="before-the-end"),
        pytest.param("3.13.0rc2", "fixed", id="the-end"),
        pytest.param("3.13.1", "fixed", id="after-the-release"),
    ],
)
def test_a_range_that_ends_before_its_own_release_is_of_its_pre_releases(version, expected):
    """CVE-2024-6232 is said so: the release that begins comes after the pre-release that ends."""
    python = "python_software_foundation:cpython"
    statement = any_of(cpe(f"a:{python}", start_including="3.13", end_excluding="3.13.0rc2"))
    assert verdict(statement, python, version) == expected


@pytest.mark.parametrize(
    ("version", "expected"), [("1.4.0", "affected"), ("1.4.1", "fixed"), ("1.3.9", "not_affected")], ids=str
)
def test_a_range_from_the_pre_releases_holds_the_release(version, expected):
    """CVE-2024-20505 is said so: "1.4.0-0" comes before 1.4.0 where ranges are those of semver."""
    statement = any_of(cpe("a:clamav:clamav", start_including="1.4.0-0", end_excluding="1.4.1-0"))
    assert verdict(statement, "clamav:clamav", version) == expected


def test_a_bare_number_begins_a_line_of_gateways():
    """CVE-2024-37404 is said so: from 10, and 9.1R18.9 is before it."""
    statement = any_of(cpe("a:ivanti:connect_secure", start_including="10", end_excluding="22.7r2.1"))
    assert verdict(statement, "ivanti:connect_secure", "9.1R18.9") == "not_affected"
    assert verdict(statement, "ivanti:connect_secure", "22.4R2") == "affected"


def test_aliases_are_one_product():
    statement = any_of(cpe("a:f5:nginx:*", end_excluding="1.20.1"))
    assert verdict(statement, "nginx:nginx", "1.18.0") == "affected"


@pytest.mark.parametrize(
    ("edition", "expected"), [("fips", "affected"), ("plain", "not_affected"), ("", "conditional")], ids=str
)
def test_an_edition_that_is_not_seen_is_a_condition(edition, expected):
    statement = any_of(cpe("a:openssl:openssl:1.0.1f:*:fips"))
    assert verdict(statement, "openssl:openssl", "1.0.1f", edition=edition) == expected


def test_target_software_that_repeats_the_product_is_no_condition():
    webmail = any_of(cpe("a:roundcube:webmail:*:*:*:*:*:php", end_excluding="1.5.10"))
    agent = any_of(cpe("a:zabbix:agent:*:*:*:*:*:windows", end_excluding="6.0"))
    assert verdict(webmail, "roundcube:webmail", "1.5.9") == "affected"
    assert verdict(agent, "zabbix:agent", "5.0") == "conditional"


SSH = Statement(
    any_of(cpe("a:openbsd:openssh:*", start_including="8.5", end_excluding="9.8")).configurations,
    (
        PackageFix("debian:12", "openbsd", "openssh", "1:9.2p1-2+deb12u3"),
        PackageFix("debian:11", "openbsd", "openssh", None),
    ),
)


@pytest.mark.parametrize(
    ("version", "more", "expected"),
    [
        pytest.param("9.2p1", {}, "affected", id="upstream"),
        pytest.param("9.2p1 Debian-2+deb12u2", {}, "affected", id="banner-before-the-correction"),
        pytest.param("9.2p1 Debian-2+deb12u3", {}, "fixed", id="banner-with-the-correction"),
        pytest.param(
            "9.2p1", {"distribution": "debian:12", "package": "1:9.2p1-2+deb12u10"}, "fixed", id="package-with-epoch"
        ),
        pytest.param("8.9p1 Ubuntu-3ubuntu0.6", {}, "unknown", id="distribution-that-told-nothing"),
        pytest.param("9.2p1", {"distribution": "debian"}, "unknown", id="release-not-told"),
        pytest.param("9.9p1 Debian-1", {}, "fixed", id="newer-upstream-is-fixed-all-the-same"),
        pytest.param("8.4p1 Debian-5+deb11u3", {}, "not_affected", id="never-affected"),
    ],
)
def test_a_package_is_judged_by_its_distribution_and_unknown_otherwise(version, more, expected):
    assert verdict(SSH, "openbsd:openssh", version, **more) == expected


def told(source, verdict):
    return Match(verdict, "", source)


@pytest.mark.parametrize(
    ("matches", "decided_by"),
    [
        pytest.param([("nvd", "affected"), ("vigie", "fixed")], "vigie", id="the-advisory-overrides-a-range"),
        pytest.param([("nvd", "affected"), ("vigie", "unknown")], "nvd", id="who-cannot-tell-does-not-decide"),
        pytest.param([("adp", "affected"), ("distribution", "fixed")], "distribution", id="distribution-before-adp"),
        pytest.param([("cna", "unknown"), ("nvd", "unknown")], "nvd", id="nobody-can-tell"),
        pytest.param([("nobody", "affected"), ("adp", "fixed")], "adp", id="a-source-without-rank-comes-last"),
    ],
)
def test_the_strongest_layer_that_can_tell_decides(matches, decided_by):
    answer = strongest([told(source, MatchVerdict(verdict)) for source, verdict in matches])
    assert answer is not None
    assert answer.source == decided_by


def test_nobody_who_spoke_decides_nothing():
    assert strongest([]) is None


@pytest.mark.parametrize(("source", "expected"), [("nvd", "affected"), ("adp", "unknown")])
def test_every_version_is_only_believed_of_who_means_it(source, expected):
    answer = match(Identity("valmed", "portal", "1.0"), any_of(cpe("a:valmed:portal:*")), source=source)
    assert answer is not None
    assert answer.verdict.value == expected


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        pytest.param("15.2.1118.7", "unknown", id="the-line-that-is-named"),
        pytest.param("15.2.1258.12", "fixed", id="the-next-one"),
        pytest.param("15.1.2507.6", "not_affected", id="another-year"),
        pytest.param("15.0.1497.2", "unknown", id="the-other-that-is-named"),
    ],
)
def test_a_build_of_exchange_meets_the_names_of_updates(build, expected):
    """A security update leaves the name as it is: on the line that is named, the build does not decide."""
    named = ("2019:cumulative_update_12", "2013:cumulative_update_23")
    statement = any_of(*(cpe(f"a:microsoft:exchange_server:{one}") for one in named))
    assert verdict(statement, "microsoft:exchange_server", build) == expected


def test_a_python_of_somebody_is_judged_as_what_was_published():
    statement = any_of(cpe("a:python:python", end_including="3.9.2"))
    assert verdict(statement, "python:python", "3.9.2+deb11u1") == "affected"
