"""Short ways to write a statement."""

from vigie.engine.facts import Identity
from vigie.engine.matching import Aliases, Configuration, Criterion, Node, Operator, Statement, match
from vigie.engine.matching.cpe import Cpe, split

ALIASES = Aliases(
    (
        (("nginx", "nginx"), ("f5", "nginx")),
        (("citrix", "application_delivery_controller"), ("citrix", "application_delivery_controller_firmware")),
    )
)


def cpe(text: str, *, vulnerable: bool = True, **bounds: str) -> Criterion:
    """ "o:fortinet:fortios:*" with its bounds, as the NVD writes them."""
    name = split("cpe:2.3:" + text + ":*" * (10 - text.count(":")))
    assert isinstance(name, Cpe), name
    return Criterion(
        name.vendor,
        name.product,
        vulnerable,
        name.part,
        name.version,
        name.update,
        name.edition,
        name.target_sw,
        **bounds,
    )


def platform(text: str) -> Criterion:
    return cpe(text, vulnerable=False)


def any_of(*criteria: Criterion) -> Statement:
    return Statement((Configuration((Node(criteria),)),))


def both(*nodes: Node, negate: bool = False) -> Statement:
    return Statement((Configuration(nodes, Operator.AND, negate),))


def verdict(statement: Statement, product: str, version: str | None, **more: str) -> str:
    vendor, name = product.split(":")
    answer = match(Identity(vendor, name, version, **more), statement, source="nvd", aliases=ALIASES)
    return "not named" if answer is None else answer.verdict.value
