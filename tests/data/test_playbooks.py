"""Every playbook is whole in both languages, short enough to be read at three in the morning, and found by its kind."""

import re

import pytest

from vigie.data.playbooks import LANGUAGES, Phase, playbook_for, playbooks
from vigie.engine.incidents.taxonomy import Kind

ASKED_FOR = {
    "ransomware", "account-compromise", "mail-compromise", "data-leak", "telecom-loss", "provider-outage",
}  # fmt: skip
MOST_WORDS = 24  # of one sentence that somebody reads aloud to somebody who types
MOST_READING = 400  # words of a whole playbook: two minutes
WITHOUT = {Kind.OTHER, Kind.UNKNOWN}


def words(text: str) -> int:
    return len(re.findall(r"[\w’'-]+", text))


def test_those_that_were_asked_for_are_there():
    assert set(playbooks()) == ASKED_FOR


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_has_one_playbook_or_is_known_to_have_none(kind):
    assert (playbook_for(kind.value) is None) == (kind in WITHOUT)


@pytest.mark.parametrize("slug", sorted(ASKED_FOR))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_ends_and_is_short(slug, language):
    one = playbooks()[slug]
    assert one.title[language]
    sentences = [one.first[language], *(text[language] for step in one.steps for text in (step.do, step.why))]
    for sentence in sentences:
        assert sentence.endswith((".", "?")), sentence
        assert words(sentence) <= MOST_WORDS, sentence
    assert sum(map(words, sentences)) <= MOST_READING


@pytest.mark.parametrize("slug", sorted(ASKED_FOR))
def test_steps_go_from_the_first_hour_to_afterwards(slug):
    phases = [list(Phase).index(step.phase) for step in playbooks()[slug].steps]
    assert phases == sorted(phases)
    assert set(phases) == {0, 1, 2}


@pytest.mark.parametrize("slug", sorted(ASKED_FOR))
def test_both_languages_differ(slug):
    for step in playbooks()[slug].steps:
        assert step.do["fr"] != step.do["en"]
        assert step.why["fr"] != step.why["en"]
