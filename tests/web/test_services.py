"""A port under several names is one line."""

from tests.factories import EstablishmentFactory, PairFactory, ServiceFactory
from vigie.web.components.services import by_port


def test_names_of_one_port_are_told_on_its_line(db):
    one = EstablishmentFactory()
    rows = [ServiceFactory(establishment=one, address="127.61.0.9", port=443, name=name) for name in ("", "www", "vpn")]
    assert [(line.service, line.names) for line in by_port(rows)] == [(rows[0], ("www", "vpn"))]


def test_two_products_under_two_names_are_two_lines(db):
    one = EstablishmentFactory()
    first = ServiceFactory(establishment=one, address="127.61.0.9", port=443)
    other = ServiceFactory(
        establishment=one, address="127.61.0.9", port=443, name="vpn", pair=PairFactory(product="other")
    )
    assert [line.names for line in by_port([first, other])] == [(), ("vpn",)]
