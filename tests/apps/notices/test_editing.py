"""What a person adds to messages that wait: nothing that says too much, and always a second person after."""

import pytest

from tests.factories import NOW, EstablishmentFactory
from vigie.apps.notices import actions
from vigie.apps.notices.models import Alert, Mailing, Notice
from vigie.apps.notices.wording import letter

pytestmark = pytest.mark.django_db
ALINE, BRUNO = "user:1 aline", "user:2 bruno"
FR, EN = "Une équipe vous rappelle dans la matinée.", "A team calls you back this morning."


@pytest.fixture
def held() -> Mailing:
    one = EstablishmentFactory()
    officer = actions.declare_contact(
        owner=one, role="officer", name="Aline", email="aline@valmorne.example", by="test", now=NOW
    )
    actions.confirm_contact(contact=officer, by="test", now=NOW)
    subject = actions.Subject(1, 1, "critical", NOW, True)
    actions.tell(establishment=one, occasion=actions.Occasion("campaign:1", "Regard"), subjects=[subject], now=NOW)
    Alert.objects.update(held=True)
    Notice.objects.update(state="planned")
    return Mailing.objects.get()


def test_whoever_edits_has_agreed_and_another_person_releases(held):
    actions.agree(mailing=held, by=BRUNO, now=NOW)
    actions.edit(mailing=held, words_fr=FR, words_en=EN, by=ALINE, now=NOW)
    with pytest.raises(actions.SecondPersonNeeded):
        actions.agree(mailing=held, by=ALINE, now=NOW)
    assert actions.agree(mailing=held, by=BRUNO, now=NOW)
    with pytest.raises(actions.AlreadyDone):
        actions.edit(mailing=held, words_fr=FR, words_en=EN, by=ALINE, now=NOW)


def test_the_words_are_in_the_message_in_its_language_and_escaped(held):
    words = "Appelez <b>nous</b>"
    actions.edit(mailing=held, words_fr=words, words_en=EN, by=ALINE, now=NOW)
    told = letter(Notice.objects.get(), link="https://vigie.example/x")
    assert words in told.text
    assert "&lt;b&gt;" in told.html
    assert EN not in told.text


@pytest.mark.parametrize(
    "words",
    [
        "Voir https://vigie.example", "Écrire à aide@vigie.example", "CVE-2024-0001 est exploitée",
        "Fermez 203.0.113.7",
        "Regardez vpn.valmorne.example", "Passez à 7.2.11", "L'adresse 2001:db8::1", "x" * 601,
    ],
)  # fmt: skip
def test_no_detail_enters_a_message(held, words):
    with pytest.raises(actions.InvalidWords):
        actions.edit(mailing=held, words_fr=words, words_en=EN, by=ALINE, now=NOW)
    assert Mailing.objects.get().words_fr == ""


def test_one_language_is_not_enough_and_none_takes_it_away(held):
    with pytest.raises(actions.InvalidWords):
        actions.edit(mailing=held, words_fr=FR, words_en="", by=ALINE, now=NOW)
    actions.edit(mailing=held, words_fr=FR, words_en=EN, by=ALINE, now=NOW)
    actions.edit(mailing=held, words_fr="", words_en="", by=ALINE, now=NOW)
    assert Mailing.objects.get().words_en == ""
