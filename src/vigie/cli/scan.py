"""vigie scan: one hospital looks at itself, tonight, with one command and no database."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated, TextIO

import typer

from vigie.engine.facts import HostLook
from vigie.probes.scope import MandateKind, Scope
from vigie.probes.stop import FileStop
from vigie.probes.targets import Targets

from .alone import asked
from .alone.report import Report
from .runtime import FAILED, OK, STOPPED, USAGE, end, print_json_lines

DEFAULT_HOURS = 24  # how long the authorisation given on the command line holds


def scan(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Names, addresses or ranges (a /22 at most).", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", help="File of targets, one a line; wrong lines are named, the others looked at."),
    ] = None,
    signatory: Annotated[str, typer.Option(help="Who authorises it: name and position. Asked when missing.")] = "",
    basis: Annotated[
        str,
        typer.Option(help="On what basis, in your words; `local` for private ranges, `laboratory` for this machine."),
    ] = "",
    ports: Annotated[str, typer.Option(help="Ports to ask, as 22,443,8000-8010; the usual ones when left out.")] = "",
    udp: Annotated[
        bool, typer.Option("--udp", help="Ask services without connections too: names, time, SNMP, IKE, OpenVPN, SIP.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report there, as one HTML page.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each service on stdout.")] = False,
    language: Annotated[str, typer.Option(help="Language of the report: fr or en.")] = "",
    until: Annotated[
        str, typer.Option(help="When the authorisation ends (2026-11-23T18:00); 24 hours when left out.")
    ] = "",
) -> None:
    """Look at what an establishment shows to the internet, and say what to mend first.

    Of a domain, what it publishes is judged too: mail, certificates, signatures, name servers.
    Nothing is stored but the report that you ask for. What is contacted: the addresses given, and those that the
    names lead to when it starts. No password is ever tried. Ctrl-C, or `vigie stop`, ends it with what was seen.

    Exit codes: 0 looked, 1 could not look at all, 2 badly asked, 3 stopped.

    Examples:

        vigie scan example.org 203.0.113.0/28 --signatory "A. Martin, director" --basis "letter of 2 November"

        vigie scan --from targets.txt --signatory "A. Martin, director" --basis "letter of 2 November"

        vigie scan 192.168.10.0/24 --basis local --ports 22,443,104,11112 --html report.html

        vigie scan 127.0.0.1 --signatory me --basis laboratory --json | jq .product
    """
    try:
        _scan(targets or [], _Options(signatory, basis, ports, udp, html, json, language, until, file))
    except asked.BadlyAsked as error:
        end(str(error), USAGE)


@dataclass(frozen=True, slots=True)
class _Options:
    signatory: str
    basis: str
    ports: str
    udp: bool
    html: Path | None
    json: bool
    language: str
    until: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that was decided before the first packet."""

    authority: asked.Authority
    asked: asked.Asked
    scope: Scope
    targets: Targets
    ports: tuple[int, ...]
    language: str
    contact: str
    resolvers: tuple[str, ...]
    stop_file: Path
    sweep_socket: Path | None
    udp: bool


def _scan(texts: list[str], options: _Options) -> None:
    from .alone import page

    if options.html:
        try:
            page.check_writable(options.html)
        except page.CannotWrite as error:
            end(str(error), FAILED)
    ready = _prepare(texts, options)
    report = _look(ready, quiet=options.json)
    failure = ""
    if options.html:
        try:
            page.write(report, options.html)
        except page.CannotWrite as error:
            failure = str(error)
    # After the page: whoever reads our output may leave before its end.
    if options.json:
        from .alone.lines import json_lines

        print_json_lines(json_lines(report))
    else:
        _print(report)
    if failure:
        end(failure, FAILED)
    raise SystemExit(_exit_code(report))


def _prepare(texts: list[str], options: _Options) -> _Ready:
    from vigie.config.settings import SettingsError, load
    from vigie.data.ports import default_ports

    try:
        settings = load()
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", USAGE)
    language = options.language or settings.language
    if language not in {"fr", "en"}:
        raise asked.BadlyAsked(f"The report is written in fr or in en, not in {language!r}.")
    now = datetime.now(UTC)
    authority = _authority(options, language, now)
    wanted = asked.read_targets([*texts, *_lines_of(options.file, authority)], authority.kind)
    if not (wanted.networks or wanted.names):
        raise asked.BadlyAsked("Say what to look at: names, addresses, ranges, or --from a file of them.")
    ports = asked.read_ports(options.ports) if options.ports else default_ports()
    stop_file = settings.home / "STOP"
    if stop_file.exists():
        end(f"An emergency stop is in force ({stop_file}): lift it with `vigie stop --lift`.", STOPPED)
    resolvers = tuple(settings.resolvers)
    scope, targets = asked.resolve(wanted, authority, ports=ports, resolvers=resolvers, now=now)
    return _Ready(
        authority,
        wanted,
        scope,
        targets,
        ports,
        language,
        settings.scanner_contact,
        resolvers,
        stop_file,
        settings.sweep_socket,
        options.udp,
    )


def _lines_of(path: Path | None, authority: asked.Authority) -> tuple[str, ...]:
    """What the file asks for; its wrong lines are named on stderr."""
    if path is None:
        return ()
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            found = asked.read_lines(_short(lines), authority.kind)
    except OSError as error:
        raise asked.BadlyAsked(f"{path} cannot be read: {error.strerror}.") from None
    for sentence in found.told:
        typer.echo(sentence, err=True)
    if found.wrong:
        typer.echo(f"{found.wrong} lines are wrong and left out; {len(found.texts)} are looked at.", err=True)
    return found.texts


def _short(lines: TextIO) -> Iterator[str]:
    """A line that never ends is cut, and is then no target."""
    while line := lines.readline(asked.MOST_LINE):
        yield line


def _authority(options: _Options, language: str, now: datetime) -> asked.Authority:
    from vigie.data.texts import report_words

    words = report_words(language)
    signatory = options.signatory.strip() or _ask(words["ask_signatory"], "--signatory", "who authorises this look")
    basis = options.basis.strip() or _ask(words["ask_basis"], "--basis", "on what basis it is authorised")
    until = _until(options.until, now) if options.until else now + timedelta(hours=DEFAULT_HOURS)
    return asked.Authority(signatory, basis, asked.kind_of(basis), now, until)


def _ask(question: str, option: str, meaning: str) -> str:
    """Ask on the terminal; without one, say what is missing."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise asked.BadlyAsked(f"Say {meaning} with {option}: without it, nothing is sent.")
    answer = str(typer.prompt(question, err=True)).strip()
    if not answer:
        raise asked.BadlyAsked(f"Say {meaning} with {option}: without it, nothing is sent.")
    return answer


def _until(text: str, now: datetime) -> datetime:
    from .alone.report import PARIS

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise asked.BadlyAsked(f"{text!r} is not a date: write 2026-11-23 or 2026-11-23T18:00.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
    if moment <= now:
        raise asked.BadlyAsked(f"The authorisation ended on {text}: nothing is sent without one in force.")
    return moment


def _look(ready: _Ready, *, quiet: bool) -> Report:
    from vigie.probes.breaker import Breaker, PauseFile
    from vigie.probes.datagrams import DATAGRAMS
    from vigie.probes.domain import look_at_domains
    from vigie.probes.gate import Gate
    from vigie.probes.look import Plan, look, settings_for
    from vigie.probes.pace import process_pace

    from .alone import judged

    stop = FileStop(ready.stop_file)

    def clock() -> datetime:
        return datetime.now(UTC)

    services: list[judged.JudgedService] = []
    started = datetime.now(UTC)
    settings = settings_for(
        ready.contact,
        resolvers=ready.resolvers,
        sweep_socket=ready.sweep_socket,
        datagrams=tuple(DATAGRAMS) if ready.udp else (),
        explores=True,
    )
    breaker = Breaker(PauseFile(ready.stop_file.with_name("PAUSED")))
    plan = Plan(ready.targets.targets, ready.scope, settings, breaker)
    with _ends_on_signal(stop.set), _progress(ready, quiet=quiet) as advance:

        def keep(host: HostLook) -> None:
            services.extend(judged.judge(service) for service in host.services)
            advance(host.address)

        summary = look(plan, stop=stop, clock=clock, on_host=keep)
        if not summary.stopped:
            gate = Gate(ready.scope, stop, process_pace(), clock, breaker)
            seconds = settings.timeouts.conversation
            domains = look_at_domains(
                ready.asked.names, gate=gate, stop=stop, resolvers=ready.resolvers, seconds=seconds
            )
            services.extend(judged.judge(told) for domain in domains for told in domain.services)
    ended = datetime.now(UTC)
    found = judged.weaknesses(
        services,
        language=ready.language,
        day=ended.date(),
        exposed=ready.authority.kind is not MandateKind.LOCAL,
    )
    services.sort(key=lambda s: (s.look.address, s.look.port, s.look.name or ""))
    return Report(
        ready.authority,
        ready.asked,
        ready.targets,
        ready.ports,
        started,
        ended,
        summary,
        tuple(services),
        found,
        ready.language,
    )


def _print(report: Report) -> None:
    from rich.console import Console

    from .alone.terminal import print_report

    print_report(report, Console())


@contextmanager
def _progress(ready: _Ready, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A bar on stderr while it works, when a person is there to see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from vigie.data.texts import report_words

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda address: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(report_words(ready.language)["looking"], total=len(ready.targets.targets))
        yield lambda address: progress.update(task, advance=1, description=address)


@contextmanager
def _ends_on_signal(stop: Callable[[str], None]) -> Iterator[None]:
    """The first Ctrl-C ends the look and keeps what was seen; a second one ends the program."""

    def order(number: int, _frame: FrameType | None) -> None:
        stop("interrupted")
        signal.signal(number, signal.default_int_handler)

    try:
        before = {number: signal.signal(number, order) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not in the main thread: whoever runs us there has signals of its own
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_code(report: Report) -> int:
    if report.summary.stopped:
        return STOPPED
    if report.summary.questions or report.told_something:
        return OK
    return FAILED
