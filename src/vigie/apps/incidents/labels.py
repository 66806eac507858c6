"""The official words of every axis, in one language, for what cannot ask gettext: documents and exports."""

from django.utils import translation

from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.registry.models import Establishment, Territory

from .enums import (
    CareMode,
    EntryEquipment,
    EntryVector,
    IncidentCause,
    IncidentKind,
    IncidentOrigin,
    PatientDanger,
    RsitClass,
)

AXES = {
    "origin": IncidentOrigin,
    "kind": IncidentKind,
    "rsit_class": RsitClass,
    "cause": IncidentCause,
    "vector": EntryVector,
    "equipment": EntryEquipment,
    "danger": PatientDanger,
    "care": CareMode,
}


def labels_of(language: str) -> dict[str, dict[str, str]]:
    """Axis -> slug -> words; "region" and "category" come from the registry."""
    regions = Territory.objects.filter(kind=TerritoryKind.REGION).order_by("code").values_list("code", "name")
    categories = Establishment.objects.exclude(category_label="").order_by("category")
    with translation.override(language):
        axes = {axis: {slug: str(words) for slug, words in kinds.choices} for axis, kinds in AXES.items()}
    return axes | {
        "region": dict(regions),
        "category": dict(categories.values_list("category", "category_label").distinct()),
    }
