"""The project checks itself: what no single module can see."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import models

from vigie.config.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "vigie"
# The ladder of the design, lowest first: an app may point only at those before it.
LADDER = [
    "jobs",
    "audit",
    "vault",
    "registry",
    "accounts",
    "notices",
    "assets",
    "vulns",
    "scans",
    "findings",
    "incidents",
    "watch",
    "observatory",
]
MAX_LINES = 500


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository, or of the folder when it is not a checkout."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
        return [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [path for pattern in patterns for path in ROOT.glob(f"**/{pattern}") if ".venv" not in path.parts]


def test_foreign_keys_follow_the_ladder_of_the_apps():
    wrong = []
    for label in LADDER:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if not isinstance(field, models.ForeignKey | models.ManyToManyField):
                    continue
                target = field.related_model._meta.app_label
                if target in LADDER and LADDER.index(target) > LADDER.index(label):
                    wrong.append(f"{model._meta.label}.{field.name} -> {target}")
    assert wrong == []


def test_every_app_is_on_the_ladder():
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("vigie.apps.")}
    assert ours == set(LADDER)


def test_no_file_is_longer_than_a_reader_can_hold():
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked("*.py", "*.html", "*.css", "*.js")
        if "vendor" not in path.parts and "migrations" not in path.parts
        if (count := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_every_setting_is_in_the_example_file_and_nothing_else():
    written = re.findall(r"^#?\s?(VIGIE_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    expected = [f"VIGIE_{name}".upper() for name in Settings.model_fields]
    assert written == expected


def test_every_setting_says_what_it_is_for():
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []


def params() -> list[Path]:
    return sorted((SOURCE / "data" / "params").glob("*.yaml"))


@pytest.mark.parametrize("path", params(), ids=lambda path: path.stem)
def test_dated_parameters_have_a_date_and_a_reference(path):
    document = yaml.safe_load(path.read_text())
    assert document.get("reference"), f"{path.name} does not say where its numbers come from"
    assert document.get("valid_from"), f"{path.name} does not say from when it holds"


def modules_with_a_question() -> list[Path]:
    found = []
    for folder in ("engine", "sources", "probes"):
        found += [path for path in (SOURCE / folder).rglob("*.py") if path.read_text().strip()]
    return found


def test_modules_of_engine_sources_and_probes_say_what_they_answer():
    silent = [
        str(path.relative_to(SOURCE))
        for path in modules_with_a_question()
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_nothing_below_an_entry_point_reads_the_clock():
    """`now` is an argument; the entry points are web, api, cli, lab, config, tasks, workers and carriers of jobs."""
    free = ("web/", "api/", "cli/", "lab/", "config/", "apps/jobs/")
    clock = re.compile(r"\b(datetime\.now\(|timezone\.now\(|date\.today\(|time\.time\()")
    wrong = [
        f"{path.relative_to(SOURCE)}"
        for path in SOURCE.rglob("*.py")
        if not str(path.relative_to(SOURCE)).startswith(free) and path.name != "tasks.py"
        if clock.search(path.read_text())
    ]
    assert wrong == []


def test_enum_labels_are_in_the_glossary():
    glossary = (ROOT / "GLOSSARY.md").read_text().lower()
    missing = []
    for label in LADDER:
        try:
            module = importlib.import_module(f"vigie.apps.{label}.enums")
        except ModuleNotFoundError:
            continue
        for name, value in vars(module).items():
            is_enum = isinstance(value, type) and issubclass(value, models.TextChoices) and value.__members__
            if is_enum and f"`{name.lower()}`" not in glossary:
                missing.append(f"{label}.{name}")
    assert missing == []


def test_database_enums_are_the_engines_and_the_probes():
    from vigie.apps.assets import enums as assets
    from vigie.apps.findings import enums as findings
    from vigie.apps.vulns import enums as vulns
    from vigie.engine import matching, outcome, ownership
    from vigie.probes import scope

    pairs = [
        (assets.MandateKind, scope.MandateKind),
        (assets.Intensity, scope.Intensity),
        (assets.ContestKind, ownership.ContestKind),
        (findings.Severity, outcome.Severity),
        (vulns.MatchVerdict, matching.MatchVerdict),
    ]
    for stored, pure in pairs:
        assert set(stored.values) == {member.value for member in pure}, stored.__name__


def test_every_command_is_documented_with_an_example():
    from vigie.cli.main import COMMANDS, load

    for name in COMMANDS:
        command = load(name)
        leaves = getattr(command, "commands", None) or {name: command}
        for leaf, sub in leaves.items():
            text = f"{sub.help or ''}\n{sub.epilog or ''}"
            assert "Example" in text, f"vigie {name} {leaf}: its help shows no example"
            assert f"vigie {name}" in text, f"vigie {name} {leaf}: its example does not name the command"


def test_every_command_is_in_the_guide():
    from vigie.cli.main import COMMANDS

    guide = (ROOT / "docs" / "guide" / "commands.md").read_text()
    assert [name for name in COMMANDS if f"`vigie {name}" not in guide] == []


def test_the_repository_names_no_path_of_one_machine():
    own = re.compile(r"/(?:work|root|home/[a-z]+)/(?!\.)[a-z]")
    named = [
        str(path.relative_to(ROOT))
        for path in tracked("*.py", "*.md", "*.toml", "*.yaml", "*.yml", "Makefile", "*.sh")
        if path.name != "test_repository.py" and own.search(path.read_text())
    ]
    assert named == []


def test_decisions_are_half_a_page():
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        assert len(path.read_text().splitlines()) <= 40, f"{path.name} is longer than half a page"


def test_published_rules_are_the_rules_that_run():
    from tools import rules

    stale = [name for name in rules.PAGES if (rules.FOLDER / f"{name}.md").read_text() != rules.page(name)]
    assert stale == [], "run `make rules`"
