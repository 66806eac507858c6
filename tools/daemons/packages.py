"""Debian packages, downloaded and unpacked in a folder by an ordinary user: nothing is installed on the system."""

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".daemons"
STATE = "packages.json"
_INST = re.compile(r"^Inst (\S+) (?:\[[^]]*\] )?\((\S+) ", re.MULTILINE)
_MOST_SECONDS = 200

# What Debian refuses to install together is resolved, and unpacked, in a round of its own.
ROUNDS: tuple[tuple[str, ...], ...] = (
    (
        "openssh-server", "dropbear-bin", "tinyssh",
        "nginx", "apache2", "lighttpd", "lighttpd-mod-openssl", "haproxy", "caddy", "tomcat10", "jetty9", "squid",
        "mini-httpd", "micro-httpd", "webfs", "stunnel4",
        "proftpd-core", "proftpd-mod-crypto", "exim4-daemon-light", "dovecot-imapd", "dovecot-pop3d",
        "orthanc", "dcmtk", "nmap",
        "redis-server", "memcached", "mariadb-server-core", "postgresql-15", "tigervnc-standalone-server",
        "bind9", "unbound", "mosquitto", "slapd", "snmpd", "kamailio",
        "samba", "xrdp", "openvpn", "tinyproxy", "cups-daemon", "chrony",
    ),
    ("vsftpd", "postfix"),
    ("pure-ftpd", "opensmtpd"),
    ("inetutils-ftpd", "inetutils-telnetd", "sendmail-bin"),
)  # fmt: skip


@dataclass(slots=True)
class Packages:
    """What was unpacked: package -> its version and the round that holds it; and what could not be had, with why."""

    versions: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def root(self, package: str) -> Path:
        return FOLDER / "roots" / str(self.rounds[package])


class NoDebian(Exception):
    """This machine has no apt: nothing can be unpacked."""


def read() -> Packages | None:
    """What an earlier run unpacked; None when there was none, or when the list has changed since."""
    try:
        document = json.loads((FOLDER / STATE).read_text())
    except (OSError, ValueError):
        return None
    if document.pop("asked", None) != [list(names) for names in ROUNDS]:
        return None
    return Packages(**document)


def fetch() -> Packages:
    """Download and unpack every round, from nothing; raises NoDebian."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NoDebian("apt-get and dpkg-deb are not on this machine")
    shutil.rmtree(FOLDER, ignore_errors=True)
    for part in ("lists/partial", "cache/archives/partial", "debs"):
        (FOLDER / "apt" / part).mkdir(parents=True)
    FOLDER.chmod(0o755)
    _apt("apt-get", "update", "-qq")  # what a repository refuses is seen below, package by package
    found = Packages()
    for number, names in enumerate(ROUNDS):
        _round(found, number, names)
    document = {"asked": ROUNDS, "versions": found.versions, "rounds": found.rounds, "absent": found.absent}
    (FOLDER / STATE).write_text(json.dumps(document, indent=1))
    shutil.rmtree(FOLDER / "apt")
    return found


def upstream(version: str) -> str:
    """The version that the authors gave: without Debian's epoch, revision and repacking."""
    plain = version.partition(":")[2] or version
    return re.sub(r"[+~].*$", "", plain.rpartition("-")[0] or plain)


def _round(found: Packages, number: int, names: Sequence[str]) -> None:
    wanted = _candidates(names)
    found.absent |= {name: "no repository of this machine has it" for name in names if name not in wanted}
    needed, complaint = _needed(list(wanted))
    if needed is None:
        # One that cannot be had must not take the others with it.
        needed = {}
        for name in list(wanted):
            own, complaint = _needed([name])
            needed |= own or {}
            if own is None:
                del wanted[name]
                found.absent[name] = complaint
    root = FOLDER / "roots" / str(number)
    root.mkdir(parents=True)
    for name, reason in _unpack(needed | wanted, root).items():
        if name in wanted:
            del wanted[name]
            found.absent[name] = reason
    found.versions |= wanted
    found.rounds |= dict.fromkeys(wanted, number)


def _candidates(names: Iterable[str]) -> dict[str, str]:
    told = re.findall(r"^(\S+):\n.*\n  Candidate: (\S+)$", _apt("apt-cache", "policy", *names).stdout, re.MULTILINE)
    return {name: version for name, version in told if version != "(none)"}


def _needed(names: list[str]) -> tuple[dict[str, str] | None, str]:
    """These packages and what they need that the system does not have; None, and apt's words, when it cannot be."""
    if not names:
        return {}, ""
    done = _apt("apt-get", "install", "--simulate", "--no-install-recommends", *names)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith((" ", "E:"))]
        return None, "; ".join(line.strip() for line in lines)[:300]
    return dict(_INST.findall(done.stdout)), ""


def _unpack(versions: dict[str, str], root: Path) -> dict[str, str]:
    """Download then unpack; return what failed, with why."""
    debs = FOLDER / "apt" / "debs"
    done = _apt("apt-get", "download", "-qq", *(f"{name}={version}" for name, version in versions.items()), cwd=debs)
    failed = {}
    for name in versions:
        files = list(debs.glob(f"{name}_*.deb"))
        if not files:
            failed[name] = done.stderr.strip()[-300:] or "could not be downloaded"
            continue
        subprocess.run(["dpkg-deb", "-x", files[0], root], check=True)
        files[0].unlink()
    _settle(root)
    return failed


def _settle(root: Path) -> None:
    """Make of what was meant for / something that stands in its own folder."""
    for path in root.rglob("*"):
        if path.is_symlink():
            target = path.readlink()
            within = root / str(target).lstrip("/")
            if target.is_absolute() and within.exists() and not target.exists():
                path.unlink()
                path.symlink_to(within)
        elif path.is_file() and (mode := path.stat().st_mode) & (stat.S_ISUID | stat.S_ISGID):
            # A cache is no place for a program that runs as somebody else.
            path.chmod(mode & 0o777)


def _apt(program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    apt = FOLDER / "apt"
    options = {
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
        "Acquire::Retries": "3",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return subprocess.run(
        [program, *given, *arguments],
        cwd=cwd,
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=_MOST_SECONDS,
        check=False,
    )
