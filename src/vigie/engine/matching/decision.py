"""Which verdict does one statement give of what was seen?"""

from dataclasses import replace

from vigie.engine.facts import Identity
from vigie.engine.versions import parse, scheme_of

from . import package as packages
from .aliases import Aliases
from .applies import any_of, is_past, limit_of, named
from .statement import ANY, NONE, Criterion, Statement
from .verdict import Match, MatchVerdict, layer_of
from .version_range import Holds, Seen, joined, scheme_for

NO_ALIASES = Aliases()


def see(identity: Identity, aliases: Aliases = NO_ALIASES) -> Seen:
    """Read an identity once, before it meets many statements."""
    plain = replace(identity, version=packages.upstream(identity.version))
    product = aliases.canonical(identity.vendor.lower(), identity.product.lower())
    text = joined(plain.version, plain.update)
    scheme = scheme_of(*product)
    version = parse(scheme_for(scheme, text), _public(scheme, text)) if text is not None else None
    return Seen(plain, product, frozenset(aliases.names(*product)), scheme, version, text)


def _public(scheme: str, text: str) -> str:
    """Ranges speak of what was published: a build of somebody's own (3.9.2+deb) is that version."""
    return text.partition("+")[0] if scheme == "pep440" else text


def match(identity: Identity, statement: Statement, *, source: str, aliases: Aliases = NO_ALIASES) -> Match | None:
    """Judge one identity; None when the statement does not name its product as vulnerable."""
    return judge(identity, see(identity, aliases), statement, source=source)


def judge(identity: Identity, seen: Seen, statement: Statement, *, source: str) -> Match | None:
    """As `match`, for what `see` has read already."""
    criteria = named(seen, statement.configurations)
    if not criteria:
        return None
    upstream = _weighed(_upstream(seen, statement, criteria, source), statement)
    package = packages.package_of(identity)
    if package is None or upstream.verdict is MatchVerdict.NOT_AFFECTED:
        return upstream
    fixes = tuple(fix for fix in statement.packages if (fix.vendor, fix.product) in seen.names)
    return packages.judge(package, fixes) or _packaged(upstream, package)


def _weighed(told: Match, statement: Statement) -> Match:
    """What a statement says by its silence, or of several vulnerabilities at once, proves less."""
    if told.verdict is MatchVerdict.UNKNOWN:
        return told
    if layer_of(told.source) == "adp" and told.verdict is MatchVerdict.FIXED and told.fixed_in is None:
        return _doubted(told, "that range was added by another, and tells no correction")
    if statement.partial and told.verdict in {MatchVerdict.FIXED, MatchVerdict.NOT_AFFECTED}:
        return _doubted(told, "that list tells no correction")
    if statement.shared and told.verdict is not MatchVerdict.FIXED:
        return _doubted(told, "that notice is of several vulnerabilities")
    return told


def _doubted(told: Match, why: str) -> Match:
    return replace(told, verdict=MatchVerdict.UNKNOWN, evidence=f"{told.evidence}; {why}")


def _packaged(upstream: Match, package: packages.Package) -> Match:
    """A distribution mends without changing the upstream version: an old number then proves nothing."""
    if upstream.verdict is MatchVerdict.FIXED:
        return upstream
    evidence = f"{upstream.evidence}; a package of {package.distribution} may carry the correction"
    return Match(MatchVerdict.UNKNOWN, evidence, upstream.source, upstream.fixed_in)


def _upstream(seen: Seen, statement: Statement, criteria: tuple[Criterion, ...], source: str) -> Match:
    held = any_of(seen, statement.configurations)
    version = seen.shown
    if held.holds is Holds.NO:
        return _outside(seen, criteria, source)
    told = describe(held.criterion) if held.criterion else "the statement"
    fixed_in = _fixed_in(held.criterion)
    if held.holds is Holds.UNKNOWN:
        return Match(MatchVerdict.UNKNOWN, _unknown(seen, told), source, fixed_in)
    if layer_of(source) == "adp" and held.criterion and not held.criterion.bounded and held.criterion.version == ANY:
        # A row that was added without any bound says which product, not that every version is concerned.
        return Match(MatchVerdict.UNKNOWN, f"{told}, from a source that gives no bound", source, fixed_in)
    if held.holds is Holds.CONDITIONAL:
        return Match(MatchVerdict.CONDITIONAL, f"{version} is in {told}, {held.why}", source, fixed_in)
    return Match(MatchVerdict.AFFECTED, f"{version} is in {told}", source, fixed_in)


def _unknown(seen: Seen, told: str) -> str:
    if seen.written is None:
        return f"no version was seen; affected: {told}"
    return f"version {seen.shown} does not tell whether it is in {told}"


def _outside(seen: Seen, criteria: tuple[Criterion, ...], source: str) -> Match:
    """Fixed when it is past all that is named on its own branch, or past everything; else it never was affected."""
    told = [(limit, criterion) for criterion in criteria if (limit := limit_of(seen, criterion))]
    own = [(limit, criterion) for limit, criterion in told if seen.version and limit.branch == seen.version.branch]
    mended = [
        (limit, criterion) for limit, criterion in own if criterion.end_excluding and is_past(seen, criterion, limit)
    ]
    if mended:
        # Its own line was affected before it: the correction that it is past may be of its maintenance release alone.
        _, last = max(mended, key=lambda pair: pair[0].key)
        return Match(MatchVerdict.FIXED, f"{seen.shown} is past {describe(last)}", source, _fixed_in(last))
    judged = own or told
    if judged and all(is_past(seen, criterion, limit) for limit, criterion in judged):
        _, last = max(judged, key=lambda pair: pair[0].key)
        return Match(MatchVerdict.FIXED, f"{seen.shown} is past {describe(last)}", source, _fixed_in(last))
    return Match(MatchVerdict.NOT_AFFECTED, f"{seen.shown} is in none of {len(criteria)} criteria", source)


def _fixed_in(criterion: Criterion | None) -> str | None:
    return (criterion.end_excluding or criterion.fixed_in) if criterion else None


def describe(criterion: Criterion) -> str:
    """A criterion as an analyst writes it: "fortinet:fortios >=7.0.0,<7.0.13"."""
    ends = (
        (">=", criterion.start_including),
        (">", criterion.start_excluding),
        ("<=", criterion.end_including),
        ("<", criterion.end_excluding),
    )
    bounds = ",".join(f"{sign}{bound}" for sign, bound in ends if bound)
    if not bounds:
        bounds = (
            "no version" if criterion.version == NONE else joined(criterion.version, criterion.update) or "any version"
        )
    return f"{criterion.vendor}:{criterion.product} {bounds}"[:200]
