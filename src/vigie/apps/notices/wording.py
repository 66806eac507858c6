"""What a message says: that something waits, and where. Never what: mail is read by many on its way."""

from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from .enums import ItemKind, NoticeKind
from .models import Notice


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one message, in its language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Case:
    """All that the words of a message depend on, but for its link."""

    language: str
    kind: str
    urgent: bool
    repeats: bool
    added: str = ""  # what a person wrote for this occasion
    checks: bool = False  # they are asked to check something, and no weakness is told


LINK = "https://link.invalid/"


def letter(notice: Notice, *, link: str) -> Letter:
    added = notice.alert.mailing.words(notice.language) if notice.alert else ""
    words = _written(_Case(notice.language, notice.kind, notice.urgent, notice.repeats > 0, added, _checks(notice)))
    return Letter(words.subject, words.text.replace(LINK, link), words.html.replace(LINK, escape(link)))


def _checks(notice: Notice) -> bool:
    if notice.alert is None:
        return False
    kinds = {item.kind for item in notice.alert.items.all()}
    return kinds == {ItemKind.CHECK}


@lru_cache(maxsize=512)  # a few dozen cases and what was added, against thousands of messages an hour
def _written(case: _Case) -> Letter:
    with override(case.language):
        subject, title = _subject(case), _title(case)
        paragraphs, footer = _paragraphs(case), _footer(case)
        parts = [title, *paragraphs, _("Open the message:") + f"\n{LINK}", "-- ", *footer]
        html = render_to_string(
            "notices/mail.html",
            {
                "language": case.language,
                "subject": subject,
                "title": title,
                "paragraphs": paragraphs,
                "link": LINK,
                "link_text": _("Open the message"),
                "footer": footer,
            },
        )
    return Letter(subject, "\n\n".join(parts).replace("-- \n\n", "-- \n") + "\n", html)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of what is told to somebody about one thing; msgids, put into the language when written."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]


OF_ONE_THING = {
    NoticeKind.CONFIRMATION: _Words(
        gettext_noop("Vigie: please confirm your declaration"),
        gettext_noop("Please confirm your declaration"),
        (
            gettext_noop("An incident of a health establishment was declared with this address. It was received."),
            gettext_noop("Open the link and press the button to confirm it. Until then it is marked as not confirmed."),
            gettext_noop("If you declared nothing, do nothing: the national cell checks what is not confirmed."),
        ),
    ),
    NoticeKind.RECEIPT: _Words(
        gettext_noop("Vigie: your declaration was received"),
        gettext_noop("Your declaration was received"),
        (
            gettext_noop("The national cell reads it. The page says what happens next, and what the law asks of you."),
            gettext_noop("You can complete it there at any time, and say when it is over."),
        ),
    ),
    NoticeKind.DISCLOSURE: _Words(
        gettext_noop("Vigie: your report was received"),
        gettext_noop("Your report of a weakness was received"),
        (
            gettext_noop("Thank you. The national cell reads it, and verifies it before it tells the establishment."),
            gettext_noop("The page says how far it is. Please publish nothing before it is mended."),
        ),
    ),
    NoticeKind.WATCH: _Words(
        gettext_noop("Vigie: something is new of what you follow"),
        gettext_noop("Something is new of what you follow"),
        (
            gettext_noop("A product or a vulnerability that you follow has changed, or was seen somewhere new."),
            gettext_noop(
                "The page says which, once you are signed in. These messages can be stopped there, or by its link."
            ),
        ),
    ),
    NoticeKind.AUTHORITY: _Words(
        gettext_noop("Vigie: an incident is passed on to you"),
        gettext_noop("An incident is passed on to you"),
        (
            gettext_noop(
                "The national cell passes an incident of a health establishment on to you, as the law has it."
            ),
            gettext_noop("Please open it, and say that you have read it."),
        ),
    ),
    NoticeKind.OBLIGATION: _Words(
        gettext_noop("Vigie: reminder, the law expects something of you"),
        gettext_noop("The law expects something of you"),
        (
            gettext_noop(
                "You declared an incident. A law asks you to tell an authority, and nothing says yet that you did."
            ),
            gettext_noop(
                "The page says which one, by when and why, and helps you to prepare it. We send nothing for you."
            ),
        ),
    ),
    NoticeKind.SIGNATURE: _Words(
        gettext_noop("Vigie: an authorisation waits for your signature"),
        gettext_noop("An authorisation waits for your signature"),
        (
            gettext_noop("Your security officer asks you to authorise a look at what you show to the internet."),
            gettext_noop("Reading and signing takes about ten minutes. Nothing is sent to your machines before that."),
        ),
    ),
    NoticeKind.TOUCHED: _Words(
        gettext_noop("Vigie: does an incident of a provider touch you?"),
        gettext_noop("Does an incident of a provider touch you?"),
        (
            gettext_noop("A provider of health establishments has an incident, which may touch you."),
            gettext_noop("Open the link: it names the provider. If you are touched, one press declares it, once."),
        ),
    ),
    NoticeKind.NEW_START: _Words(
        gettext_noop("Vigie: an account was given a new start"),
        gettext_noop("An account was given a new start"),
        (
            gettext_noop("An administrator made a new way into an account that is yours, or that you answer for."),
            gettext_noop("If it was asked for, do nothing. If not, open the link and refuse it: the account closes."),
        ),
    ),
}


def _subject(case: _Case) -> str:
    if case.kind in OF_ONE_THING:
        return _(OF_ONE_THING[NoticeKind(case.kind)].subject)
    if case.kind == NoticeKind.VERIFICATION:
        return _("Vigie: please confirm your address")
    if case.kind == NoticeKind.REMINDER:
        return _("Vigie: reminder, a message is waiting for you")
    if case.checks:
        return _("Vigie: please check, a message is waiting for you")
    if case.urgent:
        return _("Vigie: an urgent message is waiting for you")
    return _("Vigie: a message is waiting for you")


def _title(case: _Case) -> str:
    if case.kind in OF_ONE_THING:
        return _(OF_ONE_THING[NoticeKind(case.kind)].title)
    if case.kind == NoticeKind.VERIFICATION:
        return _("Please confirm your address")
    if case.checks:
        return _("Please check: a message is waiting for you")
    if case.urgent:
        return _("An urgent message is waiting for you")
    return _("A message is waiting for you")


def _paragraphs(case: _Case) -> list[str]:
    if case.kind in OF_ONE_THING:
        told = [_repeated()] if case.repeats else []
        return told + [_(paragraph) for paragraph in OF_ONE_THING[NoticeKind(case.kind)].paragraphs]
    if case.kind == NoticeKind.VERIFICATION:
        return [
            _("You were declared as a person to be told about the cybersecurity of a health establishment."),
            _("Open the link and press the button: until then, nothing else is sent to you."),
        ]
    told = [_repeated()] if case.repeats else []
    told.append(_concern(case))
    if case.kind == NoticeKind.REMINDER:
        told.append(_("It was sent to you before, and nobody has said yet that it was read."))
    if case.kind == NoticeKind.ESCALATION:
        told.append(_("It was sent to others before you, and nobody has said yet that it was read."))
    if case.added:
        told.append(case.added)
    told.append(_("The page says what was seen and what to do. Its button tells that you have read it."))
    return told


def _concern(case: _Case) -> str:
    if case.checks:
        return _(
            "It may concern an establishment that you are in charge of: from outside we cannot tell. Please check it."
        )
    if case.urgent:
        return _("It concerns the cybersecurity of an establishment that you are in charge of. Please read it now.")
    return _("It concerns the cybersecurity of an establishment that you are in charge of.")


def _repeated() -> str:
    return _("You may have received this very message already: if so, this is a repetition, not a second one.")


def _footer(case: _Case) -> list[str]:
    told = [_("This message holds no detail on purpose. Opening the link changes nothing by itself.")]
    if case.kind in OF_ONE_THING:
        return told
    if case.urgent:
        told.append(_("Urgent messages are sent at any hour and cannot be unsubscribed from."))
    elif case.kind != NoticeKind.VERIFICATION:
        told.append(_("The daily messages can be stopped from the page that the link opens."))
    return told
