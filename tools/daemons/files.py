"""FTP servers, with and without TLS."""

from pathlib import Path

from .daemon import Daemon, Place, given, inetd, own_names

Command = list[str | Path]


def proftpd(place: Place, *lines: str, tls: str = "", protocols: str = "TLSv1.2 TLSv1.3") -> Command:
    user, group = own_names()
    secure = [
        "LoadModule mod_tls.c",
        "TLSEngine on",
        f"TLSRSACertificateFile {place.tls}/{tls}.pem",
        f"TLSRSACertificateKeyFile {place.tls}/{tls}.pem",
        f"TLSProtocol {protocols}",
    ]
    config = place.write(
        "proftpd.conf",
        "\n".join(
            [
                f"ModulePath {place.root}/usr/lib/proftpd",
                'ServerName "Debian"',
                "ServerType standalone",
                f"User {user}",
                f"Group {group}",
                "<IfModule mod_ctrls.c>\nControlsEngine off\n</IfModule>",
                "UseIPv6 off",
                "UseReverseDNS off",
                "SocketBindTight on",
                f"DefaultAddress {place.address}",
                f"Port {place.port}",
                f"PidFile {place.home}/pid",
                f"ScoreboardFile {place.home}/scoreboard",
                f"SystemLog {place.home}/system",
                "WtmpLog off",
                "DelayEngine off",
                *(secure if tls else []),
                *lines,
                "",
            ]
        ),
    )
    return ["proftpd", "--nodaemon", "--config", config]


def vsftpd(place: Place, *lines: str) -> Command:
    (place.home / "empty").mkdir()
    settings = [
        "listen=YES",
        f"listen_address={place.address}",
        f"listen_port={place.port}",
        "run_as_launching_user=YES",
        "anonymous_enable=NO",
        "local_enable=YES",
        "xferlog_enable=NO",
        "seccomp_sandbox=NO",
        f"secure_chroot_dir={place.home}/empty",
        *lines,
    ]
    if "ssl_enable=YES" in lines:
        settings.append(f"rsa_cert_file={place.tls}/good.pem")
    config = place.write("vsftpd.conf", "\n".join(settings) + "\n")
    return ["vsftpd", config]


def pure_ftpd(place: Place, *options: str, tls: str = "") -> Command:
    secure = ["--tls=1", f"--certfile={place.tls}/{tls}.pem"] if tls else []
    return ["pure-ftpd", "--bind", f"{place.address},{place.port}", "--pidfile", place.home / "pid", *secure, *options]


def inetutils(place: Place) -> Command:
    return inetd(place, "ftpd")


DAEMONS = (
    Daemon("proftpd", "proftpd-core", (2121,), proftpd),
    Daemon("proftpd-tls", "proftpd-core", (2121,), given(proftpd, tls="good"), needs=("proftpd-mod-crypto",)),
    Daemon(
        "proftpd-tls-old",
        "proftpd-core",
        (2121,),
        given(proftpd, "TLSCipherSuite ALL:@SECLEVEL=0", tls="expired", protocols="TLSv1 TLSv1.1 TLSv1.2"),
        needs=("proftpd-mod-crypto",),
    ),
    Daemon("proftpd-silent", "proftpd-core", (2121,), given(proftpd, "ServerIdent off")),
    Daemon("proftpd-version", "proftpd-core", (2121,), given(proftpd, 'ServerIdent on "ProFTPD %{version} Server"')),
    Daemon("proftpd-other-port", "proftpd-core", (20021,), proftpd),
    Daemon("vsftpd", "vsftpd", (2121,), vsftpd),
    Daemon("vsftpd-tls", "vsftpd", (2121,), given(vsftpd, "ssl_enable=YES")),
    Daemon("vsftpd-own-words", "vsftpd", (2121,), given(vsftpd, "ftpd_banner=Depot de fichiers du Valombre")),
    Daemon("pure-ftpd", "pure-ftpd", (2121,), pure_ftpd),
    Daemon("pure-ftpd-tls", "pure-ftpd", (2121,), given(pure_ftpd, tls="good")),
    Daemon("inetutils-ftpd", "inetutils-ftpd", (2121,), inetutils),
)
