"""Every action that writes tells the audit trail so: read from the code, so that a new one cannot be forgotten."""

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import vigie.apps

APPS = Path(inspect.getfile(vigie.apps)).parent
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "save", "delete", "update"}
RECORD = ("vigie.apps.audit.actions", "record")

# Why it writes without an event. Whoever adds a line here answers for it.
_RULE = "what a look or a rule does to a finding is a FindingEvent, append-only"
SILENT = {
    "vigie.apps.jobs": "the ledger of work is its own history, and lies below the audit trail",
    "vigie.apps.audit": "it is the trail",
    "vigie.apps.accounts.actions.forget_old_links": "rows that open nothing any more; the trail keeps that they were",
    "vigie.apps.vault.actions.reencrypt_batch": "the same value under another key; its rotation left an event",
    "vigie.apps.vulns.actions.store_records": "public facts; each feed that was read leaves its event",
    "vigie.apps.vulns.actions.store_support": "public facts; each feed that was read leaves its event",
    "vigie.apps.vulns.actions.announce": "asks for a job; the records that it follows left their lines of history",
    "vigie.apps.vulns.actions.intern": "what was seen, told by the look that saw it",
    "vigie.apps.vulns.actions.match_pairs": "derived from stored facts; each verdict is a dated row",
    "vigie.apps.vulns.actions.rematch_products": "derived from stored facts; each verdict is a dated row",
    "vigie.apps.findings.actions.judge_host": _RULE,
    "vigie.apps.findings.actions.settle_absences": _RULE,
    "vigie.apps.findings.actions.rejudge_pairs": _RULE,
    "vigie.apps.findings.actions.rejudge_since": _RULE,
    "vigie.apps.findings.actions.reprioritise": _RULE,
    "vigie.apps.observatory.actions": "levels are rows that are never rewritten, each with the hash of its inputs",
}


def modules() -> list[ModuleType]:
    """The actions of every app, one module or a package of them."""
    paths = sorted([*APPS.glob("*/actions.py"), *APPS.glob("*/actions/*.py")])
    names = [".".join(("vigie", "apps", *path.relative_to(APPS).with_suffix("").parts)) for path in paths]
    return [importlib.import_module(name.removesuffix(".__init__")) for name in names]


@cache
def tree(module: str) -> dict[str, ast.FunctionDef]:
    parsed = ast.parse(inspect.getsource(importlib.import_module(module)))
    functions = {node.name: node for node in parsed.body if isinstance(node, ast.FunctionDef)}
    for node in parsed.body:
        if isinstance(node, ast.ClassDef):
            # A method is found by the name of its class too: what makes an object may call it.
            functions |= {f"{node.name}.{part.name}": part for part in node.body if isinstance(part, ast.FunctionDef)}
    return functions


def called(module: str, node: ast.AST) -> set[tuple[str, str]]:
    """Functions of our apps that this code names, by module and name; methods of the classes that it names."""
    house = vars(importlib.import_module(module))
    found = set()
    for part in ast.walk(node):
        target, name = None, ""
        if isinstance(part, ast.Name):
            target, name = house.get(part.id), part.id
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            target, name = getattr(house.get(part.value.id), part.attr, None), part.attr
        home = getattr(target, "__module__", "") or ""
        if target is None or not home.startswith("vigie.apps"):
            continue
        if inspect.isclass(target):
            found |= {(home, key) for key in tree(home) if key.startswith(f"{target.__name__}.")}
        else:
            found.add((home, getattr(target, "__name__", name)))
    return found


def reach(module: str, name: str) -> set[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    waiting = [(module, name)]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        # An action that another one calls tells its own event: the walk stops at what is recorded.
        if one != RECORD and one[1] in tree(one[0]):
            waiting += called(one[0], tree(one[0])[one[1]])
    return seen


def writes(found: set[tuple[str, str]]) -> bool:
    for module, name in found - {RECORD}:
        node = tree(module).get(name)
        calls = (part for part in ast.walk(node) if isinstance(part, ast.Call)) if node else ()
        if any(isinstance(call.func, ast.Attribute) and call.func.attr in WRITES for call in calls):
            return True
    return False


def actions() -> list[tuple[str, str]]:
    return [
        (module.__name__, name)
        for module in modules()
        for name in tree(module.__name__)
        if not name.startswith("_") and "." not in name
    ]


def excused(module: str, name: str) -> bool:
    whole = f"{module}.{name}"
    return any(whole == prefix or whole.startswith(f"{prefix}.") for prefix in SILENT)


def test_every_action_that_writes_leaves_an_event():
    silent = [
        f"{module}.{name}"
        for module, name in actions()
        if not excused(module, name) and writes(found := reach(module, name)) and RECORD not in found
    ]
    assert silent == [], "record(...) is missing, or the reason why in SILENT"


def test_every_excuse_is_still_needed():
    names = {f"{module}.{name}" for module, name in actions()} | {module.__name__ for module in modules()}
    stale = [prefix for prefix in SILENT if not any(name == prefix or name.startswith(f"{prefix}.") for name in names)]
    assert stale == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        pytest.param("vigie.apps.assets.actions", "declare_asset", id="itself"),
        pytest.param("vigie.apps.registry.actions", "import_file", id="through-other-modules"),
    ],
)
def test_the_walk_sees_what_writes_and_what_tells_it(module, name):
    found = reach(module, name)
    assert writes(found)
    assert RECORD in found


def test_the_walk_sees_what_writes_in_silence():
    found = reach("vigie.apps.vulns.actions", "intern")
    assert writes(found)
    assert RECORD not in found
