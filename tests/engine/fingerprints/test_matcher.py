import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.facts import DicomFacts, Facts, FhirFacts, FtpFacts, HttpFacts, Identity, SmtpFacts, SshFacts
from vigie.engine.fingerprints import Layer, Matcher, Rule, texts_of

EXACT = Rule("ssh", r"^OpenSSH_(?P<version>[\d.p]+) Debian", "openbsd", "openssh", Layer.SERVER, distribution="debian")
PLAIN = Rule("ssh", r"^OpenSSH_(?P<version>[\d.p]+)", "openbsd", "openssh", Layer.SERVER)
PHP = Rule("http_server", r"PHP/(?P<version>[\d.]+)", "php", "php", Layer.COMPONENT)
APACHE = Rule("http_server", r"^Apache/(?P<version>[\d.]+)", "apache", "http_server", Layer.SERVER)
TITLE = Rule("html_title", "^Portal$", "acme", "portal", Layer.APPLICATION, confidence=90)
VERSION = Rule("portal_version", r"^(?P<a>\d)(?P<b>\d)$", "acme", "portal", Layer.APPLICATION, version="{a}.{b}")


def http(**changes) -> Facts:
    values = {
        "status": 200, "server": None, "title": None, "location": None, "headers": (), "cookies": (),
        "has_password_field": False, "is_listing": False, "body_length": 0, "body_sha256": "",
    }  # fmt: skip
    return Facts(http=HttpFacts(**(values | changes)))


def test_the_first_rule_that_fits_a_product_is_its_most_exact_one():
    [identity] = Matcher([EXACT, PLAIN]).match("ssh", "OpenSSH_9.2p1 Debian-2")
    assert (identity.version, identity.distribution, identity.source) == ("9.2p1", "debian", "ssh")


def test_a_text_of_another_kind_tells_nothing():
    assert Matcher([PLAIN]).match("ftp", "OpenSSH_9.2p1") == ()


def test_the_application_stands_for_the_service_before_what_carries_it():
    facts = http(server="Apache/2.4.49 PHP/7.4.3", title="Portal")
    found = Matcher([PHP, APACHE, TITLE]).identify(facts)
    assert [identity.product for identity in found] == ["portal", "http_server", "php"]


def test_a_product_told_twice_is_one_and_keeps_its_version():
    found = Matcher([TITLE, VERSION]).identify_texts([("html_title", "Portal"), ("portal_version", "42")])
    assert [(identity.product, identity.version) for identity in found] == [("portal", "4.2")]


def test_without_rules_nothing_is_recognised():
    assert Matcher([]).identify(http(server="nginx")) == ()


@given(st.text(), st.sampled_from(["ssh", "http_server", "html_title"]))
def test_any_text_is_matched_without_a_crash(text, kind):
    for identity in Matcher([EXACT, PLAIN, PHP, APACHE, TITLE]).match(kind, text):
        assert identity.cpe23.count("cpe:2.3:a:") == 1


def test_a_text_made_to_be_slow_is_matched_in_linear_time():
    slow = Rule("ssh", r"(a+)+$", "a", "a", Layer.SERVER)
    assert Matcher([slow]).match("ssh", "a" * 100_000 + "b") != ()  # cut before its end


def test_a_version_of_a_whole_page_is_cut():
    [identity] = Matcher([PLAIN]).match("ssh", "OpenSSH_" + "9" * 3000)
    assert len(identity.version) == 64


@pytest.mark.parametrize(
    ("facts", "texts"),
    [
        pytest.param(Facts(ssh=SshFacts("2.0", "OpenSSH_9.9p1", None)), [("ssh", "OpenSSH_9.9p1")], id="ssh"),
        pytest.param(Facts(ftp=FtpFacts("(vsFTPd 3.0.5)", (), None)), [("ftp", "(vsFTPd 3.0.5)")], id="ftp"),
        pytest.param(Facts(smtp=SmtpFacts("mx ESMTP", (), None)), [("smtp", "mx ESMTP")], id="smtp"),
        pytest.param(
            Facts(ftp=FtpFacts("Files", ("EPRT", "SIZE"), None)),
            [("ftp", "Files"), ("ftp_features", "EPRT, SIZE")],
            id="ftp-features",
        ),
        pytest.param(
            Facts(smtp=SmtpFacts("mx ESMTP", ("SIZE", "HELP"), None)),
            [("smtp", "mx ESMTP"), ("smtp_extensions", "SIZE HELP")],
            id="smtp-extensions",
        ),
        pytest.param(
            Facts(dicom=DicomFacts("accepted", None, "1.2", "X_1")),
            [("dicom_implementation", "X_1"), ("dicom_uid", "1.2")],
            id="dicom",
        ),
        pytest.param(Facts(fhir=FhirFacts("4.0.1", "HAPI", "7", True, 1)), [("fhir_software", "HAPI 7")], id="fhir"),
        pytest.param(
            http(
                cookies=("a", "b"), location="/x", headers=(("server", "s"), ("via", "v")), signature="Apache Tomcat/9"
            ),
            [
                ("html_signature", "Apache Tomcat/9"),
                ("http_location", "/x"),
                ("http_cookie", "a"),
                ("http_cookie", "b"),
                ("http_header", "via: v"),
            ],
            id="http",
        ),
        pytest.param(Facts(), [], id="nothing"),
    ],
)
def test_what_the_facts_say_is_given_to_the_rules(facts, texts):
    assert list(texts_of(facts)) == texts


@pytest.mark.parametrize(
    ("identity", "cpe"),
    [
        pytest.param(
            Identity("openbsd", "openssh", "9.2p1"), "cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*", id="portable"
        ),
        pytest.param(
            Identity("openbsd", "openssh", "7.4"), "cpe:2.3:a:openbsd:openssh:7.4:*:*:*:*:*:*:*", id="openbsd"
        ),
        (Identity("fortinet", "fortios", None), "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"),
        (Identity("a", "b", "1:2+c"), "cpe:2.3:a:a:b:1\\:2\\+c:*:*:*:*:*:*:*"),
    ],
)
def test_a_cpe_is_written_as_the_national_database_writes_it(identity, cpe):
    assert identity.cpe23 == cpe
