"""What comes back by itself, gathered from the apps: one line here, and `vigie init` or a starting worker writes it."""

from datetime import timedelta

from django.utils import timezone

from vigie.apps.jobs.schedules import DEFAULTS, Declared, ensure_schedules

SCHEDULES: tuple[Declared, ...] = (
    *DEFAULTS,
    # The sealer looks among the latest each second; once an hour among all, and once a day its head is written out.
    Declared("seal-late-events", "vigie.apps.audit.tasks.seal_all", timedelta(hours=1)),
    Declared("forget-old-links", "vigie.apps.accounts.tasks.forget_old_links", timedelta(days=1)),
    Declared("export-audit-head", "vigie.apps.audit.tasks.export_head", timedelta(days=1)),
    Declared("tend-proofs", "vigie.apps.assets.tasks.tend_proofs", timedelta(hours=1)),
    Declared("ask-registries", "vigie.apps.assets.tasks.ask_registries", timedelta(hours=1)),
    Declared("verify-audit-trail", "vigie.apps.audit.tasks.verify_trail", timedelta(days=1)),
    Declared("expire-findings", "vigie.apps.findings.tasks.expire", timedelta(hours=1)),
    Declared("retire-checks", "vigie.apps.findings.tasks.retire_checks", timedelta(days=1)),
    Declared("notice-vanished", "vigie.apps.findings.tasks.notice_vanished", timedelta(hours=1)),
    Declared("follow-up-group-audits", "vigie.apps.findings.tasks.follow_up_group_audits", timedelta(hours=1)),
    Declared("discover-again", "vigie.apps.scans.tasks.discover_again", timedelta(days=1)),
    Declared("heal-campaigns", "vigie.apps.scans.tasks.heal_campaigns", timedelta(minutes=1)),
    Declared("sync-feeds", "vigie.apps.vulns.tasks.sync_feeds", timedelta(hours=1)),
    Declared("tend-incidents", "vigie.apps.incidents.tasks.tend", timedelta(minutes=1)),
    Declared("forget-declarations", "vigie.apps.incidents.tasks.forget_drafts", timedelta(days=1)),
    # New knowledge asks for it at once; this is for what campaigns see since.
    Declared("tend-national-alerts", "vigie.apps.watch.tasks.tend", timedelta(minutes=10)),
    Declared("tend-notices", "vigie.apps.notices.tasks.tend", timedelta(minutes=1)),
    # A campaign asks for it at its end; this is for retests, imports, and an end that was missed.
    Declared("refresh-image", "vigie.apps.observatory.tasks.refresh_image", timedelta(minutes=10)),
    # Deadlines pass and looks grow old without any event: levels follow them within the hours.
    Declared("compute-levels", "vigie.apps.observatory.tasks.compute_all", timedelta(hours=6)),
)


def write() -> None:
    """Write them in the database; for entry points."""
    ensure_schedules(SCHEDULES, timezone.now())
