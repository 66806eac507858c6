"""Is this web page the front door of a data store that speaks HTTP?"""

from typing import Any

import msgspec

from vigie.engine.facts import DatabaseFacts

from ..answer import text_of
from ..http import HttpAnswer


def parse(answer: HttpAnswer) -> DatabaseFacts | None:
    """The facts of Elasticsearch, OpenSearch or CouchDB; None for any other page. Only "/" was asked: no document."""
    if answer.status == 401:
        product = answer.header("x-elastic-product")
        return _store("elasticsearch", None, False, "asks to sign in") if product == "Elasticsearch" else None
    document = _json(answer)
    if document.get("couchdb") == "Welcome":
        # CouchDB greets everyone, secured or not.
        return _store("couchdb", document.get("version"), None, "Welcome")
    tagline = document.get("tagline")
    version = document.get("version")
    if not isinstance(version, dict) or not isinstance(tagline, str):
        return None
    if tagline == "You Know, for Search":
        return _store("elasticsearch", version.get("number"), True, tagline)
    if tagline.startswith("The OpenSearch Project"):
        return _store("opensearch", version.get("number"), True, tagline)
    return None


def _json(answer: HttpAnswer) -> dict[str, Any]:
    if answer.status != 200 or answer.body.lstrip()[:1] != b"{":
        return {}
    try:
        document = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _store(engine: str, version: Any, answers_anyone: bool | None, said: str) -> DatabaseFacts:
    told = text_of(version.encode(), 64) if isinstance(version, str) else None
    return DatabaseFacts(engine, told or None, None, answers_anyone, text_of(said.encode(), 200))
