"""What the card says, in both languages: each number with what it is a part of, and the unknown said as such."""

from dataclasses import fields, replace

import pytest

from tests.exports.samples import DAY, FULL, HOSTILE, NEVER, NOW
from vigie.data.card import card_rule, card_words
from vigie.exports.card import Count, Fix, sheet
from vigie.exports.wording import Wording

LANGUAGES = ["fr", "en"]
FR = Wording("fr")


def test_both_languages_say_the_same_things():
    assert set(card_words("fr")) == set(card_words("en"))


def test_every_word_is_used():
    from pathlib import Path

    import vigie.exports.card

    code = "".join(path.read_text() for path in Path(vigie.exports.card.__file__).parents[1].rglob("*.py"))
    for slug in card_words("en"):
        stem = slug.removesuffix("_one").removesuffix("_many")
        assert f'"{stem}"' in code or (stem.startswith("severity_") and 'f"severity_' in code), slug


def test_the_first_line_answers_and_is_loud_only_when_attackers_use_something():
    full = sheet(FULL, "fr")
    assert full.answer == "Des attaquants se servent aujourd’hui d’un constat ouvert, sur 5."
    assert full.loud
    calm = sheet(replace(FULL, open=FULL.open[1:]), "fr")
    assert calm.answer.startswith("4\u00a0constats ouverts")
    assert not calm.loud
    assert sheet(replace(FULL, open=()), "en").answer == "No open finding among what answered."


@pytest.mark.parametrize("language", LANGUAGES)
def test_never_looked_at_says_so_and_counts_nothing(language):
    words, told = Wording(language), sheet(NEVER, language)
    assert told.answer == words.say("answer_never_then")
    assert sheet(replace(NEVER, is_over=False), language).answer == words.say("answer_never")
    assert told.no_action == words.say("actions_never")
    assert (told.rows, told.actions, told.marks, told.level.letter) == ((), (), (), "")
    assert [section.slug for section in sections(told)] == ["looks"]


def test_a_week_without_a_look_says_that_nothing_new_is_known():
    assert sheet(replace(FULL, looks=0), "fr").answer_more == FR.say("answer_no_look")


#   figures of the time to fix -> value, then how sure
@pytest.mark.parametrize(
    ("median", "low", "high", "n", "value", "more"),
    [
        pytest.param(14, 9, 23, 12, "14 jours", "intervalle à 95 % : 9 à 23 jours", id="whole"),
        pytest.param(14, 1, 23, 12, "14 jours", "intervalle à 95 % : 24 heures à 23 jours", id="two-units"),
        pytest.param(14, 9, None, 12, "14 jours", "intervalle à 95 % : 9 jours ou plus", id="no-upper-bound"),
        pytest.param(14, None, None, 12, "14 jours", "intervalle à 95 % : pas encore calculable", id="no-bound"),
        pytest.param(
            None, 9, None, 12, "pas encore atteinte", "moins de la moitié sont corrigés ; 9 jours ou plus", id="later"
        ),
        pytest.param(None, None, None, 5, "non donnée", "5 sur les 6 constats", id="too-few"),
    ],
)
def test_the_median_is_never_told_without_how_sure_it_is(median, low, high, n, value, more):
    seconds = [None if days is None else days * DAY for days in (median, low, high)]
    told = sheet(replace(FULL, fix=Fix(n, 3, 6, *seconds, ())), "fr")
    line = next(section for section in sections(told) if section.slug == "fix").lines[0]
    assert line.value == value.replace(" ", "\u00a0") or plain(line.value) == value
    assert more in plain(line.more[0])


def sections(told):
    return [section for column in told.columns for section in column]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_an_age_that_was_not_reached_is_unknown_and_not_nought():
    assert [plain(mark.share) for mark in sheet(FULL, "fr").marks] == ["92 %", "83 %", "40 %", "inconnu"]


def test_shares_and_counts_carry_their_whole():
    told = sheet(FULL, "en")
    every = [*told.counted, *(line for section in sections(told) for line in section.lines)]
    lines = {plain(line.label): plain(line.value) for line in every}
    assert lines["Used by attackers"] == "1 of 5 open"
    assert lines["Past deadline"] == "1 of 5 open"
    assert lines["Risky services"] == "2 of 27 services"
    assert lines["Services that did not answer"] == "2 of 27 services"
    assert lines["Certificates within 30 days of their end"] == "1 of 6 read"
    assert lines["Findings counted"] == "12, of which 7 mended and verified"


def test_gains_are_told_as_letters_points_or_none():
    assert [plain(task.gain) for task in sheet(FULL, "fr").actions] == [
        "de E à C",
        "+7 points",
        "aucun point à lui seul",
    ]


def test_what_nobody_has_computed_yet_is_said():
    waiting = replace(FULL, actions=(replace(FULL.actions[0], points=None),), level_before=None)
    told = sheet(waiting, "en")
    assert told.actions[0].gain == "not computed yet"
    assert told.level.before == "Not known yet a week before."


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_stay_words_and_lists_stay_short(language):
    told = sheet(HOSTILE, language)
    seen = next(section for section in sections(told) if section.slug == "seen")
    assert all(len(line.more) <= 5 for line in seen.lines)
    assert len(told.actions) == 3


def test_french_spaces_do_not_break_before_high_signs_nor_inside_numbers():
    told = sheet(replace(FULL, services=Count(12_345, 12_000)), "fr")
    texts = [told.answer, told.answer_more, told.level.coverage, *(task.title for task in told.actions)]
    for section in sections(told):
        texts += [text for line in section.lines for text in (line.label, line.value, *line.more)]
    for text in texts:
        for broken in (" :", " ;", " ?", " !", " %"):
            assert broken not in text, text
    assert "12\u202f345" in "".join(texts)


def test_a_long_place_keeps_its_port():
    told = sheet(replace(FULL, open=(replace(FULL.open[0], where=f"{'long.' * 40}example:10443"),)), "fr")
    where = told.counted[-1].more[0]
    assert len(where) <= 60
    assert where.endswith("example:10443"[-12:])


#   seconds -> words
@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (59, "0 minute", "0 minutes"),
        (60, "1 minute", "1 minute"),
        (3599, "59 minutes", "59 minutes"),
        (7200, "2 heures", "2 hours"),
        (172_799, "47 heures", "47 hours"),
        (172_800, "2 jours", "2 days"),
        (-950_400, "11 jours", "11 days"),
    ],
)
def test_durations_are_in_the_unit_that_people_use(seconds, french, english):
    assert plain(FR.duration(seconds)) == french
    assert plain(Wording("en").duration(seconds)) == english


@pytest.mark.parametrize(
    ("share", "told"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")], ids=str
)
def test_a_share_is_never_nothing_nor_all_by_rounding(share, told):
    assert plain(FR.percent(share)) == told


def test_dates_are_in_full_in_paris():
    assert FR.day(NOW) == "22 novembre 2026"
    assert plain(FR.moment(NOW)) == "22 novembre 2026 à 23:59"
    assert FR.day(NOW.replace(day=1)) == "1er novembre 2026"
    assert plain(Wording("en").days(FULL.first_day, FULL.last_day)) == "from 16 to 22 November 2026"
    assert plain(FR.days(FULL.first_day, FULL.last_day.replace(month=12))) == "du 16 novembre 2026 au 22 décembre 2026"


def test_the_sum_of_the_severities_is_what_is_open():
    assert FULL.every_severity.open.now == len(FULL.open)


def test_the_numbers_of_the_card_have_a_date_and_a_reference():
    rule = card_rule(NOW.date())
    assert rule.slug.endswith(rule.since.isoformat())
    assert rule.reference
    assert card_rule(rule.since.replace(year=2020)) is rule
    assert {field.name for field in fields(rule)} >= {"risky_services", "certificates_end_within", "actions"}
