"""The form of a declaration on paper: the same questions as on the page, with room for a pen."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from vigie.apps.incidents import enums
from vigie.engine.incidents.answers import BLOCKS, LONG
from vigie.exports.paperform import Block, PaperForm, Question, Room

from .declaration import CHOICES_OF, LABELS, TITLES

MOST_BOXES = 6  # of a longer list a person writes the answer: the cell finds its place in it


def paper_form(language: str, telephone: str, *, competent: bool) -> PaperForm:
    with override(language):
        advice = [
            _("Three answers are enough: where, what you see, and since when. Leave what you do not know."),
            _("Give no name of a patient and no medical data."),
        ]
        if telephone:
            advice.append(_("Call, and read it out; or have it carried: the time at which it was received counts."))
        if not competent:
            advice.append(_("It does not replace the official portal: signalement.social-sante.gouv.fr"))
        return PaperForm(
            language=language,
            title=_("Declaration of a security incident"),
            advice=tuple(advice),
            telephone_label=_("The cell answers at"),
            telephone=telephone,
            blocks=tuple(Block(str(TITLES[slug][0]), _questions(names)) for slug, names in BLOCKS.items()),
            cell_title=_("For the cell"),
            cell=(_("Received on"), _("By"), _("Reference")),
            foot=_("Declaring never lowers a level and never weighs on a funding decision."),
        )


def _questions(names: tuple[str, ...]) -> tuple[Question, ...]:
    return tuple(_question(name) for name in names)


def _question(name: str) -> Question:
    label = str(LABELS[name])
    if name == "natures":
        return Question(label, Room.BOXES, tuple(str(one.label) for one in enums.DataNature))
    if name in CHOICES_OF and len(CHOICES_OF[name].choices) <= MOST_BOXES:
        return Question(label, Room.BOXES, tuple(str(word) for _slug, word in CHOICES_OF[name].choices))
    return Question(label, Room.LINES if name in LONG else Room.LINE)
