"""Is this installation able to work, and if not, what is missing and what must be done?"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path


class Health(StrEnum):
    GOOD = "good"
    WARNING = "warning"  # it works, but something should be known
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Remark:
    subject: str  # "home", "database", "keys", "provider", "workers"...
    health: Health
    sentence: str  # what is so
    remedy: str = ""  # what to do


MIN_FREE_BYTES = 200 * 1024 * 1024  # a national database grows by some megabytes a day; below this it may stop


def missing_migrations() -> str | None:
    """One sentence when the database cannot be used as it is, else None."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"The database does not answer ({str(error).strip().splitlines()[0]}). Run `vigie doctor`."
    if pending:
        return "The database is not ready: run `vigie init` first (it makes or updates it, and loses nothing)."
    return None


def check_home(home: Path) -> Remark:
    if not home.exists():
        return Remark("home", Health.BAD, f"{home} does not exist.", "Run `vigie init`, or set VIGIE_HOME.")
    if not os.access(home, os.W_OK | os.X_OK):
        return Remark("home", Health.BAD, f"{home} cannot be written.", "Give this user the right, or set VIGIE_HOME.")
    free = shutil.disk_usage(home).free
    if free < MIN_FREE_BYTES:
        return Remark("home", Health.BAD, f"{home}: only {free // 2**20} MB left on its disk.", "Free some space.")
    return Remark("home", Health.GOOD, f"{home} can be written; {free // 2**20} MB left.")


def check_database() -> Remark:
    from django.db import connection

    problem = missing_migrations()
    if problem:
        return Remark("database", Health.BAD, problem, "vigie init")
    return Remark("database", Health.GOOD, f"{connection.vendor} answers, its tables are up to date.")


def check_people() -> Remark:
    from vigie.apps.accounts.models import User

    if not User.objects.filter(is_active=True).exists():
        return Remark("people", Health.BAD, "Nobody can sign in.", "Run `vigie init --email you@example.org`.")
    return Remark("people", Health.GOOD, f"{User.objects.filter(is_active=True).count()} account(s) can sign in.")


def check_catalogue(now: datetime) -> Remark:
    from django.conf import settings

    from vigie.apps.vulns.models import Vulnerability
    from vigie.apps.vulns.queries import feed_status

    count = Vulnerability.objects.count()
    if not count:
        return Remark("feeds", Health.BAD, "No vulnerability is known.", "Run `vigie feeds sync`.")
    late = [one.slug for one in feed_status(now) if one.is_alert and one.expected_within]
    if late and settings.VIGIE.feeds != "off":
        told = f"{count} vulnerabilities are known; too old or never read: {', '.join(late)}."
        return Remark("feeds", Health.WARNING, told, "Run `vigie feeds status`, then `vigie feeds sync`.")
    return Remark("feeds", Health.GOOD, f"{count} vulnerabilities are known.")


def check_workers(now: datetime) -> Remark:

    from vigie.apps.jobs.models import Worker

    live = Worker.objects.filter(seen_at__gte=now - timedelta(seconds=30)).count()
    if not live:
        return Remark("workers", Health.WARNING, "No worker is running: nothing is looked at.", "Run `vigie serve`.")
    return Remark("workers", Health.GOOD, f"{live} worker process(es) running.")


def check_keyring() -> Remark:
    """Whether what rests encrypted can be read here (docs/runbooks/keys.md)."""
    from django.conf import settings

    from vigie.apps.vault.encryption import current_ring
    from vigie.apps.vault.keyring import KeyringUnusable
    from vigie.apps.vault.queries import counts_by_key

    path = settings.VIGIE.keyring_file
    try:
        ring = current_ring()
    except KeyringUnusable as error:
        return Remark(
            "keys", Health.BAD, str(error), "Copy it from its backup, or run `vigie init` when there is none."
        )
    lost = {name: count for name, count in counts_by_key().items() if ring.key(name) is None}
    if lost:
        told = ", ".join(f"{count} under {name}" for name, count in sorted(lost.items()))
        return Remark("keys", Health.BAD, f"{path} lacks keys: {told}.", "Bring back the keyring of that time.")
    if path.stat().st_mode & 0o077:
        return Remark("keys", Health.WARNING, f"{path} can be read by others.", f"chmod 600 {path}")
    return Remark(
        "keys", Health.GOOD, f"{len(ring.keys)} key(s), {ring.current} encrypts; keep {path} apart from backups."
    )


def check_provider(now: datetime) -> Iterator[Remark]:
    """Whether the provider of identities answers; nothing when none is configured."""
    from django.conf import settings

    from vigie.apps.accounts.openid.provider import provider_for
    from vigie.channels.identity import ProviderError

    client = settings.VIGIE.openid_client()
    if client is None:
        return
    try:
        keys = provider_for(client).keys(now)
    except ProviderError as error:
        remedy = "Check VIGIE_OPENID_ISSUER and the way out (docs/runbooks/sign-in.md)."
        yield Remark("provider", Health.WARNING, f"{client.label}: {error}.", remedy)
    else:
        count = len(keys.keys)
        yield Remark(
            "provider", Health.GOOD, f"{client.label} answers at {client.issuer}, and publishes {count} key(s)."
        )


def check_translations() -> Remark:
    from vigie.config.catalogues import LOCALE

    if not list(LOCALE.glob("*/LC_MESSAGES/django.mo")):
        return Remark(
            "translations",
            Health.WARNING,
            "The French texts are not compiled: pages are in English.",
            f"Make {LOCALE} writable once, and run `vigie init`.",
        )
    return Remark("translations", Health.GOOD, "French and English.")


def check_sweep(path: Path | None) -> Remark:
    """Which way ports are asked decides the speed; where vigie-sweep cannot be had, ordinary connections take over."""
    from vigie.probes.raw_sweep import NoRawSweep, check_ready, dial_unix

    if path is None:
        return Remark("sweep", Health.GOOD, "Ports are swept by ordinary connections: no privilege is needed.")
    try:
        check_ready(dial_unix(path))
    except NoRawSweep as error:
        sentence = f"Ports are swept by ordinary connections, more slowly: {error}."
        return Remark("sweep", Health.WARNING, sentence, "See docs/runbooks/sweep.md, or empty VIGIE_SWEEP_SOCKET.")
    return Remark("sweep", Health.GOOD, f"Ports are swept by vigie-sweep, which answers at {path}.")


def check_vanished() -> Remark:
    """Whether a kind of weakness vanished everywhere at once, which is most likely a fault of this installation."""
    from vigie.apps.findings.vanished.queries import waiting

    subjects = list(waiting().order_by("subject").values_list("subject", flat=True))
    if not subjects:
        return Remark("scanner", Health.GOOD, "No kind of weakness vanished everywhere at once.")
    told = f"{len(subjects)} kind(s) of weakness vanished everywhere at once: {', '.join(subjects[:5])}."
    return Remark("scanner", Health.WARNING, told, "Judge them on the page /vanished/; until then none of them ends.")


def examine(home: Path, now: datetime) -> Iterator[Remark]:
    """Every check in the order in which to mend; what needs the database is left out while it is not ready."""
    from django.conf import settings

    yield check_home(home)
    database = check_database()
    yield database
    if database.health is Health.GOOD:
        yield check_people()
        yield check_catalogue(now)
        yield check_workers(now)
        yield check_keyring()
        yield check_vanished()
    yield from check_provider(now)
    yield check_translations()
    yield check_sweep(settings.VIGIE.sweep_socket)
