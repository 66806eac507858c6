"""The incident as STIX 2.1 objects: who tells, who is touched, what it is, how they came in; TLP 2.0 on each.

STIX 2.1, section 4.5: `incident` is a stub, with name and description; what more is known is in its labels.
"""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .facts import Passed, Victim, instant

Object = dict[str, Any]

# FIRST's TLP 2.0 as the OASIS common objects define it: the identifiers are fixed.
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
#   entry vector -> technique of MITRE ATT&CK; what has none says nothing of the way in
TECHNIQUES = {
    "remote_access": ("T1133", "External Remote Services"),
    "mail": ("T1566", "Phishing"),
    "account": ("T1078", "Valid Accounts"),
    "exposed_service": ("T1190", "Exploit Public-Facing Application"),
    "provider": ("T1199", "Trusted Relationship"),
    "removable_media": ("T1091", "Replication Through Removable Media"),
}
LABELLED = ("kind", "cause", "vector", "equipment", "care", "danger", "system", "reach")


def bundle(passed: Passed) -> Object:
    """All objects of one incident, with the marking that they name."""
    return {"type": "bundle", "id": f"bundle--{passed.part('bundle')}", "objects": objects(passed)}


def objects(passed: Passed) -> list[Object]:
    """The marking, the producer, the victims, the incident, the way in and the relations, in this order."""
    victims = [_victim(passed, one) for one in passed.victims]
    one = _incident(passed)
    way_in = _way_in(passed)
    ends = [*victims, *way_in]
    return [_marking(passed.tlp), _producer(passed), *victims, one, *way_in, *_relations(passed, one, ends)]


def _marking(tlp: str) -> Object:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP[tlp],
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{tlp.upper()}",
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    }


def _object(passed: Passed, kind: str, uid: object, **told: Any) -> Object:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uid}",
        "created_by_ref": _producer_id(passed),
        "created": instant(passed.passed_on_at),
        "modified": instant(max(passed.updated_at, passed.passed_on_at)),
        "object_marking_refs": [TLP[passed.tlp]],
        **told,
    }


def _producer_id(passed: Passed) -> str:
    return f"identity--{uuid5(NAMESPACE_URL, passed.source)}"


def _producer(passed: Passed) -> Object:
    """The same object with each incident: a year before anything was told, and never changed."""
    since = "2026-01-01T00:00:00.000Z"
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": _producer_id(passed),
        "created": since,
        "modified": since,
        "name": passed.producer,
        "identity_class": "organization",
        "sectors": ["healthcare"],
        "object_marking_refs": [TLP[passed.tlp]],
    }


def _victim(passed: Passed, one: Victim) -> Object:
    references = [{"source_name": "FINESS", "external_id": one.finess}] if one.finess else []
    told: Object = {"name": one.name, "identity_class": "organization", "sectors": ["healthcare"]}
    if references:
        told["external_references"] = references
    return _object(passed, "identity", passed.part(f"victim:{one.finess or one.name}"), **told)


def _incident(passed: Passed) -> Object:
    labels = [f"{axis}:{passed.axes[axis]}" for axis in LABELLED if passed.axes.get(axis, "unknown") != "unknown"]
    labels += [f"gravity:{passed.gravity}", f"origin:{passed.origin}", f"rsit:{passed.rsit_class}"]
    told: Object = {
        "name": passed.title,
        "labels": labels,
        "external_references": [{"source_name": "vigie", "url": passed.address, "external_id": str(passed.number)}],
    }
    if passed.summary:
        told["description"] = passed.summary
    return _object(passed, "incident", passed.uid, **told)


def _way_in(passed: Passed) -> list[Object]:
    found = TECHNIQUES.get(passed.axes.get("vector", ""))
    if found is None:
        return []
    number, name = found
    reference = {
        "source_name": "mitre-attack",
        "external_id": number,
        "url": f"https://attack.mitre.org/techniques/{number}/",
    }
    return [
        _object(
            passed, "attack-pattern", passed.part(f"technique:{number}"), name=name, external_references=[reference]
        )
    ]


def _relations(passed: Passed, one: Object, ends: Iterable[Object]) -> list[Object]:
    # STIX 2.1 defines no relation of `incident` of its own: "related-to" is common to all objects.
    return [
        _object(
            passed, "relationship", passed.part(f"relation:{end['id']}"),
            relationship_type="related-to", source_ref=one["id"], target_ref=end["id"],
        )
        for end in ends
    ]  # fmt: skip
