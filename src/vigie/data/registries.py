"""Which registry tells until when a domain is registered, and how often is it asked?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from .documents import DocumentError, read

_EDITION = "params/registries-2026-11-23"


@dataclass(frozen=True, slots=True)
class Registries:
    servers: Mapping[str, str]  # suffix -> where its questions begin, with a last slash
    pause: timedelta  # between two questions to one of them
    ask_again: timedelta
    ask_again_soon: timedelta
    max_age: timedelta

    def address_of(self, domain: str) -> str | None:
        """Where to ask about a registered domain (RFC 9082 3.1.3); None when no registry of its suffix is known."""
        server = self.servers.get(domain.rpartition(".")[2])
        return f"{server}domain/{domain}" if server else None

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(urlsplit(server).hostname or "" for server in self.servers.values())


@cache
def registries() -> Registries:
    """Raises DocumentError."""
    raw = read(_EDITION)
    try:
        found = Registries(
            {str(suffix): str(server) for suffix, server in raw["servers"].items()},
            timedelta(seconds=raw["pause_seconds"]),
            timedelta(days=raw["ask_again_days"]),
            timedelta(days=raw["ask_again_soon_days"]),
            timedelta(days=raw["max_age_days"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DocumentError(f"vigie/data/{_EDITION}.yaml: {error!r}") from error
    for server in found.servers.values():
        if not server.startswith("https://") or not server.endswith("/"):
            raise DocumentError(f"vigie/data/{_EDITION}.yaml: {server} is not https with a last slash")
    return found
