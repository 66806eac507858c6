"""vigie feeds: published vulnerability data, brought up to date and watched."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import FAILED, USAGE, actor, django_ready, end, print_json, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.vulns.ingesting import FeedReport
    from vigie.apps.vulns.queries import FeedStatus

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Published vulnerability data: NVD, CVE list, vendors, CERT-FR, KEV, EPSS, ends of support, and the catalogue "
    "that ships with Vigie.",
    epilog="A bad file changes nothing of what is known. Exit codes: 0 all is good, 1 a feed is not, 2 badly asked.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per feed.")]
SLUGS = ("starter", "nvd", "cve5", "csaf", "cvrf", "cert_fr", "kev", "epss", "endoflife")


@app.command()
def sync(
    from_: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Read this folder, or file, in place of the network; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="One feed, nvd or cert_fr for instance; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring the feeds up to date, then match again what their news concern.

    From the network, only what changed is fetched, into VIGIE_HOME/feeds; an interrupted run goes on where it stopped.
    A worker does so each hour, as VIGIE_FEEDS says.
    With --from, a mirror folder is read instead and nothing leaves this machine: a file is known by what it holds,
    be it loose, packed with gzip, or in a zip or tar archive.

    Examples:

        vigie feeds sync

        vigie feeds sync --from /mnt/mirror --only kev
    """
    _known(only)
    for path in from_ or ():
        if not path.exists():
            end(f"{path} is not there.", USAGE)
    django_ready()
    from django.conf import settings

    from vigie.apps.vulns.synchronising import door, synchronise

    with _Progress() as watch:
        reports = synchronise(
            paths=list(from_ or ()),
            fetch_into=None if from_ else settings.VIGIE.home / "feeds",
            now=datetime.now(UTC),
            by="cli",
            only=frozenset(only) if only else None,
            watch=watch,
            door=door(nvd_key=settings.VIGIE.nvd_api_key, contact=settings.VIGIE.scanner_contact),
        )
    if json:
        print_json_lines(asdict(report) for report in reports)
    else:
        _tell(reports)
    if from_ and all(report.state == "absent" for report in reports if report.slug != "starter"):
        end(f"No file of {', '.join(only or SLUGS[1:])} was found in {', '.join(str(path) for path in from_)}.")
    failed = [report for report in reports if report.state == "failed"]
    if failed:
        end(f"Not read: {', '.join(report.slug for report in failed)}. What they told before stays in force.", FAILED)


@app.command()
def mirror(
    folder: Annotated[Path, typer.Argument(help="Folder of the mirror; made when it is not there.")],
    only: Annotated[
        list[str] | None, typer.Option("--only", help="One feed, nvd or cert_fr for instance; may be repeated.")
    ] = None,
) -> None:
    """Download the feeds into a folder and store nothing: for a machine that carries them to a closed network.

    Needs no database. Run again, it fetches what changed since; a round of many documents ends after its share, and
    the next one goes on. On the closed network: `vigie feeds sync --from FOLDER`, or VIGIE_FEEDS=FOLDER for each hour.

    Examples:

        vigie feeds mirror /srv/mirror

        vigie feeds mirror /srv/mirror --only cert_fr --only kev
    """
    _known(only)
    django_ready()
    from django.conf import settings

    from vigie.apps.vulns.mirroring import bring_all
    from vigie.apps.vulns.synchronising import door

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        end(f"{folder} cannot be used: {error.strerror}.", USAGE)
    with _Progress() as watch:
        brought = bring_all(
            folder=folder,
            door=door(nvd_key=settings.VIGIE.nvd_api_key, contact=settings.VIGIE.scanner_contact),
            now=datetime.now(UTC),
            only=frozenset(only) if only else None,
            watch=watch,
        )
    for one in brought:
        left = f"; {one.waiting} documents left for the next round" if one.waiting else ""
        say(f"{one.slug:<9} " + (f"failed     {one.error}" if one.error else f"{one.files} files looked at{left}"))
        for bad in one.left_out:
            say(f"           {bad.subject}: {bad.reason}")
    failed = [one.slug for one in brought if one.error]
    if failed:
        end(f"Not brought whole: {', '.join(failed)}. What was here stays; run it again.", FAILED)


@app.command()
def status(json: Json = False) -> None:
    """Tell how fresh each feed is: last good reading, age, within how long one is expected, days missed, records.

    Exit code 1 when a feed is broken or too old.

    Example:

        vigie feeds status --json
    """
    django_ready()
    from vigie.apps.vulns.queries import feed_status

    found = feed_status(datetime.now(UTC))
    if json:
        print_json_lines(_plain(one) for one in found)
    else:
        for one in found:
            say(_line(one))
    wrong = [one.slug for one in found if one.state in {"stale", "broken"}]
    if wrong:
        end(f"Too old or broken: {', '.join(wrong)}. Run `vigie feeds sync`.", FAILED)


@app.command()
def rescore(
    whole: Annotated[
        bool, typer.Option("--whole", help="Match everything again, what ranges alone do not decide too.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score everything seen against everything known again, and mend the verdicts that the rules of today change.

    After an upgrade of Vigie: a version that is read better changes what was judged before. Nothing is contacted.

    Examples:

        vigie feeds rescore

        vigie feeds rescore --whole
    """
    django_ready()
    from vigie.apps.vulns.rescoring import rescore as score_again

    found = score_again(by=actor(), now=datetime.now(UTC), whole=whole)
    if json:
        print_json(asdict(found))
        return
    moved = f"verdicts: {found.matched.added} begun, {found.matched.ended} ended"
    say(f"{found.pairs} distinct products compared with {found.vulnerabilities} vulnerabilities; {moved}.")
    for name in found.products:
        say(f"  {name} was judged otherwise")


def _known(only: list[str] | None) -> None:
    unknown = sorted(set(only or ()) - set(SLUGS))
    if unknown:
        end(f"{unknown[0]!r} is not a feed: choose among {', '.join(SLUGS)}.", USAGE)


def _plain(one: "FeedStatus") -> dict[str, Any]:
    seconds = {
        name: value.total_seconds() if (value := getattr(one, name)) is not None else None
        for name in ("age", "expected_within")
    }
    return {**asdict(one), "state": str(one.state.value), **seconds}


def _line(one: "FeedStatus") -> str:
    last = f"{one.last_good_at:%Y-%m-%d %H:%M} UTC" if one.last_good_at else "never"
    age = f", {_duration(one.age)} ago" if one.age is not None else ""
    expected = f" (expected within {_duration(one.expected_within)})" if one.expected_within else ""
    published = f", published {one.published_on}" if one.published_on else ""
    gap = f", {one.gap_days} day(s) missed" if one.gap_days else ""
    waiting = f", {one.waiting} documents still to fetch" if one.waiting else ""
    remark = f"\n         {one.remark}" if one.remark else ""
    error = f"\n         last attempt: {one.error}" if one.error else ""
    head = f"{one.slug:<9} {one.state.value:<7} read {last}{age}{expected}"
    return f"{head}{published}{gap}{waiting}, {one.records} records{remark}{error}"


def _duration(value: timedelta) -> str:
    hours = int(value.total_seconds() // 3600)
    return f"{hours // 24} d" if hours >= 48 else f"{hours} h"


def _tell(reports: "tuple[FeedReport, ...]") -> None:
    for report in reports:
        details = f"{report.new} new, {report.changed} changed, {report.rejected} rejected, {report.bad} with a fault"
        moved = f"; verdicts: {report.verdicts_begun} begun, {report.verdicts_ended} ended"
        say(f"{report.slug:<9} {report.state:<10}" + (details + moved if report.state == "read" else report.error))
        if report.waiting:
            say(f"           {report.waiting} documents are left for the next round")
        if report.remark:
            say(f"           {report.remark}")
        for bad in report.bad_records:
            say(f"           record {bad.position} {bad.subject}: {bad.reason}")


class _Progress:
    """One bar on stderr, where a person looks; nothing in a pipe."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task: Any = None

    def __enter__(self) -> "_Progress":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, label: str, total: int | None) -> None:
        self._task = self._progress.add_task(label, total=total)

    def at(self, done: int, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total)
