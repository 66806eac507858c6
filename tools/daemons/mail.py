"""Mail servers, with and without STARTTLS. Those that insist on being root have files and users of their own."""

import shlex
import socket
from pathlib import Path

from .daemon import Daemon, Place, given, overlaid

Command = list[str | Path]
HOST = "mx.valombre.example"
USERS = ("Debian-exim", "postfix", "postdrop", "opensmtpd", "opensmtpq", "smmta", "smmsp", "dovecot", "dovenull")
FIRST_NUMBER = 64100


def among_own_users(place: Place, *commands: str) -> Command:
    """As root, in a namespace where the users that it asks for exist, and where no name is asked of the network."""
    users, groups = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for number, name in enumerate(USERS, FIRST_NUMBER):
        users += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
        groups += f"{name}:x:{number}:\n"
    own = {
        "passwd": users,
        "group": groups,
        "hosts": f"127.0.0.1 localhost {HOST} {socket.gethostname()}.valombre.example {socket.gethostname()}\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "resolv.conf": "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n",
    }
    mounts = [
        f"mount --bind {shlex.quote(str(place.write(name, text)))} {path}"
        for name, text in own.items()
        if (path := Path("/etc", name)).exists()
    ]
    *before, last = commands
    return ["sh", "-c", " && ".join([*mounts, *before, f"exec {last}"])]


def exim(place: Place, *lines: str) -> Command:
    secure = [line for line in lines if line.startswith("tls_certificate")]
    config = place.write(
        "exim.conf",
        "\n".join(
            [
                f"primary_hostname = {HOST}",
                f"local_interfaces = {place.address}",
                f"daemon_smtp_ports = {place.port}",
                f"spool_directory = {place.home}/spool",
                f"log_file_path = {place.home}/log-%s",
                f"pid_file_path = {place.home}/pid",
                "host_lookup =",
                "rfc1413_query_timeout = 0s",
                "acl_smtp_rcpt =",
                f"tls_advertise_hosts = {'*' if secure else ''}",
                *lines,
                "",
            ]
        ),
    )
    owner = FIRST_NUMBER + USERS.index("Debian-exim")
    own = f"chown -R {owner}:{owner} {place.home} && chown root:root {config}"
    return among_own_users(place, own, f"{place.root}/usr/sbin/exim4 -bdf -C {config}")


def exim_tls(place: Place, *lines: str) -> Command:
    return exim(place, f"tls_certificate = {place.tls}/good.pem", *lines)


def postfix(place: Place, *lines: str) -> Command:
    """The part that receives: its master and its smtpd, with the banner of Debian's settings."""
    programs = place.root / "usr/lib/postfix"
    for name in ("pid", "private", "public", "active", "incoming", "deferred", "defer", "maildrop", "hold"):
        (place.home / "spool" / name).mkdir(parents=True)
    (place.home / "data").mkdir()
    place.write(
        "main.cf",
        "\n".join(
            [
                "compatibility_level = 3.6",
                f"queue_directory = {place.home}/spool",
                f"data_directory = {place.home}/data",
                f"daemon_directory = {programs}/sbin",
                f"shlib_directory = {programs}",
                f"command_directory = {place.root}/usr/sbin",
                f"myhostname = {HOST}",
                "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4",
                "smtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)",
                "smtpd_peername_lookup = no",
                "import_environment = LD_LIBRARY_PATH TZ MAIL_CONFIG",
                f"maillog_file = {place.home}/maillog",
                f"maillog_file_prefixes = {place.home}",
                *lines,
                "",
            ]
        ),
    )
    place.write(
        "master.cf",
        f"{place.address}:{place.port} inet n - n - - smtpd\n"
        "anvil unix - - n - 1 anvil\ntlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\n"
        "proxymap unix - - n - - proxymap\npostlog unix-dgram n - n - 1 postlogd\ndiscard unix - - n - - discard\n",
    )
    owner = FIRST_NUMBER + USERS.index("postfix")
    own = (
        f"chown -R {owner} {place.home}/data {place.home}/spool && chown root {place.home}/spool {place.home}/spool/pid"
    )
    return among_own_users(place, own, f"{programs}/sbin/master -d -c {place.home}")


def postfix_tls(place: Place, *lines: str) -> Command:
    secure = ["smtpd_tls_security_level = may", f"smtpd_tls_chain_files = {place.tls}/good.pem"]
    return postfix(place, *secure, *lines)


def opensmtpd(place: Place, *, tls: str = "") -> Command:
    secure = f'pki {HOST} cert "{place.tls}/{tls}.crt"\npki {HOST} key "{place.home}/key"\n' if tls else ""
    words = f" tls pki {HOST}" if tls else ""
    if tls:
        place.write("key", (place.tls / f"{tls}.key").read_text()).chmod(0o600)
    config = place.write(
        "smtpd.conf",
        f"{secure}listen on {place.address} port {place.port}{words} hostname {HOST}\n"
        'action "none" relay\nmatch from local for local reject\n',
    )
    # Its folders are fixed when it is compiled: empty ones stand there, seen by it alone.
    empty = [f"mount -t tmpfs none {folder}" for folder in ("/var/spool", "/var/lib", "/run")]
    made = ["mkdir -p -m 711 /var/lib/opensmtpd/empty /var/spool/smtpd", f"chmod 644 {config}", f"chown root {config}"]
    return among_own_users(place, *empty, *made, f"{place.root}/usr/sbin/smtpd -d -f {config}")


def sendmail(place: Place) -> Command:
    """The least that it accepts as settings, with the greeting of Debian's."""
    config = place.write(
        "sendmail.cf",
        "\n".join(
            [
                "V10/Berkeley",
                f"Dj{HOST}",
                "DnMAILER-DAEMON",
                "DZ8.17.1.9/Debian",
                "O SmtpGreetingMessage=$j Sendmail $v/$Z; $b",
                f"O DaemonPortOptions=Address={place.address}, Port={place.port}, Name=MTA",
                f"O QueueDirectory={place.home}/queue",
                f"O PidFile={place.home}/pid",
                "O DontProbeInterfaces=true",
                "O Timeout.ident=0",
                "Mlocal, P=/bin/false, F=lsDFMAw5:/|@qPSXmnz9, S=0, R=0, A=false",
                "Mprog, P=/bin/false, F=lsDFMoqeu9, S=0, R=0, A=false",
                "S0",
                "R$*\t\t$#local $: $1",
                "",
            ]
        ),
    )
    made = f"mkdir -m 700 {place.home}/queue && chmod 755 {place.home}"
    return among_own_users(place, made, f"{place.root}/usr/libexec/sendmail/sendmail -bD -C {config}")


def dovecot(place: Place, *lines: str) -> Command:
    """Its modules are looked for in a folder fixed when it is compiled: for it alone, they stand there."""
    imap, pop3 = place.ports
    config = place.write(
        "dovecot.conf",
        f"""protocols = imap pop3
base_dir = {place.home}/run
state_dir = {place.home}/state
log_path = /dev/stderr
listen = {place.address}
service imap-login {{
inet_listener imap {{
port = {imap}
}}
inet_listener imaps {{
port = 0
}}
}}
service pop3-login {{
inet_listener pop3 {{
port = {pop3}
}}
inet_listener pop3s {{
port = 0
}}
}}
passdb {{
driver = passwd-file
args = /dev/null
}}
import_environment = LD_LIBRARY_PATH TZ
"""
        + "\n".join(lines)
        + "\n",
    )
    both = overlaid(place, "usr/lib", "usr/bin")
    return among_own_users(place, *both, f"{place.root}/usr/sbin/dovecot -F -c {config}")


def dovecot_tls(place: Place, *lines: str, tls: str = "good") -> Command:
    return dovecot(
        place, "ssl = yes", f"ssl_cert = <{place.tls}/{tls}.crt", f"ssl_key = <{place.tls}/{tls}.key", *lines
    )


# GnuTLS, which it is made with, still knows what others have forgotten.
EXIM_OLD = "tls_require_ciphers = NORMAL:+3DES-CBC:+ARCFOUR-128:+ANON-ECDH:+ANON-DH"
EXIM_TLS13 = "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3"
POSTFIX_TLS12 = "smtpd_tls_protocols = >=TLSv1.2"
DOVECOT_OLD = ("ssl_min_protocol = TLSv1", "ssl_cipher_list = ALL:eNULL:@SECLEVEL=0")

DAEMONS = (
    Daemon("exim", "exim4-daemon-light", (2525,), exim, as_root=True),
    Daemon("exim-tls", "exim4-daemon-light", (2525,), exim_tls, as_root=True),
    Daemon(
        "exim-own-words",
        "exim4-daemon-light",
        (2525,),
        given(exim, "smtp_banner = $smtp_active_hostname ESMTP"),
        as_root=True,
    ),
    Daemon("exim-tls13", "exim4-daemon-light", (2525,), given(exim_tls, EXIM_TLS13), as_root=True),
    Daemon("exim-tls-old", "exim4-daemon-light", (2525,), given(exim_tls, EXIM_OLD), as_root=True),
    Daemon("exim-other-port", "exim4-daemon-light", (20025,), exim, as_root=True),
    Daemon("postfix", "postfix", (2525,), postfix, as_root=True),
    Daemon("postfix-tls", "postfix", (2525,), postfix_tls, as_root=True),
    Daemon("postfix-tls12", "postfix", (2525,), given(postfix_tls, POSTFIX_TLS12), as_root=True),
    Daemon("opensmtpd", "opensmtpd", (2525,), opensmtpd, as_root=True),
    Daemon("opensmtpd-tls", "opensmtpd", (2525,), given(opensmtpd, tls="good"), as_root=True),
    Daemon("sendmail", "sendmail-bin", (2525,), sendmail, as_root=True),
    Daemon(
        "dovecot",
        "dovecot-imapd",
        (20143, 20110),
        given(dovecot, "ssl = no", "disable_plaintext_auth = no"),
        needs=("dovecot-pop3d",),
        as_root=True,
    ),
    Daemon(
        "dovecot-refusing",
        "dovecot-imapd",
        (20143, 20110),
        given(dovecot, "ssl = no"),
        needs=("dovecot-pop3d",),
        as_root=True,
    ),
    Daemon("dovecot-tls", "dovecot-imapd", (20143, 20110), dovecot_tls, needs=("dovecot-pop3d",), as_root=True),
    Daemon(
        "dovecot-tls-old",
        "dovecot-imapd",
        (20143, 20110),
        given(dovecot_tls, *DOVECOT_OLD, tls="self-signed"),
        needs=("dovecot-pop3d",),
        as_root=True,
    ),
)
