"""What a message says: that something waits, and where. Never what: mail is read by many on its way."""

from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from .enums import NoticeKind
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


LINK = "https://link.invalid/"


def letter(notice: Notice, *, link: str) -> Letter:
    words = _written(_Case(notice.language, notice.kind, notice.urgent, notice.repeats > 0))
    return Letter(words.subject, words.text.replace(LINK, link), words.html.replace(LINK, escape(link)))


@cache  # a few dozen cases, against thousands of messages an hour
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


def _subject(case: _Case) -> str:
    if case.kind == NoticeKind.VERIFICATION:
        return _("Vigie: please confirm your address")
    if case.kind == NoticeKind.REMINDER:
        return _("Vigie: reminder, a message is waiting for you")
    if case.urgent:
        return _("Vigie: an urgent message is waiting for you")
    return _("Vigie: a message is waiting for you")


def _title(case: _Case) -> str:
    if case.kind == NoticeKind.VERIFICATION:
        return _("Please confirm your address")
    if case.urgent:
        return _("An urgent message is waiting for you")
    return _("A message is waiting for you")


def _paragraphs(case: _Case) -> list[str]:
    if case.kind == NoticeKind.VERIFICATION:
        return [
            _("You were declared as a person to be told about the cybersecurity of a health establishment."),
            _("Open the link and press the button: until then, nothing else is sent to you."),
        ]
    told = [_repeated()] if case.repeats else []
    told.append(
        _("It concerns the cybersecurity of an establishment that you are in charge of. Please read it now.")
        if case.urgent
        else _("It concerns the cybersecurity of an establishment that you are in charge of.")
    )
    if case.kind == NoticeKind.REMINDER:
        told.append(_("It was sent to you before, and nobody has said yet that it was read."))
    if case.kind == NoticeKind.ESCALATION:
        told.append(_("It was sent to others before you, and nobody has said yet that it was read."))
    told.append(_("The page says what was seen and what to do. Its button tells that you have read it."))
    return told


def _repeated() -> str:
    return _("You may have received this very message already: if so, this is a repetition, not a second one.")


def _footer(case: _Case) -> list[str]:
    told = [_("This message holds no detail on purpose. Opening the link changes nothing by itself.")]
    if case.urgent:
        told.append(_("Urgent messages are sent at any hour and cannot be unsubscribed from."))
    elif case.kind != NoticeKind.VERIFICATION:
        told.append(_("The daily messages can be stopped from the page that the link opens."))
    return told
