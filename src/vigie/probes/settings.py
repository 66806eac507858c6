"""Who asks, how long does it wait, and how many at once?"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vigie.data.pace import Timeouts, pace_table


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    user_agent: str  # names the scanner and says where its owner can be reached
    helo: str  # a host name, said to mail servers
    timeouts: Timeouts
    resolvers: tuple[str, ...] = ()  # "address" or "address:port"; the system's when empty
    concurrency: int = 32  # hosts in conversation at once
    sweep_socket: Path | None = None  # where vigie-sweep answers; ordinary connections when there is none
    datagrams: tuple[str, ...] = ()  # services without connections that are asked too: keys of DATAGRAMS
    explores: bool = False  # asks sites for the paths that must not answer too, where the mandate's intensity allows


def settings_for(
    contact: str,
    *,
    resolvers: tuple[str, ...] = (),
    concurrency: int = 32,
    sweep_socket: Path | None = None,
    datagrams: tuple[str, ...] = (),
    explores: bool = False,
) -> ProbeSettings:
    """The usual settings; `contact` is the page where the owner of a scanned host can reach us."""
    return ProbeSettings(
        user_agent=f"Mozilla/5.0 (compatible; Vigie/0.1; +{contact})",
        helo=urlsplit(contact).hostname or "vigie.invalid",
        timeouts=pace_table().timeouts,
        resolvers=tuple(resolvers),
        concurrency=concurrency,
        sweep_socket=sweep_socket,
        datagrams=datagrams,
        explores=explores,
    )
