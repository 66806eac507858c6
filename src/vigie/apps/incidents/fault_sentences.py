"""What is wrong with an answer and what to do, in the language of the reader: for the pages and for programs."""

from django.utils.translation import gettext

from vigie.engine.incidents.answers import Fault, Problem


def sentence(fault: Fault) -> str:
    """What is wrong with one answer and what to do, in the language of the reader."""
    if fault.problem is Problem.MISSING:
        return {
            "structure": gettext("Give the name of the structure, or its FINESS number."),
            "seen": gettext("Say in a few words what you see: that is enough to begin."),
            "discovered_at": gettext("Give the day and the hour, even about."),
            "email": gettext("Give an e-mail address: it is where you confirm your declaration."),
        }[fault.field]
    if fault.problem in {Problem.TOO_LONG, Problem.NOT_A_NUMBER}:
        text = {
            Problem.TOO_LONG: gettext("Shorten this text: %(most)s characters at most."),
            Problem.NOT_A_NUMBER: gettext("Give a whole number in figures, of at most %(most)s, or leave it empty."),
        }[fault.problem]
        return text % {"most": fault.most}
    return {
        Problem.UNPRINTED: gettext("Take out the character that is not printed: it often comes with a copied text."),
        Problem.NOT_A_CHOICE: gettext("Choose one of the answers of the list; “I do not know” is one."),
        Problem.NOT_A_MOMENT: gettext("Write the day and the hour so: 2026-11-23 05:30."),
        Problem.IN_THE_FUTURE: gettext("This moment has not come yet: look at the day and the hour."),
        Problem.TOO_OLD: gettext("This is years ago: look at the year."),
        Problem.AFTER_DISCOVERY: gettext("It cannot have begun after it was seen."),
        Problem.NOT_A_FINESS: gettext(
            "This is not a FINESS number: nine characters, the last one checks the others. "
            "If you do not have it, leave it empty and give the name."
        ),
        Problem.FINESS_UNKNOWN: gettext(
            "No establishment that we know has this FINESS number. "
            "Look at it again, or leave it empty and give the name."
        ),
        Problem.NOT_AN_EMAIL: gettext("This is not an e-mail address: name@example.org."),
        Problem.PATIENT_NUMBER: gettext(
            "This holds what looks like the national number of a patient. Take it out: nobody needs it here."
        ),
    }[fault.problem]
