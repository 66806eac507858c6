"""What is said to people of each weakness: what it is, why it matters for care, what to do, in their language."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import documents

FOLDER = "checks"
PRODUCT = "vulnerable-product"
LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class CheckText:
    title: str
    what: str  # two sentences at most
    why_for_care: str
    steps: tuple[str, ...]  # each can be checked
    meanwhile: str  # when it cannot be mended now
    minutes: int  # of work, in the usual case
    verified_by: str  # how the next look proves that it is mended


@cache
def check_text(slug: str, language: str) -> CheckText:
    """The text of a check; raises DocumentError when there is none in that language."""
    return _text(slug, language)


def product_text(
    language: str, *, product: str, version: str, fixed: str | None, count: int, exploited: bool
) -> CheckText:
    """The text of a product with known vulnerabilities; `version` may be "" and `fixed` None when not known."""
    text = _text(PRODUCT, language)
    words = _document(PRODUCT)[language]["words"]
    values = {
        "product": product,
        "version": f" {version}" if version else "",
        "fixed": words["to_version"].format(fixed=fixed) if fixed else words["to_any"],
        "count": words["one"] if count == 1 else words["many"].format(count=count),
        "exploited": words["exploited"] if exploited else "",
    }
    return CheckText(
        title=text.title.format_map(values),
        what=text.what.format_map(values).strip(),
        why_for_care=text.why_for_care.format_map(values),
        steps=tuple(step.format_map(values) for step in text.steps),
        meanwhile=text.meanwhile.format_map(values),
        minutes=text.minutes,
        verified_by=text.verified_by.format_map(values),
    )


def slugs() -> tuple[str, ...]:
    """Every document of texts, the one for products apart."""
    return tuple(name for name in documents.names(FOLDER) if name != PRODUCT)


def spaced(text: str, language: str) -> str:
    """French sets a no-break space before a high sign, so that it never begins a line."""
    if language != "fr":
        return text
    for sign, space in ((" :", "\u00a0:"), (" ;", "\u202f;"), (" ?", "\u202f?"), (" !", "\u202f!")):
        text = text.replace(sign, space)
    return text


def _text(slug: str, language: str) -> CheckText:
    try:
        row = _document(slug)[language]
        return CheckText(
            title=spaced(row["title"], language),
            what=spaced(row["what"], language),
            why_for_care=spaced(row["why_for_care"], language),
            steps=tuple(spaced(step, language) for step in row["steps"]),
            meanwhile=spaced(row["meanwhile"], language),
            minutes=int(row["minutes"]),
            verified_by=spaced(row["verified_by"], language),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise documents.DocumentError(f"vigie/data/{FOLDER}/{slug}.yaml: {language}: {error}") from error


def _document(slug: str) -> Any:
    return documents.read(f"{FOLDER}/{slug}")


def reason_text(reason: str, language: str) -> str:
    """Why something is not known, in the reader's language; as the probes said it when nobody translated it."""
    if language == "en":
        return reason
    head, told = (
        ("non demandé : ", reason.removeprefix("not asked: ")) if reason.startswith("not asked: ") else ("", reason)
    )
    for start, french in documents.read("reasons")["reasons"]:
        if told.startswith(start):
            return spaced(f"{head}{french}", language)
    return reason


@cache
def report_words(language: str) -> dict[str, str]:
    """The words of the report of one hospital alone, by their slug."""
    return {slug: spaced(text, language) for slug, text in documents.read("report")[language].items()}


def product_name(subject: str) -> str:
    """The name of "vendor:product" as people write it; made of its CPE name when nobody told us how."""
    known = documents.read("product_names")["names"].get(subject)
    return str(known) if known else subject.partition(":")[2].replace("_", " ").title()


def service_name(slug: str) -> str:
    """The name of a protocol as people write it; the slug itself when nobody told us how."""
    return str(documents.read("product_names")["services"].get(slug, slug))
