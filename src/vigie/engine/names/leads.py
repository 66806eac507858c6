"""Does a name lead to something that still exists, and if not, could a stranger take its place?"""

from collections.abc import Callable, Iterable, Mapping

from .facts import Claim, Lead
from .question import Question, Survey

MAX_STEPS = 8  # of a chain of aliases: resolvers give up sooner or later too

Registered = Callable[[str], str | None]  # the owner's own domain that holds a name


def survey(name: str, registered: Registered, services: Mapping[str, str]) -> Survey[Lead | None]:
    """Follow the aliases of a name to their end; an empty chain when it has none, None when nobody could tell.

    `services` maps the suffix of a service whose names anybody may take to what it is called.
    """
    chain: list[str] = []
    here = name
    while len(chain) < MAX_STEPS:
        answers = yield Question("CNAME", here)
        if answers is None:
            return None
        if not answers:
            break
        here = answers[0].rstrip(".").lower()
        if here == name or here in chain:
            return Lead(tuple(chain), exists=False)  # a loop leads nowhere, and nobody can take it
        chain.append(here)
    if not chain:
        return Lead((), exists=True)
    lead: Lead | None = yield from _end(tuple(chain), registered, services)
    return lead


def hosts(names: Iterable[str], registered: Registered, services: Mapping[str, str]) -> Survey[tuple[Lead, ...] | None]:
    """Which of these hosts (of the mail, of the names) have no address; None when nobody could tell of one of them."""
    missing = []
    for name in names:
        lead = yield from _end((name,), registered, services)
        if lead is None:
            return None
        if not lead.exists:
            missing.append(lead)
    return tuple(missing)


def _end(chain: tuple[str, ...], registered: Registered, services: Mapping[str, str]) -> Survey[Lead | None]:
    end = chain[-1]
    for kind in ("A", "AAAA"):
        answers = yield Question(kind, end)
        if answers is None:
            return None
        if answers:
            return Lead(chain, exists=True)
    owner = registered(end)
    if owner is not None:
        # The start of authority is the one record that every registered domain has.
        answers = yield Question("SOA", owner)
        if answers == ():
            return Lead(chain, exists=False, claim=Claim.REGISTRATION, service=owner)
    service = next((suffix for suffix in services if end.endswith(f".{suffix}")), "")
    if service:
        return Lead(chain, exists=False, claim=Claim.SERVICE, service=services[service])
    return Lead(chain, exists=False)
