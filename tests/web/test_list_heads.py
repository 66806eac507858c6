"""A list names its columns: a page that draws them from nothing shows a table that nobody can read."""

from pathlib import Path

import vigie.web

TEMPLATES = Path(vigie.web.__file__).parent / "templates"


def test_heads_are_drawn_from_a_table_and_not_from_nothing():
    bare = [str(path) for path in TEMPLATES.rglob("*.html") if '{% include "web/parts/heads.html"' in path.read_text()]
    assert bare == [], "write {% column_heads table %}"
