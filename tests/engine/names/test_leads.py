"""Where names lead: to what exists, to nothing, to what a stranger could take."""

import pytest

from vigie.engine.names import Claim, Lead, Question, answered, leads

SERVICES = {"azurewebsites.net": "Azure App Service"}
OLD = "portail-chu.azurewebsites.net"


def registered(name: str) -> str | None:
    labels = name.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else None


def zone(**records: str | None) -> dict[Question, tuple[str, ...] | None]:
    """ "CNAME:www.chu.example" -> one record, or None for a question that nobody could answer."""
    return {Question(*key.split(":")): None if text is None else (text,) for key, text in records.items()}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param({}, Lead((), exists=True), id="no-alias"),
        pytest.param({"CNAME:www.chu.example": None}, None, id="not-asked"),
        pytest.param(
            {"CNAME:www.chu.example": "h.host.example.", "AAAA:h.host.example": "2001:db8::1"},
            Lead(("h.host.example",), exists=True),
            id="leads-to-an-ipv6-address-alone",
        ),
        pytest.param({"CNAME:www.chu.example": "h.host.example.", "A:h.host.example": None}, None, id="end-not-asked"),
        pytest.param(
            {"CNAME:www.chu.example": f"{OLD}.", "SOA:azurewebsites.net": "soa"},
            Lead((OLD,), exists=False, claim=Claim.SERVICE, service="Azure App Service"),
            id="a-shared-service",
        ),
        pytest.param(
            {"CNAME:www.chu.example": "www.gone.example."},
            Lead(("www.gone.example",), exists=False, claim=Claim.REGISTRATION, service="gone.example"),
            id="a-domain-of-nobody",
        ),
        pytest.param(
            {"CNAME:www.chu.example": "www.gone.example.", "SOA:gone.example": None},
            Lead(("www.gone.example",), exists=False),
            id="whether-it-is-registered-is-unknown",
        ),
        pytest.param(
            {"CNAME:www.chu.example": "a.chu.example.", "CNAME:a.chu.example": "www.chu.example."},
            Lead(("a.chu.example",), exists=False),
            id="a-loop",
        ),
    ],
)
def test_where_a_name_leads(records, expected):
    assert answered(leads.survey("www.chu.example", registered, SERVICES), zone(**records)) == expected


def test_a_long_chain_is_not_followed_for_ever():
    records = zone(**{f"CNAME:n{n}.example": f"n{n + 1}.example." for n in range(50)})
    lead = answered(leads.survey("n0.example", registered, SERVICES), records)
    assert len(lead.chain) == leads.MAX_STEPS


def test_the_hosts_without_address_are_told_and_one_unknown_leaves_all_unknown():
    records = zone(**{"A:mx1.chu.example": "192.0.2.1", "SOA:chu.example": "soa"})
    asked = ("mx1.chu.example", "mx2.chu.example")
    [missing] = answered(leads.hosts(asked, registered, SERVICES), records)
    assert (missing.end, missing.exists, missing.claim) == ("mx2.chu.example", False, None)
    unknown = records | zone(**{"AAAA:mx2.chu.example": None})
    assert answered(leads.hosts(asked, registered, SERVICES), unknown) is None
