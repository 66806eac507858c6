"""A gateway is told by its first answer; of the paths of a page, only those that tell a product are kept."""

import pytest

from .servers import listening, page, site

OWA = (
    b'<title>Outlook</title><link href="/owa/auth/15.1.2507/themes/resources/favicon.ico?id=7">'
    b'<a href="/patients/dupont-jean.pdf">x</a><input type=password>'
)


def test_the_version_in_the_paths_of_a_page_is_read_and_no_other_path_is_kept(ask):
    with listening(site({"/": page(OWA)})) as server:
        service = ask(server, "http")
    assert service.facts.http.paths == ("/owa/auth/15.1.2507/themes/resources/favicon.ico",)
    exchange = next(i for i in service.identities if i.product == "exchange_server")
    assert (exchange.version, exchange.source) == ("15.1.2507", "html_path")


@pytest.mark.parametrize(
    ("whole", "product"),
    [
        pytest.param(page(b"", "Location: /my.policy", status="302 Found"), "big-ip_access_policy_manager", id="f5"),
        pytest.param(page(b"<title>Apache Guacamole</title>"), "guacamole", id="guacamole"),
        pytest.param(
            page(b"", "Set-Cookie: CPCVPN_SESSION_ID=1"), "quantum_security_gateway_firmware", id="checkpoint"
        ),
        pytest.param(page(b"<script src='/+CSCOE+/win.js'>"), "adaptive_security_appliance_software", id="asa"),
        pytest.param(page(b"<title>VMware Horizon</title>", "Server: nginx"), "horizon", id="horizon-before-its-proxy"),
    ],
)
def test_a_gateway_is_told_by_its_first_answer(whole, product, ask):
    with listening(site({"/": whole})) as server:
        service = ask(server, "http")
    assert service.identities[0].product == product


def test_a_page_of_a_hundred_thousand_paths_is_read_to_its_limit(ask):
    with listening(site({"/": page(b"<a href=/dana-na/x>" * 3000)})) as server:
        service = ask(server, "http")
    assert service.facts.http.paths == ("/dana-na/x",)
