"""What a message says: that something waits, and where. Never what: mail is read by many on its way."""

from dataclasses import dataclass

from django.template.loader import render_to_string
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


def letter(notice: Notice, *, link: str) -> Letter:
    with override(notice.language):
        subject, title = _subject(notice), _title(notice)
        paragraphs, footer = _paragraphs(notice), _footer(notice)
        link_text = _("Open the message")
        parts = [title, *paragraphs, _("Open the message:") + f"\n{link}", "-- ", *footer]
        html = render_to_string(
            "notices/mail.html",
            {
                "language": notice.language,
                "subject": subject,
                "title": title,
                "paragraphs": paragraphs,
                "link": link,
                "link_text": link_text,
                "footer": footer,
            },
        )
    return Letter(subject, "\n\n".join(parts).replace("-- \n\n", "-- \n") + "\n", html)


def _subject(notice: Notice) -> str:
    if notice.kind == NoticeKind.VERIFICATION:
        return _("Vigie: please confirm your address")
    if notice.kind == NoticeKind.REMINDER:
        return _("Vigie: reminder, a message is waiting for you")
    if notice.urgent:
        return _("Vigie: an urgent message is waiting for you")
    return _("Vigie: a message is waiting for you")


def _title(notice: Notice) -> str:
    if notice.kind == NoticeKind.VERIFICATION:
        return _("Please confirm your address")
    if notice.urgent:
        return _("An urgent message is waiting for you")
    return _("A message is waiting for you")


def _paragraphs(notice: Notice) -> list[str]:
    if notice.kind == NoticeKind.VERIFICATION:
        return [
            _("You were declared as a person to be told about the cybersecurity of a health establishment."),
            _("Open the link and press the button: until then, nothing else is sent to you."),
        ]
    told = [_repeated()] if notice.repeats else []
    told.append(
        _("It concerns the cybersecurity of an establishment that you are in charge of. Please read it now.")
        if notice.urgent
        else _("It concerns the cybersecurity of an establishment that you are in charge of.")
    )
    if notice.kind == NoticeKind.REMINDER:
        told.append(_("It was sent to you before, and nobody has said yet that it was read."))
    if notice.kind == NoticeKind.ESCALATION:
        told.append(_("It was sent to others before you, and nobody has said yet that it was read."))
    told.append(_("The page says what was seen and what to do. Its button tells that you have read it."))
    return told


def _repeated() -> str:
    return _("You may have received this very message already: if so, this is a repetition, not a second one.")


def _footer(notice: Notice) -> list[str]:
    told = [_("This message holds no detail on purpose. Opening the link changes nothing by itself.")]
    if notice.urgent:
        told.append(_("Urgent messages are sent at any hour and cannot be unsubscribed from."))
    elif notice.kind != NoticeKind.VERIFICATION:
        told.append(_("The daily messages can be stopped from the page that the link opens."))
    return told
