"""The report as it is read on a terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from .judged import Weakness
from .report import Report

MOST_EVIDENCE = 200  # characters of one fact; the page and the JSON have it whole


def print_report(report: Report, console: Console) -> None:
    """Services, weaknesses and what to do first, the answer before all."""
    words = report.words
    if report.summary.stopped:
        console.print(f"[bold yellow]{escape(words['stopped'])}[/]")
    console.print(Panel(f"[bold]{escape(report.answer())}[/]\n{escape(report.counts())}", title=words["title"]))
    _authority(report, console)
    for number, weakness in enumerate(report.weaknesses, 1):
        if number == 1:
            console.rule(f"[bold]{words['first']}")
        _weakness(report, number, weakness, console)
    _services(report, console)
    unknown = report.unknown_lines()
    if unknown:
        console.rule(f"[bold]{words['unknowns']}")
        console.print(escape(words["unknowns_help"]), style="dim")
        for line in unknown:
            console.print(f"  - {escape(line)}", highlight=False)
    console.print(f"\n{escape(words['footer'])}", style="dim")


def _authority(report: Report, console: Console) -> None:
    table = Table.grid(padding=(0, 2))
    for label, value in report.authority_lines():
        table.add_row(f"[dim]{escape(label)}[/]", escape(value))
    console.print(table)


def _weakness(report: Report, number: int, weakness: Weakness, console: Console) -> None:
    words, text = report.words, weakness.text
    priority = f"{words[f'priority_{weakness.priority.value}']}, {report.work(text.minutes)}"
    mark = f" [bold red]{escape(words['exploited'])}[/]" if weakness.exploited else ""
    console.print(f"\n[bold]{number}. {escape(text.title)}[/]  ({escape(priority)}){mark}", highlight=False)
    told = [f"[cyan]{escape(', '.join(weakness.places))}[/]", escape(text.what), f"[dim]{escape(text.why_for_care)}[/]"]
    for line in told:
        console.print(Padding(line, (0, 0, 0, 3)), highlight=False)
    steps = Table.grid(padding=(0, 1))
    for step, what in enumerate(text.steps, 1):
        steps.add_row(f"{step}.", escape(what))
    console.print(Padding(steps, (0, 0, 0, 5)))
    shown = "; ".join(f"{item.label}: {item.value[:MOST_EVIDENCE]}" for item in weakness.evidence if item.value)
    if shown and not weakness.cves:
        console.print(Padding(f"[dim]{escape(shown)}[/]", (0, 0, 0, 3)), highlight=False)
    if weakness.cves:
        console.print(Padding(f"[dim]{', '.join(weakness.cves)}[/]", (0, 0, 0, 3)), highlight=False)


def _services(report: Report, console: Console) -> None:
    if not report.services:
        return
    words = report.words
    table = Table(
        title=words["services"], title_justify="left", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column in ("address", "port", "name", "service", "product", "state"):
        table.add_column(words[column], overflow="fold", no_wrap=column in {"address", "port", "service"})
    for service in report.services:
        look = service.look
        table.add_row(
            look.address or "–",
            str(look.port),
            escape(look.name or words["by_address"]),
            look.service or words["not_recognised"],
            escape(report.product_of(service)),
            escape(report.state_of(service)),
        )
    console.print()
    console.print(table)
