"""How a name that leads to nothing is told, for the checks that judge one."""

from collections.abc import Iterable

from vigie.engine.names import Claim, Lead

_CLAIMS = {
    Claim.REGISTRATION: "{} is registered by nobody: a stranger may register it",
    Claim.SERVICE: "possible: {} may give this name to a stranger",
    None: "",
}


def claim_of(leads: Iterable[Lead]) -> str:
    """The first way in which a stranger could take the place of one of these; "" when none is known."""
    return next((_CLAIMS[lead.claim].format(lead.service) for lead in leads if lead.claim), "")


def evidence_of(leads: Iterable[Lead]) -> dict[str, str]:
    """Where they lead, and how that could be claimed."""
    leads = tuple(leads)
    told = {"leads__to": ", ".join(" > ".join(lead.chain) for lead in leads)}
    claim = claim_of(leads)
    return told | ({"takeover": claim} if claim else {})
