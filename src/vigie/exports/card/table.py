"""The card for a spreadsheet: one measure a line under a stable English name, and one open finding a line."""

from collections.abc import Iterator

from vigie.exports.csv_text import csv_text

from .facts import Card, Count, Place

MEASURES = ("finess", "week", "measure", "value", "of", "a_week_before", "unit", "detail")
FINDINGS = (
    "finding",
    "severity",
    "exploited",
    "kind",
    "subject",
    "version",
    "mended_by",
    "vulnerabilities",
    "where",
    "since",
    "deadline",
)

Measure = tuple[str, object, object, object, str, object]  # name, value, of, before, unit, detail


def measures_csv(card: Card) -> str:
    return csv_text(MEASURES, ((card.finess, card.week, *measure) for measure in _measures(card)))


def findings_csv(card: Card) -> str:
    rows = (
        (
            one.finding,
            one.severity,
            one.exploited,
            one.kind,
            one.subject,
            one.version,
            one.fixed_version,
            one.vulnerabilities,
            one.where,
            one.since,
            one.deadline,
        )
        for one in card.open
    )
    return csv_text(FINDINGS, rows)


def _measures(card: Card) -> Iterator[Measure]:
    yield "as_of", card.moment, None, None, "", "week over" if card.is_over else "week not over"
    yield "last_look", card.looked_at, None, None, "", ""
    yield "looks_this_week", card.looks, None, None, "looks", ""
    yield from _level(card)
    if card.looked_at is None:
        return
    yield from _seen(card)
    yield from _findings(card)
    yield from _fix(card)


def _level(card: Card) -> Iterator[Measure]:
    now, before = card.level, card.level_before
    if now is None:
        return
    was = (before.low, before.high, before.letter, before.known) if before else (None, None, None, None)
    yield "exposure_low", now.low, 100, was[0], "points", now.method
    yield "exposure_high", now.high, 100, was[1], "points", now.method
    yield "exposure_letter", now.letter, None, was[2], "", "" if now.letter else "not established"
    yield "coverage", now.known, now.total, was[3], "hosts and services", ""


def _seen(card: Card) -> Iterator[Measure]:
    def services(name: str, count: Count, detail: str = "") -> Measure:
        return name, count.now, card.services.now, count.before, "services", detail

    yield "hosts", card.hosts.now, None, card.hosts.before, "hosts", ""
    yield services("services", card.services)
    yield services("unanswered_services", card.unanswered)
    yield services("risky_services", card.risky, _places(card.risky_now))
    yield "new_risky_services", len(card.risky_new), card.risky.now, None, "services", _places(card.risky_new)
    yield "gone_risky_services", len(card.risky_gone), card.risky.before, None, "services", _places(card.risky_gone)
    ending = ", ".join(f"{one.subject} {one.ends_at:%Y-%m-%d}" for one in card.ending)
    yield "ending_certificates", len(card.ending), card.certificates, None, "certificates", ending


def _places(places: tuple[Place, ...]) -> str:
    return ", ".join(f"{place.service} {place.where}".strip() for place in places)


def _findings(card: Card) -> Iterator[Measure]:
    total = len(card.open)
    for line in (*card.severities, card.every_severity):
        name = line.severity or "all"
        yield f"open_{name}", line.open.now, total, line.open.before, "findings", ""
        yield f"new_{name}", line.new, None, None, "findings", "detected or reopened in the week"
        yield f"mended_{name}", line.mended, None, None, "findings", "closed by a proof in the week"
        yield (
            f"gone_{name}",
            line.gone,
            None,
            None,
            "findings",
            "left otherwise: no longer observed, set aside, or no weakness after all",
        )
    yield "open_exploited", len(card.exploited), total, None, "findings", ""
    yield "past_deadline", len(card.late), total, None, "findings", ""
    oldest = card.oldest_critical
    yield "oldest_critical", oldest and oldest.since, None, None, "", f"finding {oldest.finding}" if oldest else ""


def _fix(card: Card) -> Iterator[Measure]:
    fix = card.fix
    yield "time_to_fix_findings", fix.n, None, None, "findings", f"{fix.fixed} mended; no median under {fix.least}"
    yield "time_to_fix_median", fix.median_seconds, None, None, "seconds", ""
    yield "time_to_fix_low", fix.low_seconds, None, None, "seconds", "95 % interval"
    yield "time_to_fix_high", fix.high_seconds, None, None, "seconds", "95 % interval"
    for days, share in fix.marks:
        yield f"still_open_at_{days}_days", None if share is None else round(share, 4), 1, None, "share", ""
