"""The declaration on paper: one tagged page in each language, with the same questions as on the screen."""

import pytest
from django.utils import timezone

from vigie.engine.incidents.answers import FIELDS
from vigie.exports.paperform import paper_form_pdf
from vigie.web.components.paper import paper_form

typst = pytest.importorskip("typst")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("telephone", ["", "+33 9 00 00 00 00 (24 h sur 24)"])
def test_it_is_one_tagged_page_in_the_language_that_is_asked(language, telephone):
    form = paper_form(language, telephone, competent=False)
    body = paper_form_pdf(form, now=timezone.now())
    assert body.startswith(b"%PDF-")
    assert body.count(b"/Type/Page/") == 1
    assert b"/MarkInfo" in body
    assert f"/Lang({language}".encode() in body


def test_it_asks_what_the_page_asks():
    form = paper_form("fr", "", competent=False)
    assert sum(len(block.questions) for block in form.blocks) == len(FIELDS)
    assert form.title == "Déclaration d’un incident de sécurité"


def test_the_authority_itself_points_to_no_other_portal():
    advice = " ".join(paper_form("fr", "", competent=True).advice)
    assert "portail officiel" not in advice
