"""Which columns hold what rests encrypted, and under which keys?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Count
from django.db.models.functions import Substr

from .encryption import HEAD_BYTES, head_of, key_name
from .fields import EncryptedField


@dataclass(frozen=True, slots=True)
class Column:
    model: type[models.Model]
    field: EncryptedField

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    def rows(self) -> "models.QuerySet[models.Model]":
        """Those that hold something, with the head of it."""
        held = self.model._base_manager.exclude(**{self.field.name: None})
        head = Substr(self.field.name, 1, HEAD_BYTES, output_field=models.BinaryField())
        rows: models.QuerySet[models.Model] = held.annotate(head=head)
        return rows

    def not_under(self, key: str) -> "models.QuerySet[models.Model]":
        return self.rows().exclude(head=head_of(key))


def encrypted_columns() -> Iterator[Column]:
    """Read from the models, so that a new column cannot be forgotten."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField):
                yield Column(model, field)


def counts_by_key() -> Counter[str]:
    """Name of a key -> values that rest under it; reads the head of every one."""
    found: Counter[str] = Counter()
    for column in encrypted_columns():
        for head, count in column.rows().order_by().values_list("head").annotate(n=Count("pk")):
            found[key_name(bytes(head))] += count
    return found


def is_anything_encrypted() -> bool:
    return any(column.rows().exists() for column in encrypted_columns())
