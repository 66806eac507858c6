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


#   what a hospital may show to the internet -> the products of it that must be told, "vendor:product"
FAMILIES = {
    "Fortinet": "fortinet:fortios fortinet:fortimanager fortinet:fortianalyzer",
    "Pulse, Ivanti": "pulsesecure:pulse_connect_secure ivanti:connect_secure ivanti:policy_secure",
    "Citrix": "citrix:netscaler_gateway citrix:application_delivery_controller_firmware citrix:storefront_server",
    "F5": "f5:big-ip f5:big-ip_access_policy_manager",
    "Palo Alto": "paloaltonetworks:pan-os",
    "Cisco": "cisco:adaptive_security_appliance_software cisco:ios cisco:ios_xe",
    "SonicWall": "sonicwall:sonicos sonicwall:sma100 sonicwall:sma1000",
    "Check Point": "checkpoint:quantum_security_gateway_firmware checkpoint:gaia_os",
    "Stormshield": "stormshield:stormshield_network_security",
    "Sophos": "sophos:sfos sophos:unified_threat_management",
    "WatchGuard": "watchguard:fireware",
    "Zyxel": "zyxel:zld",
    "OpenVPN AS": "openvpn:openvpn_access_server",
    "Array": "arraynetworks:arrayos_ag",
    "VMware Horizon": "vmware:horizon vmware:unified_access_gateway",
    "RDWeb": "microsoft:remote_desktop_web_access",
    "Guacamole": "apache:guacamole",
    "Wallix": "wallix:bastion wallix:access_manager",
    "BeyondTrust": "beyondtrust:remote_support beyondtrust:password_safe",
    "TeamViewer, AnyDesk": "teamviewer:teamviewer anydesk:anydesk",
    "Exchange": "microsoft:exchange_server",
    "Zimbra": "zimbra:collaboration",
    "Roundcube": "roundcube:webmail",
    "vCenter, ESXi": "vmware:vcenter_server vmware:esxi",
    "iDRAC, iLO": "dell:idrac9_firmware dell:idrac8_firmware hp:integrated_lights-out_4_firmware"
    " hp:integrated_lights-out_5_firmware hpe:integrated_lights-out_6_firmware",
    "QNAP": "qnap:qts",
    "Synology": "synology:diskstation_manager",
    "printers": "hp:printer_firmware ricoh:printer_firmware canon:printer_firmware xerox:printer_firmware"
    " konicaminolta:printer_firmware kyocera:printer_firmware lexmark:printer_firmware brother:printer_firmware"
    " epson:printer_firmware sharp:printer_firmware oki:printer_firmware samsung:printer_firmware",
    "cameras": "hikvision:camera_firmware dahuasecurity:camera_firmware axis:axis_os mobotix:camera_firmware"
    " hanwhavision:camera_firmware bosch:camera_firmware vivotek:camera_firmware panasonic:camera_firmware",
    "Orthanc": "orthanc-server:orthanc",
    "dcm4chee": "dcm4che:dcm4chee-arc-light dcm4che:dcm4chee",
    "Mirth": "nextgen:mirth_connect",
    "PACS and RIS viewers": "softneta:meddream_dicom_viewer ohif:viewer oviyam:oviyam philips:vue_pacs"
    " philips:intellispace_pacs carestream:vue_pacs agfa:enterprise_imaging ge:zero_footprint_viewer sectra:uniview"
    " fujifilm:synapse_pacs telemis:telemis-medical intrasense:myrian infinitt:infinitt_pacs hyland:nilread"
    " siemens:syngo_plaza stone:web_viewer weasis:weasis_pacs_connector xplore:xplore",
    "French hospital portals": "dedalus:dxcare maincare:m-crossway enovacom:portail_patient mipih:pastel sib:sillage"
    " softwaymedical:hopital_manager openxtrem:mediboard biotext:cyberlab",
    "FHIR": "hapifhir:hl7_fhir_core microsoft:fhir_server ibm:fhir_server smilecdr:smile_cdr",
}
GIVES_A_WAY_IN = (
    "Fortinet", "Pulse, Ivanti", "Citrix", "F5", "Palo Alto", "Cisco", "SonicWall", "Check Point", "Stormshield",
    "Sophos", "WatchGuard", "Zyxel", "OpenVPN AS", "Array", "VMware Horizon", "RDWeb", "Guacamole", "Wallix",
    "BeyondTrust", "TeamViewer, AnyDesk",
)  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_that_gives_a_way_in_or_holds_care_data_has_its_rules_and_their_examples(family):
    shown = {f"{example.vendor}:{example.product}" for example in EXAMPLES}
    assert [product for product in FAMILIES[family].split() if product not in shown] == []


@pytest.mark.parametrize("family", GIVES_A_WAY_IN)
def test_what_gives_a_way_in_is_remote_access(family):
    doors = {f"{vendor}:{product}" for vendor, product in rules.remote_access_products()}
    assert doors & set(FAMILIES[family].split())


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
