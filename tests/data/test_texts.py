import ast
import re
from pathlib import Path

import pytest

import vigie.engine.checks
import vigie.probes
from vigie.data import documents, texts
from vigie.engine.checks import CHECKS

ALL = [(slug, language) for slug in (*CHECKS, texts.PRODUCT) for language in texts.LANGUAGES]
MAX_WORDS = 34  # of a sentence that is read at three in the morning
BLAME = re.compile(r"\b(faute|négligen|coupable|erreur de votre|you failed|negligen|your fault)\b", re.IGNORECASE)


def text_of(slug: str, language: str) -> texts.CheckText:
    if slug == texts.PRODUCT:
        return texts.product_text(language, product="X", version="1", fixed="2", count=3, exploited=True)
    return texts.check_text(slug, language)


def sentences(text: texts.CheckText) -> list[str]:
    parts = [text.title, text.what, text.why_for_care, *text.steps, text.meanwhile, text.verified_by]
    return [sentence for part in parts for sentence in re.split(r"(?<=[.!?])\s+", part)]


def test_each_check_has_its_text_and_each_text_its_check():
    assert set(texts.slugs()) == set(CHECKS)


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_each_text_is_whole(slug, language):
    text = text_of(slug, language)
    assert all((text.title, text.what, text.why_for_care, text.meanwhile, text.verified_by))
    assert 2 <= len(text.steps) <= 6
    assert 5 <= text.minutes <= 480
    assert text.what.count(". ") <= 1, "two sentences at most"
    assert not text.title.endswith(".")


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_each_sentence_can_be_read_at_once_and_blames_nobody(slug, language):
    for sentence in sentences(text_of(slug, language)):
        assert len(sentence.split()) <= MAX_WORDS, sentence
        assert not BLAME.search(sentence), sentence
        assert "{" not in sentence


@pytest.mark.parametrize("slug", [slug for slug, language in ALL if language == "fr"])
def test_both_languages_ask_for_the_same_steps(slug):
    french, english = text_of(slug, "fr"), text_of(slug, "en")
    assert len(french.steps) == len(english.steps)
    assert french.minutes == english.minutes


def test_a_product_text_says_how_many_to_what_version_and_whether_it_is_used():
    text = texts.product_text("fr", product="OpenSSH", version="9.2p1", fixed="9.8p1", count=3, exploited=True)
    assert text.title == "OpenSSH 9.2p1\u00a0: 3 vulnérabilités connues"
    assert "attaquants" in text.what
    assert any("9.8p1" in step for step in text.steps)


@pytest.mark.parametrize("fixed", [None, ""])
def test_a_product_text_without_version_nor_fix_is_still_a_sentence(fixed):
    text = texts.product_text("en", product="FortiOS", version="", fixed=fixed, count=1, exploited=False)
    assert text.title == "FortiOS: one known vulnerability"
    assert "Upgrade FortiOS to a version that is maintained and corrected." in text.steps


def test_a_text_that_does_not_exist_is_an_error_of_the_package():
    with pytest.raises(documents.DocumentError):
        texts.check_text("no-such-check", "fr")


def test_french_sets_its_no_break_spaces():
    assert texts.spaced("Quoi ? Ceci : cela", "fr") == "Quoi\u202f? Ceci\u00a0: cela"
    assert texts.spaced("What ?", "en") == "What ?"


def reasons() -> set[str]:
    """Every sentence that a probe may give as a reason, read from the code."""
    found = set()
    for path in Path(vigie.probes.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id in {"Silent", "Closed", "TooLong", "Refusal", "NotPermitted"} and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    found.add(text.value)
    return found


@pytest.mark.parametrize("reason", sorted(reasons() - {"not an address", "not a port"}))
def test_each_reason_is_said_in_french(reason):
    assert texts.reason_text(reason, "fr") != reason


def inconclusive() -> set[str]:
    """Every sentence by which a check may say that it could not conclude, up to what varies in it."""
    found = set()
    for path in Path(vigie.engine.checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id == "unknown" and node.args:
                text = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
                if isinstance(text, ast.Constant):
                    found.add(text.value)
    return found


@pytest.mark.parametrize("reason", sorted(inconclusive()))
def test_why_a_check_could_not_conclude_is_said_in_french(reason):
    assert texts.reason_text(reason, "fr") != reason


def test_a_reason_that_was_not_asked_says_so():
    assert texts.reason_text("not asked: outside the window", "fr") == "non demandé\u00a0: hors des heures autorisées"


def test_the_report_is_whole_in_both_languages():
    assert set(texts.report_words("fr")) == set(texts.report_words("en"))
