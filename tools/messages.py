"""Gather the texts of the pages into the French catalogue; say which ones still wait for their French.

python tools/messages.py            write src/vigie/locale/fr/LC_MESSAGES/django.po again (needs gettext)
python tools/messages.py --check    write nothing; exit with 1 when the catalogue is not up to date or not complete
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "vigie"
CATALOGUE = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"
HEADER = {
    "Project-Id-Version": "vigie",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}
# A French high sign is kept to its word by a space that does not break.
BROKEN_SPACE = re.compile(r"\S [;?!»](?=\s|$|[.,)])|\S :(?=\s|$)|« | %(?:%|(?![(\w]))")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%\((\w+)\)02d")


def gather() -> polib.POFile:
    """The catalogue as the sources ask for it today, with the French that is known."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.django")
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "vigie"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static", "*.woff2"))
        here = Path.cwd()
        os.chdir(copy)
        try:
            call_command("makemessages", locale=["fr"], no_location=True, no_wrap=True, no_obsolete=True, verbosity=0)
        finally:
            os.chdir(here)
        found = polib.pofile(str(copy / "locale" / "fr" / "LC_MESSAGES" / "django.po"), wrapwidth=100)
    found.metadata = dict(HEADER)
    found.header = "The French of Vigie's pages. Gathered by tools/messages.py."
    found.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return found


def faults(catalogue: polib.POFile) -> list[str]:
    """What a reader in French would stumble on, one sentence each."""
    found = [f"not translated: {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
    found += [f"to be read again (fuzzy): {entry.msgid!r}" for entry in catalogue.fuzzy_entries()]
    for entry in catalogue.translated_entries():
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if BROKEN_SPACE.search(text):
                found.append(f"a space that may break before a high sign: {text!r}")
        found += _lost_placeholders(entry)
    return found


def _lost_placeholders(entry: polib.POEntry) -> list[str]:
    asked = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    told = [entry.msgstr_plural[max(entry.msgstr_plural)]] if entry.msgid_plural else [entry.msgstr]
    return [f"placeholders differ: {text!r}" for text in told if set(PLACEHOLDER.findall(text)) != asked]


def same(one: polib.POFile, other: polib.POFile) -> bool:
    def asked(catalogue: polib.POFile) -> set[tuple[str, str, str]]:
        return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in catalogue if not entry.obsolete}

    return asked(one) == asked(other)


def main(arguments: list[str]) -> int:
    if shutil.which("xgettext") is None:
        print("gettext is not on this machine: install it to gather the texts", file=sys.stderr)
        return 2
    gathered = gather()
    problems = faults(gathered)
    if "--check" in arguments:
        if not same(gathered, polib.pofile(str(CATALOGUE))):
            problems.append("the catalogue does not follow the sources: run make messages")
    else:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        gathered.save(str(CATALOGUE))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
