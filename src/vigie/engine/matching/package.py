"""Did the distribution mend its own package without changing the upstream version?"""

import re
from dataclasses import dataclass

from vigie.engine.facts import Identity
from vigie.engine.versions import compare

from .statement import PackageFix
from .verdict import Match, MatchVerdict

LAYER = "distribution"

# "9.2p1 Debian-2+deb12u2": how an SSH banner that was not taken apart tells its package.
_IN_VERSION = re.compile(
    r"(?P<upstream>\S+) (?P<system>Debian|Ubuntu|Raspbian|FreeBSD|RHEL|SUSE)-?(?P<revision>\S*)", re.IGNORECASE
)
_DEBIAN_RELEASE = re.compile(r"[+~]deb(\d+)u")


@dataclass(frozen=True, slots=True)
class Package:
    distribution: str  # "debian:12", or "debian" when the release is not told
    version: str | None


def package_of(identity: Identity) -> Package | None:
    """The distribution's package that was seen; None when it is upstream's own, or nothing tells."""
    if identity.distribution:
        return Package(identity.distribution.lower(), identity.package)
    found = _IN_VERSION.fullmatch(identity.version or "")
    if found is None:
        return None
    release = _DEBIAN_RELEASE.search(found["revision"])
    system = found["system"].lower()
    version = f"{found['upstream']}-{found['revision']}" if found["revision"] else None
    return Package(f"{system}:{release[1]}" if release else system, version)


def upstream(version: str | None) -> str | None:
    """The version without what a distribution added behind it."""
    found = _IN_VERSION.fullmatch(version or "")
    return found["upstream"] if found else version


def judge(package: Package, fixes: tuple[PackageFix, ...]) -> Match | None:
    """None when this distribution said nothing that decides."""
    for fix in fixes:
        if fix.distribution != package.distribution:
            continue
        if fix.fixed is None:
            return Match(MatchVerdict.NOT_AFFECTED, f"{fix.distribution} was never affected", LAYER)
        order = compare("debian", *_same_epoch(package.version or "", fix.fixed))
        if order == "<":
            return Match(MatchVerdict.AFFECTED, f"package before {fix.fixed} of {fix.distribution}", LAYER, fix.fixed)
        if order != "?":
            return Match(MatchVerdict.FIXED, f"package {fix.fixed} of {fix.distribution} or later", LAYER, fix.fixed)
    return None


def _same_epoch(seen: str, fixed: str) -> tuple[str, str]:
    """A banner shows no epoch: compare without it when one of the two has none."""
    if (":" in seen) == (":" in fixed):
        return seen, fixed
    return seen.split(":", 1)[-1], fixed.split(":", 1)[-1]
