"""Which rules make the kernel itself refuse what no mandate allows?"""

from collections.abc import Iterable

from .raw.consent import allowed_networks
from .scope import Network

SWEEP_USER = "vigie-sweep"


def egress_rules(
    networks: Iterable[Network], exclusions: Iterable[Network], ports: Iterable[int], *, user: str = SWEEP_USER
) -> str:
    """A ruleset for nft: of all that this user sends, first packets to these places leave, and nothing else.

    Drawn from the same networks as the table of the packet builder. It replaces the table of the time before in one
    step. Our kernel's resets of what answers belong to no user, and are not held.
    """
    allowed = allowed_networks(networks, exclusions)
    fours = ", ".join(str(network) for network in allowed if network.version == 4)
    sixes = ", ".join(str(network) for network in allowed if network.version == 6)
    numbers = ", ".join(str(port) for port in sorted(set(ports)))
    first = "tcp flags & (fin | syn | rst | ack) == syn tcp dport @ports"
    return "\n".join(
        (
            "table inet vigie_sweep",
            "delete table inet vigie_sweep",
            "table inet vigie_sweep {",
            _set("allowed4", "ipv4_addr", fours),
            _set("allowed6", "ipv6_addr", sixes),
            _set("ports", "inet_service", numbers),
            "    chain egress {",
            "        type filter hook output priority filter; policy accept;",
            f'        meta skuid "{user}" jump sweep',
            "    }",
            "    chain sweep {",
            f"        ip daddr @allowed4 {first} accept",
            f"        ip6 daddr @allowed6 {first} accept",
            "        counter drop",
            "    }",
            "}",
            "",
        )
    )


def _set(name: str, kind: str, elements: str) -> str:
    held = f" elements = {{ {elements} }};" if elements else ""
    return f"    set {name} {{ type {kind}; flags interval;{held} }}"
