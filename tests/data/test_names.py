import pytest

from vigie.data.names import product_named


@pytest.mark.parametrize(
    ("vendor", "product", "expected"),
    [
        pytest.param("Palo Alto Networks", "PAN-OS", ("paloaltonetworks", "pan-os"), id="vendor-of-three-words"),
        pytest.param("Cisco", "Cisco IOS XE Software", ("cisco", "ios_xe"), id="vendor-said-again"),
        pytest.param("Juniper Networks", "Junos OS", ("juniper", "junos"), id="another-product-name"),
        pytest.param("fortinet", "fortios", ("fortinet", "fortios"), id="cpe-names-stay"),
        pytest.param("Citrix", "NetScaler  Gateway", ("citrix", "application_delivery_controller"), id="two-blanks"),
        pytest.param("Val Med", "Portail Patient", ("val_med", "portail_patient"), id="nobody-knows-it"),
        pytest.param(
            "Ivanti", "Connect Secure (ICS)", ("pulsesecure", "pulse_connect_secure"), id="letters-in-brackets"
        ),
        pytest.param("", "", ("", ""), id="nothing"),
    ],
)
def test_plain_words_become_cpe_names(vendor, product, expected):
    assert product_named(vendor, product) == expected


def test_a_name_of_10_kb_is_cut():
    assert max(map(len, product_named("v" * 10_000, "p" * 10_000))) == 120
