"""What should never face the internet: data stores, terminals, shared screens."""

from pathlib import Path

from .daemon import Daemon, Place, given, inetd, overlaid

Command = list[str | Path]


def redis(place: Place, *settings: str) -> Command:
    lines = [f"bind {place.address}", f"port {place.port}", f"dir {place.home}", 'save ""', *settings, ""]
    return ["redis-server", place.write("redis.conf", "\n".join(lines))]


def memcached(place: Place, *options: str) -> Command:
    return ["memcached", "-l", place.address, "-p", str(place.port), "-m", "8", "-t", "1", *options]


def mariadb(place: Place, *options: str, tls: str = "") -> Command:
    """Without its own tables: nobody signs in, what it says before is all that is looked at."""
    secure = [f"--ssl-cert={place.tls}/{tls}.crt", f"--ssl-key={place.tls}/{tls}.key"] if tls else []
    (place.home / "data").mkdir()
    return [
        "mariadbd",
        "--no-defaults",
        f"--datadir={place.home}/data",
        f"--socket={place.home}/socket",
        f"--pid-file={place.home}/pid",
        f"--plugin-dir={place.root}/usr/lib/mysql/plugin",
        f"--lc-messages-dir={place.root}/usr/share/mysql",
        f"--bind-address={place.address}",
        f"--port={place.port}",
        "--skip-grant-tables",
        "--skip-networking=0",
        "--innodb-log-file-size=4M",
        "--innodb-buffer-pool-size=8M",
        "--innodb-fast-shutdown=3",
        *secure,
        *options,
    ]


def postgresql(place: Place, *settings: str) -> Command:
    programs = place.root / "usr/lib/postgresql/15/bin"
    make = f"{programs}/initdb -D {place.home}/data -A scram-sha-256 --no-sync --locale=C --pwfile={place.home}/word"
    place.write("word", "unused\n")
    options = " ".join(f"-c {one}" for one in ("fsync=off", "shared_buffers=8MB", *settings))
    serve = f"{programs}/postgres -D {place.home}/data -k {place.home} -h {place.address} -p {place.port} {options}"
    return ["sh", "-c", f"{make} && exec {serve}"]


def postgresql_tls(place: Place, *settings: str) -> Command:
    # Its key must be readable by itself alone.
    place.write("key", (place.tls / "good.key").read_text()).chmod(0o600)
    return postgresql(
        place, "ssl=on", f"ssl_cert_file={place.tls}/good.crt", f"ssl_key_file={place.home}/key", *settings
    )


def telnetd(place: Place) -> Command:
    return inetd(place, "telnetd")


def vnc(place: Place, *options: str) -> Command:
    display = f":{place.port}"
    own = ["-rfbport", str(place.port), "-interface", place.address, "-localhost=0", "-nolock", "-geometry", "320x200"]
    serve = ["Xtigervnc", display, "-nolisten", "tcp", "-nolisten", "unix", *own, *options]
    return ["sh", "-c", " && ".join([*overlaid(place, "usr/bin", "usr/share"), f"exec {' '.join(serve)}"])]


DAEMONS = (
    Daemon("redis", "redis-server", (6379,), given(redis, "protected-mode no")),
    Daemon("redis-password", "redis-server", (6379,), given(redis, "requirepass unused")),
    Daemon("memcached", "memcached", (11211,), memcached),
    Daemon("mariadb", "mariadb-server-core", (3306,), mariadb),
    Daemon("mariadb-tls", "mariadb-server-core", (3306,), given(mariadb, tls="self-signed")),
    Daemon("postgresql", "postgresql-15", (5432,), postgresql),
    Daemon("postgresql-tls", "postgresql-15", (5432,), postgresql_tls),
    Daemon(
        "postgresql-tls-old",
        "postgresql-15",
        (5432,),
        given(postgresql_tls, "ssl_min_protocol_version=TLSv1", "ssl_ciphers=ALL:@SECLEVEL=0"),
    ),
    Daemon("telnetd", "inetutils-telnetd", (2323,), telnetd),
    Daemon("vnc", "tigervnc-standalone-server", (5901,), given(vnc, "-SecurityTypes", "None"), as_root=True),
    Daemon(
        "vnc-password", "tigervnc-standalone-server", (5902,), given(vnc, "-SecurityTypes", "VncAuth"), as_root=True
    ),
)
