"""What carries the others: name servers, brokers of messages, directories, agents of management, telephony."""

from pathlib import Path

from .daemon import HERE, PYTHON, Daemon, Place, given, own_names

Command = list[str | Path]
# A root of their own: no server of the world is asked.
ROOT_ZONE = """. 3600 IN SOA ns.example. root.example. 1 3600 600 86400 3600
. 3600 IN NS ns.example.
ns.example. 3600 IN A 192.0.2.53
"""


def bind(place: Place, *settings: str) -> Command:
    """Within a network of its own: it listens on no address that no interface bears."""
    config = place.write(
        "named.conf",
        f"""options {{ directory "{place.home}"; pid-file "{place.home}/pid"; session-keyfile "{place.home}/key";
listen-on port {place.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; dnssec-validation no;
{" ".join(f"{one};" for one in settings)} }};
controls {{ }};
zone "." {{ type primary; file "{place.write("root.zone", ROOT_ZONE)}"; }};
""",
    )
    return [PYTHON, HERE / "relay.py", place.address, str(place.port), "named", "-g", "-c", config, "-n", "1"]


def unbound(place: Place, *settings: str) -> Command:
    lines = [
        "server:",
        f"interface: {place.address}@{place.port}",
        "do-daemonize: no",
        'username: ""',
        'chroot: ""',
        f"directory: {place.home}",
        f"pidfile: {place.home}/pid",
        "use-syslog: no",
        "module-config: iterator",
        *settings,
        "remote-control:",
        "control-enable: no",
        "auth-zone:",
        "name: .",
        f"zonefile: {place.write('root.zone', ROOT_ZONE)}",
        "for-downstream: no",
        "for-upstream: yes",
        "",
    ]
    return ["unbound", "-d", "-c", place.write("unbound.conf", "\n".join(lines))]


def mosquitto(place: Place, *settings: str) -> Command:
    lines = [f"listener {place.port} {place.address}", "persistence false", *settings, ""]
    return ["mosquitto", "-c", place.write("mosquitto.conf", "\n".join(lines))]


def slapd(place: Place, *lines: str) -> Command:
    """Empty, its root entry readable: what a directory shows before anybody signs in."""
    (place.home / "db").mkdir()
    own = "\n".join(lines)
    schema = place.root / "etc/ldap/schema/core.schema"
    config = place.write(
        "slapd.conf",
        f"""include {schema}
modulepath {next(place.root.glob("usr/lib/ldap"))}
moduleload back_mdb
pidfile {place.home}/pid
{own}
database mdb
suffix "dc=valombre,dc=example"
directory {place.home}/db
""",
    )
    return ["slapd", "-d", "0", "-f", config, "-h", f"ldap://{place.address}:{place.port}"]


def slapd_tls(place: Place, *lines: str, tls: str = "good") -> Command:
    return slapd(
        place,
        f"TLSCertificateFile {place.tls}/{tls}.crt",
        f"TLSCertificateKeyFile {place.tls}/{tls}.key",
        f"TLSCACertificateFile {place.tls}/good.crt",
        *lines,
    )


def snmpd(place: Place) -> Command:
    """Listens with and without connections; knows no community and no user."""
    config = place.write("snmpd.conf", "sysServices 72\n")
    where = f"udp:{place.address}:{place.port},tcp:{place.address}:{place.port}"
    return [
        "env", f"SNMP_PERSISTENT_DIR={place.home}", "MIBS=", "snmpd", "-f", "-LE", "3", "-C", "-c", config,
        "-I", "snmpEngine", "-p", place.home / "pid", where,
    ]  # fmt: skip


def kamailio(place: Place) -> Command:
    """Answers OPTIONS as its own documentation shows."""
    folder = next(place.root.glob("usr/lib/*/kamailio/modules"))
    config = place.write(
        "kamailio.cfg",
        f"""mpath="{folder}"
loadmodule "sl.so"
children=1
tcp_children=1
log_stderror=yes
auto_aliases=no
listen=udp:{place.address}:{place.port}
listen=tcp:{place.address}:{place.port}
request_route {{ sl_send_reply("200", "OK"); exit; }}
""",
    )
    return ["kamailio", "-DD", "-E", "-f", config, "-Y", place.home, "-P", place.home / "pid", "-m", "16", "-M", "4"]


def chronyd(place: Place) -> Command:
    """Its own clock is the source, and is never touched."""
    lines = [
        f"port {place.port}", f"bindaddress {place.address}", "local stratum 10", "allow 127.0.0.0/8", "cmdport 0",
        "bindcmdaddress /", f"pidfile {place.home}/pid", "",
    ]  # fmt: skip
    return ["chronyd", "-x", "-U", "-d", "-u", own_names()[0], "-f", place.write("chrony.conf", "\n".join(lines))]


def cupsd(place: Place) -> Command:
    files = dict.fromkeys(("ServerRoot", "StateDir", "CacheDir", "RequestRoot", "TempDir"), place.home)
    logs = dict.fromkeys(("AccessLog", "ErrorLog", "PageLog"), "stderr")
    user, group = own_names()
    own = files | logs | {"DataDir": place.root / "usr/share/cups", "ServerBin": place.root / "usr/lib/cups"}
    own |= {"User": user, "Group": group, "SystemGroup": group}
    config = place.write(
        "cupsd.conf",
        f"Listen {place.address}:{place.port}\nServerAlias *\n<Location />\nOrder allow,deny\nAllow all\n</Location>\n",
    )
    return [
        "cupsd",
        "-f",
        "-c",
        config,
        "-s",
        place.write("cups-files.conf", "".join(f"{k} {v}\n" for k, v in own.items())),
    ]


OPEN = ("recursion yes", "allow-recursion { any; }", "allow-query { any; }")

SLAPD_OLD = "TLSCipherSuite NORMAL:-VERS-TLS1.0"

DAEMONS = (
    Daemon("bind", "bind9", (5353,), given(bind, "recursion no")),
    Daemon("bind-open", "bind9", (5353,), given(bind, *OPEN)),
    Daemon("bind-no-version", "bind9", (5353,), given(bind, "recursion no", "version none")),
    Daemon("unbound", "unbound", (5353,), given(unbound, "access-control: 127.0.0.0/8 allow")),
    # Tells strangers what it knows by itself, and resolves nothing for them.
    Daemon("unbound-closed", "unbound", (5353,), given(unbound, "access-control: 127.0.0.0/8 refuse_non_local")),
    Daemon("mosquitto", "mosquitto", (1883,), given(mosquitto, "allow_anonymous true")),
    Daemon("mosquitto-closed", "mosquitto", (1883,), given(mosquitto, "allow_anonymous false")),
    Daemon("slapd", "slapd", (2389,), slapd),
    Daemon("slapd-tls", "slapd", (2389,), given(slapd_tls, "TLSCipherSuite NORMAL:-VERS-TLS1.0:-VERS-TLS1.1")),
    Daemon("slapd-tls-expired", "slapd", (2389,), given(slapd_tls, SLAPD_OLD, tls="expired")),
    Daemon("snmpd", "snmpd", (1161,), snmpd),  # recognised without connection only
    Daemon("kamailio", "kamailio", (5060,), kamailio),
    Daemon("chronyd", "chrony", (), chronyd, datagrams=(1123,)),
    Daemon("cupsd", "cups-daemon", (8080,), cupsd),
)
