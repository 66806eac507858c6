"""How people come in from outside: tunnels, desktops, file shares."""

from pathlib import Path

from .daemon import HERE, PYTHON, Daemon, Place, given

Command = list[str | Path]


def enclosed(place: Place, *command: str | Path) -> Command:
    """In a network of its own, where it may make interfaces and listen everywhere."""
    ports = [*map(str, place.ports), *(f"udp:{port}" for port in place.datagrams)]
    return [PYTHON, HERE / "relay.py", place.address, ",".join(ports), *command]


def openvpn(place: Place, *options: str | Path) -> Command:
    protocol = "udp" if place.datagrams else "tcp-server"
    own = ["--mode", "server", "--tls-server", "--dev", "tun", "--ifconfig-noexec", "--route-noexec"]
    own += ["--server", "10.8.0.0", "255.255.255.0", "--topology", "subnet", "--dh", "none", "--verb", "1"]
    files = ["--ca", place.tls / "good.crt", "--cert", place.tls / "good.crt", "--key", place.tls / "good.key"]
    return enclosed(place, "openvpn", "--proto", protocol, "--port", str(place.port), *own, *files, *options)


def openvpn_secret(place: Place) -> Command:
    """Answers nobody who has not the secret that its first packet is signed with."""
    secret = place.write("ta.key", "\n".join([KEY_HEAD, *(["00112233445566778899aabbccddeeff"] * 16), KEY_TAIL, ""]))
    return openvpn(place, "--tls-auth", secret, "0")


KEY_HEAD, KEY_TAIL = "-----BEGIN OpenVPN Static key V1-----", "-----END OpenVPN Static key V1-----"


def samba(place: Place, *settings: str) -> Command:
    own = place.home / "state"
    own.mkdir()
    folders = ("lock directory", "state directory", "cache directory", "private dir", "pid directory", "ncalrpc dir")
    fixed = ("disable netbios = yes", "map to guest = never", "load printers = no", "disable spoolss = yes")
    own_folders = [f"{name} = {own}" for name in folders]
    lines = ["[global]", "workgroup = VALOMBRE", f"smb ports = {place.port}", *fixed, *own_folders, *settings, ""]
    config = place.write("smb.conf", "\n".join(lines))
    # Nobody once more: as the root of its small world it would give groups away that this world has not.
    return enclosed(
        place, "unshare", "--user", "smbd", "--foreground", "--no-process-group", "--debug-stdout", "-s", config
    )


def xrdp(place: Place, *settings: str) -> Command:
    """Reads its keys where it was built for: in an /etc and a /run of its own."""
    own = place.home / "etc/xrdp"
    own.mkdir(parents=True)
    lines = [
        "[Globals]", "ini_version=1", "fork=true", f"port=tcp://{place.address}:{place.port}",
        f"certificate={place.tls}/good.crt", f"key_file={place.tls}/good.key", *settings,
        "[Logging]", "LogFile=/run/xrdp.log", "LogLevel=INFO", "EnableSyslog=false",
        "[Xorg]", "name=Xorg", "lib=libxup.so", "username=ask", "password=ask", "ip=127.0.0.1", "port=-1", "",
    ]  # fmt: skip
    config = place.write("xrdp.ini", "\n".join(lines))
    steps = [
        f"mount -t overlay -o lowerdir={place.home}/etc:{place.root}/etc:/etc overlay /etc",
        "mount -t tmpfs none /run",
        f"exec {place.root}/usr/sbin/xrdp --nodaemon --config {config}",
    ]
    return ["sh", "-c", " && ".join([f"{place.root}/usr/bin/xrdp-keygen xrdp {own}/rsakeys.ini", *steps])]


DAEMONS = (
    Daemon("openvpn", "openvpn", (), openvpn, datagrams=(1194,)),
    Daemon("openvpn-tcp", "openvpn", (1194,), openvpn),
    Daemon("openvpn-secret", "openvpn", (), openvpn_secret, datagrams=(1194,)),
    Daemon("samba", "samba", (4445,), samba),
    Daemon("samba-v1", "samba", (4445,), given(samba, "server min protocol = NT1")),
    Daemon("xrdp", "xrdp", (3389,), given(xrdp, "security_layer=negotiate"), as_root=True),
    Daemon("xrdp-old", "xrdp", (3389,), given(xrdp, "security_layer=rdp", "crypt_level=low"), as_root=True),
)
