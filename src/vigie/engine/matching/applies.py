"""Do the configurations of a statement hold for what was seen, with AND, OR, negation and platforms?"""

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.engine.versions import Version
from vigie.engine.versions import order as compare_versions

from .statement import ANY, NONE, Configuration, Criterion, Node, Operator
from .version_range import Holds, Seen, joined, limit_named, within

HARDWARE = "h"
SYSTEM = "o"

# The CPE target software that is a condition; "wordpress" or "php" only repeats what the product is.
_SYSTEMS = frozenset(
    {"windows", "macos", "mac_os_x", "linux", "linux_kernel", "unix", "android", "iphone_os", "solaris"}
)


@dataclass(frozen=True, slots=True)
class Held:
    """How far it holds, the criterion that decided, and why it is not plain."""

    holds: Holds
    criterion: Criterion | None = None
    why: str = ""


def concerns(seen: Seen, criterion: Criterion) -> bool:
    """True when the criterion names the product, under any of its names, as vulnerable."""
    return (criterion.vendor, criterion.product) in seen.names and criterion.vulnerable


def any_of(seen: Seen, configurations: tuple[Configuration, ...]) -> Held:
    """Configurations are alternatives."""
    return _greatest(_configuration(seen, configuration) for configuration in configurations)


def named(seen: Seen, configurations: tuple[Configuration, ...]) -> tuple[Criterion, ...]:
    """The criteria that name the product as vulnerable."""
    return tuple(
        criterion
        for configuration in configurations
        for node in configuration.nodes
        for criterion in node.criteria
        if concerns(seen, criterion)
    )


def _configuration(seen: Seen, configuration: Configuration) -> Held:
    named = [(node, [one for one in node.criteria if concerns(seen, one)]) for node in configuration.nodes]
    if configuration.operator is Operator.OR or len(named) == 1:
        answers = [_node(seen, node, own) for node, own in named if own]
        return _negated(_greatest(answers), configuration.negate and bool(answers))
    if not any(own for _, own in named):
        return Held(Holds.NO)
    answers = [_node(seen, node, own) if own else _beside(seen, node) for node, own in named]
    return _negated(_least(answers), configuration.negate)


def _node(seen: Seen, node: Node, own: list[Criterion]) -> Held:
    """A node that names the product, in the criteria `own`."""
    if node.operator is Operator.AND and len(node.criteria) > 1:
        others = Node(tuple(criterion for criterion in node.criteria if criterion not in own))
        answers = [_criterion(seen, criterion) for criterion in own]
        return _negated(_least([*answers, *([_beside(seen, others)] if others.criteria else [])]), node.negate)
    return _negated(_greatest(_criterion(seen, criterion) for criterion in _on_branch(seen, own)), node.negate)


def _beside(seen: Seen, node: Node) -> Held:
    """What must be there as well. The hardware is, once its firmware is seen; a system or a program may be."""
    if all(criterion.part == HARDWARE for criterion in node.criteria):
        return _negated(Held(Holds.YES), node.negate)
    system = _system(seen)
    if system and all(criterion.part == SYSTEM for criterion in node.criteria):
        there = any(system in criterion.product for criterion in node.criteria)
        return _negated(Held(Holds.YES if there else Holds.NO), node.negate)
    wanted = sorted({f"{criterion.vendor} {criterion.product}" for criterion in node.criteria})
    more = f" or {len(wanted) - 2} others" if len(wanted) > 2 else ""
    return Held(Holds.CONDITIONAL, None, f"only with {' or '.join(wanted[:2])}{more}")


def _system(seen: Seen) -> str | None:
    """The family of the operating system that was seen: a distribution is a Linux."""
    identity = seen.identity
    if identity.platform:
        return identity.platform.lower().split(":")[0]
    return "linux" if identity.distribution else None


def _criterion(seen: Seen, criterion: Criterion) -> Held:
    version = within(seen, criterion)
    if version is Holds.NO:
        return Held(Holds.NO, criterion)
    if criterion.edition == ANY and criterion.platform not in _SYSTEMS and not criterion.unless:
        return Held(version, criterion)
    return _least([Held(version, criterion), _edition(seen, criterion), _platform(seen, criterion), _unless(criterion)])


def _unless(criterion: Criterion) -> Held:
    """A hotfix that the version does not show may have been applied."""
    return Held(Holds.CONDITIONAL, None, f"unless it has {criterion.unless}") if criterion.unless else Held(Holds.YES)


def _edition(seen: Seen, criterion: Criterion) -> Held:
    """An edition of "none" is the plain product: what is seen when nothing else is told."""
    edition = seen.identity.edition
    if criterion.edition == ANY or (criterion.edition == NONE and not edition):
        return Held(Holds.YES)
    if not edition:
        return Held(Holds.CONDITIONAL, None, f"only the edition {criterion.edition}")
    return Held(Holds.YES if edition.lower() == criterion.edition else Holds.NO)


def _platform(seen: Seen, criterion: Criterion) -> Held:
    if criterion.platform not in _SYSTEMS:
        return Held(Holds.YES)
    system = _system(seen)
    if system is None:
        return Held(Holds.CONDITIONAL, None, f"only on {criterion.platform}")
    return Held(Holds.YES if system in criterion.platform else Holds.NO)


def _on_branch(seen: Seen, criteria: list[Criterion]) -> list[Criterion]:
    """Several upper bounds without a lower one are branches: 6.4.13 is fixed though it is below 7.0.10.

    A version on a branch that has its own bound is judged by that bound; on another branch, by all of them. Bounds
    of another edition or platform are no branches.
    """
    if seen.version is None or len(criteria) < 2:
        return criteria
    open_below = [c for c in criteria if c.bounded and not (c.start_including or c.start_excluding)]
    if len(open_below) < 2:
        return criteria
    own = [c for c in open_below if branch_of(seen, c) == seen.version.branch]
    same = {(c.edition, c.platform) for c in own}
    others = [c for c in open_below if c not in own and (c.edition, c.platform) in same]
    return [c for c in criteria if c not in others]


def branch_of(seen: Seen, criterion: Criterion) -> tuple[int, ...] | None:
    """The maintained line of the upper bound; None when there is none, or it cannot be read."""
    limit = limit_of(seen, criterion)
    return limit.branch if limit else None


def limit_of(seen: Seen, criterion: Criterion) -> Version | None:
    """The last version that it names; None when it names none, or one that cannot be read."""
    bound = criterion.end_excluding or criterion.end_including
    if not bound and criterion.version not in {ANY, NONE}:
        bound = joined(criterion.version, criterion.update)
    return limit_named(seen, bound)


def is_past(seen: Seen, criterion: Criterion, limit: Version) -> bool:
    """True when what was seen comes after `limit`, the last version that the criterion names."""
    if seen.version is None or limit.scheme != seen.version.scheme:
        return False
    order = compare_versions(seen.version, limit)
    if limit.vague and limit.key <= seen.version.key <= limit.ceiling:
        # On the line that the limit names: past its beginning if it is excluded, and 9.1R1 is past the bare 9.1.
        return bool(criterion.end_excluding) or criterion.update == NONE
    return order == ">" or (order == "=" and bool(criterion.end_excluding))


def _greatest(answers: Iterable[Held]) -> Held:
    """The first that holds ends the question: a list of versions may be hundreds long."""
    best = Held(Holds.NO)
    for held in answers:
        if held.holds is Holds.YES:
            return held
        if held.holds > best.holds:
            best = held
    return best


def _least(answers: list[Held]) -> Held:
    """The least decides, and the criterion that names the product is kept for the evidence."""
    least = min(answers, key=lambda held: held.holds)
    criterion = least.criterion or next((held.criterion for held in answers if held.criterion), None)
    return Held(least.holds, criterion, least.why)


def _negated(held: Held, negate: bool) -> Held:
    if not negate or held.holds in {Holds.UNKNOWN, Holds.CONDITIONAL}:
        return held
    return Held(Holds.NO if held.holds is Holds.YES else Holds.YES, held.criterion, "by negation")
