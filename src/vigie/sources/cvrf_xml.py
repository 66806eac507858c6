"""How is a CVRF document in XML told in the words of its JSON form, without opening what may hide in XML?"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring


class BadXml(Exception):
    """Not a CVRF document; the message is one sentence."""


def plain(content: bytes) -> dict[str, Any]:
    """Return what the reader of CVRF needs, under the names of the JSON form. Raises BadXml."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadXml("it declares entities or a document type, which no advisory needs: refused") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadXml(f"not whole XML: {error}") from error
    if _name(root) != "cvrfdoc":
        raise BadXml(f"{_name(root)[:40]!r} is not a CVRF document")
    tracking = _child(root, "DocumentTracking")
    identification = _child(tracking, "Identification")
    advisory = _text(_child(identification, "ID"))
    vulnerabilities = [_vulnerability(one) for one in root if _name(one) == "Vulnerability"]
    if not advisory or not (_text(_child(root, "DocumentTitle")) or vulnerabilities):
        # Fortinet answers so for an identifier that it does not have.
        raise BadXml("it names no advisory")
    return {
        "documenttracking": {
            "identification": {"id": advisory},
            "initial_release_date": _text(_child(tracking, "InitialReleaseDate")),
        },
        "documentnotes": {
            "note": [
                {"title": note.get("Title", ""), "text": _text(note)}
                for note in _children(_child(root, "DocumentNotes"), "Note")
            ]
        },
        "vulnerability": vulnerabilities,
    }


def _vulnerability(part: Element) -> dict[str, Any]:
    statuses = _children(_child(part, "ProductStatuses"), "Status")
    scores = [
        {"base_score_v3": _text(_child(one, "BaseScoreV3")), "vector_v3": _text(_child(one, "VectorV3"))}
        for one in _children(_child(part, "CVSSScoreSets"), "ScoreSetV3")
    ]
    return {
        "cve": [_text(one) for one in _children(part, "CVE")],
        "product_statuses": {
            "status": [
                {"type": one.get("Type", ""), "product_id": [_text(each) for each in _children(one, "ProductID")]}
                for one in statuses
            ]
        },
        "cvss_scoresets": {"scoreset_v3": scores[0] if scores else {}},
    }


def _name(element: Element) -> str:
    """Without its namespace: versions 1.1 and 1.2 of the format have others."""
    return str(element.tag).rpartition("}")[2]


def _children(parent: Element | None, name: str) -> list[Element]:
    return [one for one in parent if _name(one) == name] if parent is not None else []


def _child(parent: Element | None, name: str) -> Element | None:
    return next(iter(_children(parent, name)), None)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
