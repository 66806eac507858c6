"""How is a product told from what a service says?"""

from dataclasses import dataclass
from enum import IntEnum


class Layer(IntEnum):
    """Which identity stands for the service when several are told: the application, before what carries it."""

    APPLICATION = 0
    SERVER = 1
    COMPONENT = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern over one kind of text. Captures: version, update, edition, platform, package (named groups)."""

    kind: str  # "ssh", "http_server", "html_title"...
    pattern: str  # RE2 syntax
    vendor: str
    product: str
    layer: Layer
    confidence: int = 100
    distribution: str | None = None  # "debian:11"
    version: str | None = None  # template over the captures, where the product writes it otherwise: "{a}.{b}.{c}"
    package: str | None = None  # template over the captures: "1:{version}-{package}"
    update: str | None = None  # template, as above
    edition: str | None = None  # where the pattern itself tells it
    platform: str | None = None  # the system under it, where the pattern itself tells it: "windows"
    versions: str | None = None  # range, where only a range is told: ">=10.0"
    remote_access: bool = False  # what gives a way in from outside


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One more GET, asked only where a product was recognised that does not say its version."""

    vendor: str
    product: str
    path: str
    kind: str  # of the text that comes back
    headers: tuple[tuple[str, str], ...] = ()
