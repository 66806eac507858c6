"""The report as plain values, for JSON: slugs and numbers, no words."""

from typing import Any

from vigie.engine.incidents.yearly import Breakdown, CountChange, Delay, Line, Share, ShareChange, YearTables


def year_facts(made: YearTables) -> dict[str, Any]:
    """A share is (part, whole, unknown); null is not known, which is not nought."""
    return {
        "year": made.year,
        "as_of": made.moment.isoformat(),
        "is_running": made.is_running,
        "rule": made.rule.slug,
        "cases": made.cases,
        "incidents": made.incidents,
        "structures": made.structures,
        "structures_not_in_the_registry": made.unnamed,
        "left_out": {"not_incidents": made.left_out.not_incidents, "unconfirmed": made.left_out.unconfirmed},
        "help_minutes": made.helped_minutes,
        "tables": [_table(table) for table in made.tables],
        "regions": [
            {
                "region": one.region,
                "structures_in_scope": one.structures,
                "structures_without_beds": one.without_beds,
                "beds": one.beds,
                "cases_on_beds": made.counted_on_beds.get(one.region, 0),
                "per_thousand_beds": made.per_thousand_beds(one.region),
            }
            for one in made.populations
        ],
        "delays": [_delay(one) for one in made.delays],
        "changes": {name: _change(change) for name, change in made.changes.items()},
        "share_changes": {name: _change(change) for name, change in made.share_changes.items()},
    }


def _table(table: Breakdown) -> dict[str, Any]:
    return {
        "slug": table.slug,
        "hidden": table.is_hidden,
        "whole": table.whole,
        "unknown": table.unknown.count if table.unknown else None,
        "lines": [_line(table, line) for line in table.lines],
    }


def _line(table: Breakdown, line: Line) -> dict[str, Any]:
    return {"answers": list(line.slugs), "structures": line.structures, **_share(table.share(line))}


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {"part": share.part, "whole": share.whole, "percent": share.percent, "low": low, "high": high}


def _delay(one: Delay) -> dict[str, Any]:
    median = one.median
    return {
        "slug": one.slug,
        "followed": one.curve.n,
        "over": one.curve.events,
        "unknown": one.unknown,
        "told": median is not None,
        "median_seconds": median.seconds if median else None,
        "low_seconds": median.low if median else None,
        "high_seconds": median.high if median else None,
    }


def _change(change: CountChange | ShareChange) -> dict[str, Any]:
    low, high = change.interval or (None, None)
    if isinstance(change, CountChange):
        return {"before": change.before, "after": change.after, "percent": change.percent, "low": low, "high": high}
    before, after = _share(change.before), _share(change.after)
    return {"before": before, "after": after, "points": change.points, "low": low, "high": high}
