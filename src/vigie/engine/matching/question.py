"""What does one named vulnerability mean for one product, all its sources heard?"""

from collections.abc import Iterable

from vigie.engine.facts import Identity

from .aliases import Aliases
from .decision import judge, see
from .record import VulnerabilityRecord
from .verdict import Match, MatchVerdict, layer_of, strongest

# Who lists every product that a vulnerability touches; the others name those that concern their readers.
_EXHAUSTIVE = frozenset({"nvd", "cna"})


def answer(cve: str, identity: Identity, records: Iterable[VulnerabilityRecord], aliases: Aliases) -> Match:
    """Judge by every record of this vulnerability; what nobody tells is unknown, never not affected."""
    known = [record for record in records if record.cve == cve]
    if not known:
        return Match(MatchVerdict.UNKNOWN, f"no source known here tells of {cve}", "")
    rejected = next((record for record in known if record.rejected), None)
    if rejected:
        return Match(MatchVerdict.NOT_AFFECTED, f"{cve} was rejected", rejected.source)
    seen = see(identity, aliases)
    told = [judge(identity, seen, record.statement, source=record.source) for record in known]
    best = strongest(one for one in told if one is not None)
    return best or _unnamed(cve, identity, known)


def _unnamed(cve: str, identity: Identity, known: list[VulnerabilityRecord]) -> Match:
    products = sorted({f"{vendor}:{product}" for record in known for vendor, product in record.statement.products})
    if not products:
        return Match(MatchVerdict.UNKNOWN, f"no source known here tells what {cve} touches", "")
    evidence = f"{identity.vendor}:{identity.product} is not named; {', '.join(products[:3])} is"
    whole = next((record.source for record in known if layer_of(record.source) in _EXHAUSTIVE), None)
    if whole is None:
        return Match(MatchVerdict.UNKNOWN, evidence, known[0].source)
    return Match(MatchVerdict.NOT_AFFECTED, evidence, whole)
