"""What does one source say that one vulnerability touches?"""

import hashlib
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

import msgspec

ANY = "*"
NONE = "-"  # "not applicable": as a version, it matches no known version


class Operator(StrEnum):
    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One product, and its versions: one, a range, or all of them."""

    vendor: str
    product: str
    vulnerable: bool = True  # False: a platform that the vulnerable product runs on
    part: str = "a"  # CPE part: a application, o operating system or firmware, h hardware
    version: str = ANY
    update: str = ANY
    edition: str = ANY
    platform: str = ANY  # CPE target software
    start_including: str | None = None
    start_excluding: str | None = None
    end_including: str | None = None
    end_excluding: str | None = None
    fixed_in: str | None = None  # where the source tells it and no end says it
    unless: str = ""  # a correction that leaves the version as it is: "the hotfix of sk182336"

    @property
    def bounded(self) -> bool:
        return bool(self.end_excluding or self.end_including or self.start_including or self.start_excluding)


@dataclass(frozen=True, slots=True)
class Node:
    criteria: tuple[Criterion, ...]
    operator: Operator = Operator.OR
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    nodes: tuple[Node, ...]
    operator: Operator = Operator.OR  # a source that writes none means OR
    negate: bool = False


@dataclass(frozen=True, slots=True)
class PackageFix:
    """What a distribution did of its own package."""

    distribution: str  # "debian:12"
    vendor: str
    product: str
    fixed: str | None  # first fixed package version; None: this release never was affected


@dataclass(frozen=True, slots=True)
class Statement:
    """Every configuration is one way to be affected."""

    configurations: tuple[Configuration, ...]
    packages: tuple[PackageFix, ...] = ()
    partial: bool = False  # a list without fixes, or partly in prose: what it does not name is not told to be safe
    shared: bool = False  # ranges of several vulnerabilities together: past them all is fixed, inside proves nothing

    @property
    def products(self) -> frozenset[tuple[str, str]]:
        """The (vendor, product) that may be vulnerable: platforms are not."""
        criteria = (c for configuration in self.configurations for node in configuration.nodes for c in node.criteria)
        return frozenset((c.vendor, c.product) for c in criteria if c.vulnerable)


def to_plain(statement: Statement) -> Any:
    """Plain JSON values, without what has its default: a corpus holds millions of criteria."""
    plain = _told(statement, _STATEMENT)
    plain["configurations"] = [_configuration(part) for part in statement.configurations]
    if statement.packages:
        plain["packages"] = [_told(package, _PACKAGE) for package in statement.packages]
    return plain


def from_plain(value: Any) -> Statement:
    """Read what `to_plain` wrote; raise msgspec.ValidationError when it is something else."""
    return msgspec.convert(value, Statement)


def digest(plain: Any) -> str:
    """The same for the same `plain` of `to_plain`, whatever the machine: tells a change from a repetition."""
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


class _Shape:
    """The names and defaults of a dataclass, worked out once, and how to take all its values in one call."""

    def __init__(self, kind: type, *apart: str) -> None:
        told = [item for item in fields(kind) if item.name not in apart]
        self.defaults = tuple((item.name, item.default) for item in told)
        self.values = attrgetter(*(item.name for item in told))


_CRITERION, _NODE = _Shape(Criterion), _Shape(Node, "criteria")
_CONFIGURATION, _PACKAGE = _Shape(Configuration, "nodes"), _Shape(PackageFix)
_STATEMENT = _Shape(Statement, "configurations", "packages")


def _told(value: Any, shape: _Shape) -> dict[str, Any]:
    return {
        name: own for (name, default), own in zip(shape.defaults, shape.values(value), strict=True) if own != default
    }


def _configuration(part: Configuration) -> dict[str, Any]:
    return {"nodes": [_node(node) for node in part.nodes], **_told(part, _CONFIGURATION)}


def _node(node: Node) -> dict[str, Any]:
    return {"criteria": [_told(one, _CRITERION) for one in node.criteria], **_told(node, _NODE)}
