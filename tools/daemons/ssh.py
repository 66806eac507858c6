"""SSH servers, with today's algorithms and with those of twenty years ago."""

from pathlib import Path

from .daemon import Daemon, Place, given

Command = list[str | Path]


def openssh(place: Place, *settings: str, keys: tuple[str, ...] = ("ed25519", "rsa")) -> Command:
    """Makes its host keys as it starts."""
    made = " && ".join(f"ssh-keygen -q -t {kind} -N '' -f {place.home}/{kind}" for kind in keys)
    config = place.write(
        "sshd_config",
        "\n".join(
            [
                f"ListenAddress {place.address}",
                f"Port {place.port}",
                f"PidFile {place.home}/pid",
                "UsePAM no",
                "MaxStartups 100",
                *(f"HostKey {place.home}/{kind}" for kind in keys),
                *settings,
                "",
            ]
        ),
    )
    return ["sh", "-c", f"{made} && exec {place.root}/usr/sbin/sshd -D -e -f {config}"]


def dropbear(place: Place) -> Command:
    key = place.home / "key"
    make = f"dropbearkey -t ecdsa -f {key}"
    return ["sh", "-c", f"{make} && exec dropbear -F -E -r {key} -p {place.address}:{place.port} -P {place.home}/pid"]


WEAK = (
    "KexAlgorithms +diffie-hellman-group1-sha1",
    "HostKeyAlgorithms +ssh-dss",
    "Ciphers +3des-cbc,aes128-cbc",
    "MACs +hmac-md5",
)

DAEMONS = (
    Daemon("openssh", "openssh-server", (2222,), openssh),
    Daemon("openssh-other-port", "openssh-server", (20022,), openssh),
    Daemon("openssh-weak", "openssh-server", (2222,), given(openssh, *WEAK)),
    Daemon("openssh-dss", "openssh-server", (2222,), given(openssh, *WEAK[1:2], keys=("rsa", "dsa"))),
    Daemon("openssh-no-distribution", "openssh-server", (2222,), given(openssh, "DebianBanner no")),
    Daemon("dropbear", "dropbear-bin", (2222,), dropbear),
)
