import pytest

from vigie.data import rules

EXAMPLES = rules.examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.family}: {example.text[:50]}")
def test_each_rule_reads_its_own_examples(example):
    found = [
        identity
        for identity in rules.matcher().match(example.kind, example.text)
        if (identity.vendor, identity.product) == (example.vendor, example.product)
    ]
    assert [(i.version, i.distribution, i.package) for i in found] == [
        (example.version, example.distribution, example.package)
    ]


def test_each_rule_has_an_example():
    assert all(row.get("examples") for _, row in rules._rows())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param("ssh", "Valombre-1.25", id="unknown-ssh"),
        pytest.param("http_server", "ApacheNotReally", id="apache-like"),
        pytest.param("http_server", "my-nginx/1.18.0-proxy", id="nginx-like"),
        pytest.param("html_title", "How to install Roundcube Webmail", id="a-page-about-it"),
        pytest.param("html_title", "Our Orthanc Explorer training", id="a-training"),
        pytest.param("smtp", "mail.exim-hospital.example ESMTP ready", id="a-name-that-holds-exim"),
        pytest.param("ftp", "Welcome to our server", id="silent-about-itself"),
        pytest.param("html_title", "Our Synology NAS training", id="a-training-on-storage"),
        pytest.param("html_title", "ATP", id="three-letters"),
        pytest.param("html_title", "Welcome to iDRAC University", id="a-school"),
        pytest.param("http_location", "/auth.html", id="any-sign-in"),
        pytest.param("html_path", "/assets/owa/15.1.2507/a.js", id="a-copy-of-a-path"),
        pytest.param("mysql", "8.0.36-relay-by-someone", id="mysql-like"),
        pytest.param("pulse_version", "<html>404 1.2.3.4</html>", id="a-catch-all-page"),
    ],
)
def test_what_only_resembles_a_product_is_not_recognised(kind, text):
    assert rules.matcher().match(kind, text) == ()


def test_each_rule_tells_where_its_example_comes_from_in_the_families_that_say_so():
    told = {family for family, row in rules._rows() if "source" in row}
    assert {"appliances", "imaging", "network"} <= told
    assert [row["pattern"] for family, row in rules._rows() if family in told and not row.get("source")] == []


NAMED = """
    fortinet:fortios pulsesecure:pulse_connect_secure ivanti:connect_secure citrix:netscaler_gateway
    f5:big-ip_access_policy_manager paloaltonetworks:pan-os cisco:adaptive_security_appliance_software sonicwall:sonicos
    sonicwall:sma100 checkpoint:quantum_security_gateway_firmware stormshield:stormshield_network_security sophos:sfos
    watchguard:fireware zyxel:zld openvpn:openvpn_access_server arraynetworks:arrayos_ag vmware:horizon
    microsoft:remote_desktop_web_access apache:guacamole wallix:bastion beyondtrust:remote_support teamviewer:teamviewer
    anydesk:anydesk microsoft:exchange_server zimbra:collaboration roundcube:webmail vmware:vcenter_server vmware:esxi
    dell:idrac9_firmware hp:integrated_lights-out_5_firmware qnap:qts synology:diskstation_manager hp:printer_firmware
    hikvision:camera_firmware orthanc-server:orthanc dcm4che:dcm4chee-arc-light nextgen:mirth_connect
    softneta:meddream_dicom_viewer hapifhir:hl7_fhir_core
"""


@pytest.mark.parametrize("product", NAMED.split())
def test_every_family_that_gives_a_way_in_or_holds_care_data_has_its_rules(product):
    assert product in {f"{rule.vendor}:{rule.product}" for rule in rules.rules()}


def test_gateways_that_let_people_in_are_remote_access():
    products = rules.remote_access_products()
    assert ("fortinet", "fortios") in products
    assert ("pulsesecure", "pulse_connect_secure") in products
    assert ("openbsd", "openssh") not in products


def test_each_follow_up_is_of_a_product_that_a_rule_recognises_and_of_a_kind_that_a_rule_reads():
    known = {(rule.vendor, rule.product) for rule in rules.rules()}
    kinds = {rule.kind for rule in rules.rules()}
    for follow_up in rules.follow_ups():
        assert (follow_up.vendor, follow_up.product) in known
        assert follow_up.kind in kinds
        assert follow_up.path.startswith("/")
