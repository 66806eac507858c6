"""Write docs/rules from the rules themselves: what a doctor or a lawyer reads is what the program runs."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vigie.data import documents
from vigie.data.texts import check_text
from vigie.engine import measures as shown
from vigie.engine.checks import CHECKS
from vigie.engine.lifecycle import AFTER_A_LOOK, BY_A_LOOK, BY_A_PERSON, Seen, State, Transition

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"
NOTICE = "<!-- Written by tools/rules.py from the rules themselves: change those, then run `make rules`. -->"


def checks() -> Iterator[str]:
    yield "# Weaknesses that are looked for · Faiblesses recherchées"
    yield "Each check judges facts and passes, fails or stays unknown. Nothing is exploited, no sign-in is tried.\n"
    yield "| check | severity | load | reference | français | English |\n|---|---|---|---|---|---|"
    for slug, check in CHECKS.items():
        french, english = check_text(slug, "fr").title, check_text(slug, "en").title
        yield f"| `{slug}` | {check.severity} | {check.load} | {check.reference} | {french} | {english} |"


def deadlines() -> Iterator[str]:
    rules = _param("deadlines")
    yield from _heading("Deadlines · Échéances", rules)
    yield "| finding | days |\n|---|---|"
    yield f"| exploited and exposed | {rules['exploited_and_exposed_days']} |"
    yield from (f"| {severity} | {days} |" for severity, days in rules["days"].items())
    absence = _param("absence")
    yield f"\n## What vanished\n\n{absence['reference']}\n"
    yield f"Two completed looks, {absence['hours_between']} hours apart. Held for a person when an establishment loses"
    yield f"more than {absence['fall']['least']} and more than {absence['fall']['percent']} % of what was seen."


def priority() -> Iterator[str]:
    rules = _param("priority")
    yield from _heading("Priority · Priorité", rules)
    yield "The first line that holds decides.\n\n| if | then |\n|---|---|"
    for rule in rules["rules"]:
        conditions = [_condition(name, value) for name, value in rule.items() if name != "priority"]
        yield f"| {' and '.join(conditions) or 'otherwise'} | {rule['priority']} |"


def exposure() -> Iterator[str]:
    rules = _param("exposure-method")
    yield from _heading("Exposure level · Niveau d'exposition", rules)
    yield "| indicator | points | critical | high | medium | low | why |\n|---|---|---|---|---|---|---|"
    for one in rules["indicators"]:
        lost = [_points(one["penalties"][severity]) for severity in ("critical", "high", "medium", "low")]
        yield f"| `{one['slug']}` | {one['possible']} | {' | '.join(lost)} | {one['reference']} |"
    yield "\nPoints lost per finding: in time / past its deadline. Unknown scores nothing in the low end of the"
    yield "interval and everything in its high end; the letter comes from the low end.\n"
    yield "| letter | from |\n|---|---|"
    yield from (f"| {letter} | {least} |" for letter, least in rules["bounds"].items())
    yield f"\nNo letter under {rules['coverage_floor']} % of coverage. "
    yield f"A look older than {rules['max_age_days']} days is unknown.\n"
    yield "| gate | the level is at most |\n|---|---|"
    yield from (f"| `{gate['slug']}` | {gate['cap']} |" for gate in rules["gates"])


def lifecycle() -> Iterator[str]:
    rules = _param("follow-up")
    yield from _heading("Life of a finding · Vie d'un constat", rules)
    yield "A weakness keeps its first date and its deadline whatever happens. Only a look closes it.\n"
    yield "## What a look changes\n\n| the finding is | seen again | proved mended | absent |\n|---|---|---|---|"
    for state, steps in BY_A_LOOK.items():
        told = [_step(steps.get(seen)) for seen in (Seen.WEAK, Seen.MENDED, Seen.ABSENT)]
        yield f"| `{state}` | {' | '.join(told)} |"
    yield "\nWhat a look cannot tell changes nothing. A second absence, far enough from the first, ends it as"
    yield "`no_longer_observed`. A look made before a fix was declared, or an asset retired, says nothing against it.\n"
    yield "## What a person decides\n\n| decision | from | to |\n|---|---|---|"
    for deed, (allowed, after) in BY_A_PERSON.items():
        yield f"| `{deed}` | {', '.join(f'`{state}`' for state in State if state in allowed)} | `{after}` |"
    yield f"\nA false positive holds at most {rules['false_positive_at_most_days']} days, an accepted risk at most"
    yield f"{rules['risk_accepted_at_most_days']}; then the finding is open again by itself (`expire`). One port is"
    retests = rules["retests"]
    yield f"looked at again on request at most {retests['at_most']} times in {retests['within_minutes']} minutes."


def measures() -> Iterator[str]:
    yield "# Compensating measures that a look verifies · Mesures compensatoires qu'un regard vérifie\n"
    yield "Each look at the port verifies or refutes them, a look on request too. What it cannot tell changes nothing."
    yield "Any other measure is written in words, and verified by somebody else than who recorded it.\n"
    yield "| measure | in place | not in place |\n|---|---|---|"
    yield from (f"| `{kind}` | {yes} | {no} |" for kind, (yes, no) in shown.TABLE.items())


def escalation() -> Iterator[str]:
    rules, notices = _param("escalation"), _param("notices")
    yield from _heading("Escalation · Escalade", rules)
    for kind, title in (("urgent", "Urgent: used by attackers, and to be done now"), ("digest", "Daily message")):
        yield f"## {title}\n\n| step | who | hours after the step before |\n|---|---|---|"
        for number, step in enumerate(rules[kind], start=1):
            who = step["role"].replace("_", " ") + (" (reminder)" if step.get("reminder") else "")
            yield f"| {number} | {who} | {step['after_hours']} |"
        yield ""
    quiet = notices["quiet"]
    yield f"## When a message may leave\n\nEdition `{notices['slug']}`. {notices['reference']}\n"
    yield f"What is not urgent leaves between {quiet['until']} and {quiet['from']}, from Monday to Friday, Paris time;"
    yield f"the daily message at {notices['digest_at']}. Above {notices['urgent_leaves_alone_up_to']} establishments"
    yield "of one occasion, two persons release what follows. Minutes before each new try:"
    yield f"{', '.join(map(str, notices['retry_minutes']))}; then it is given up."


PAGES = {
    "checks": checks,
    "deadlines": deadlines,
    "priority": priority,
    "exposure": exposure,
    "escalation": escalation,
    "lifecycle": lifecycle,
    "measures": measures,
}


def page(name: str) -> str:
    return "\n".join([NOTICE, "", *PAGES[name]()]) + "\n"


def _param(family: str) -> Any:
    """The edition in force of one family of parameters: the last by its date."""
    editions = [name for name in documents.names("params") if name.startswith(f"{family}-20")]
    return documents.read(f"params/{max(editions)}")


def _heading(title: str, rules: Any) -> Iterator[str]:
    yield f"# {title}\n\nEdition `{rules['slug']}`, in force from {rules['valid_from']}. {rules['reference']}\n"


def _step(step: Transition | None) -> str:
    if step is None:
        return "nothing"
    after = AFTER_A_LOOK.get(step)
    return f"{step}: `{after}`" if after else str(step)


def _condition(name: str, value: Any) -> str:
    return name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {value}"


def _points(pair: list[int]) -> str:
    return f"{pair[0]} / {pair[1]}"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")
        sys.stdout.write(f"docs/rules/{name}.md\n")


if __name__ == "__main__":
    main()
