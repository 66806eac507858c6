"""A card full of everything, and the emptiest one; invented."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from vigie.exports.card import (
    Action,
    Card,
    Certificate,
    Count,
    Fix,
    Level,
    Place,
    SeverityLine,
    Weakness,
)

NOW = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
DAY = 86_400


def weakness(number: int, **traits) -> Weakness:
    plain = {
        "kind": "check",
        "subject": "http-no-hsts",
        "version": "",
        "fixed_version": "",
        "vulnerabilities": 0,
        "severity": "low",
        "exploited": False,
        "where": f"203.0.113.{number}:443",
        "since": NOW - timedelta(days=9),
        "deadline": NOW + timedelta(days=81),
    }
    return Weakness(finding=number, **{**plain, **traits})


VPN = weakness(
    1,
    kind="product",
    subject="pulsesecure:pulse_connect_secure",
    version="9.1R11.3",
    fixed_version="9.1R11.4",
    vulnerabilities=4,
    severity="critical",
    exploited=True,
    where="vpn.valmorne.example:8443",
    since=NOW - timedelta(days=51),
    deadline=NOW - timedelta(days=12, hours=1),
)
DICOM = weakness(2, subject="dicom-answers-anyone", severity="high", where="203.0.113.20:11112")
OPEN = (VPN, DICOM, *(weakness(number) for number in range(3, 6)))

FULL = Card(
    finess="000000026",
    name="Centre hospitalier de Valmorne",
    city="VALMORNE",
    groups=("GHT de la Haute-Doulce",),
    week="2026-W47",
    first_day=date(2026, 11, 16),
    last_day=date(2026, 11, 22),
    moment=NOW,
    is_over=True,
    looked_at=datetime(2026, 11, 22, 5, 10, tzinfo=UTC),
    looks=2,
    level=Level(34, 41, "E", 22, 25, "exposure-2026-11-01"),
    level_before=Level(52, 60, "D", 21, 25, "exposure-2026-11-01"),
    hosts=Count(9, 8),
    services=Count(27, 25),
    unanswered=Count(2, 3),
    risky=Count(2, 2),
    risky_now=(Place("ftp", "203.0.113.4:21"), Place("dicom", "203.0.113.20:11112")),
    risky_new=(Place("ftp", "203.0.113.4:21"),),
    risky_gone=(Place("mllp", "203.0.113.20:2575"),),
    certificates=6,
    ending=(Certificate("CN=portail.valmorne.example", "aa", NOW + timedelta(days=9, hours=1), ("203.0.113.4:443",)),),
    ending_days=30,
    severities=(
        SeverityLine("critical", Count(1, 1), 0, 0, 0),
        SeverityLine("high", Count(1, 2), 0, 1, 0),
        SeverityLine("medium", Count(0, 1), 0, 0, 1),
        SeverityLine("low", Count(3, 1), 2, 0, 0),
    ),
    open=OPEN,
    fix=Fix(12, 7, 6, 14 * DAY, 9 * DAY, 23 * DAY, ((4, 0.92), (7, 0.83), (30, 0.4), (90, None))),
    actions=(Action(VPN, 29, "E", "C"), Action(DICOM, 7, "E", "E"), Action(OPEN[2], 0, "E", "E")),
)

NEVER = replace(
    FULL,
    looked_at=None,
    looks=0,
    level=None,
    level_before=None,
    hosts=Count(0, None),
    services=Count(0, None),
    unanswered=Count(0, None),
    risky=Count(0, None),
    risky_now=(),
    risky_new=(),
    risky_gone=(),
    certificates=0,
    ending=(),
    severities=tuple(SeverityLine(one, Count(0, None), 0, 0, 0) for one in ("critical", "high", "medium", "low")),
    open=(),
    fix=Fix(0, 0, 6, None, None, None, ()),
    actions=(),
)

# What the network or a registry may hold of the worst: code of the template, formulas, words without end.
HOSTILE_TEXT = '=HYPERLINK("x") #panic("no") $ \\ ] { } <h1> ' + "Ⅷ漢字" * 12
HOSTILE = replace(
    FULL,
    name=HOSTILE_TEXT[:120],
    groups=tuple(HOSTILE_TEXT[:80] for _ in range(3)),
    open=tuple(weakness(n, kind="product", subject=f"x:{'y' * 200}", version="9" * 100) for n in range(400)),
    actions=tuple(
        Action(weakness(n, kind="product", subject=f"x:{'y' * 200}", version="9" * 100, where="a" * 253), 3, "E", "E")
        for n in range(3)
    ),
    risky_new=tuple(Place("ftp", f"{'long.' * 40}example:{n}") for n in range(90)),
    ending=tuple(Certificate(HOSTILE_TEXT, str(n), NOW, ("b" * 250,) * 9) for n in range(40)),
)
