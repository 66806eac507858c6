from typing import Any

from django.db import models

from .encryption import MAGIC


class NotEncrypted(ValueError):
    """Something in clear was about to be stored in a column of what rests encrypted."""


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]  # generic for the checker only
    """A column of what `encrypt` returned, found by the rotation of keys; nothing in clear can be stored in it.

    `about` names the column of the same row whose value was given as `about` to `encrypt`.
    """

    def __init__(self, *args: Any, purpose: str, about: str, **kwargs: Any) -> None:
        self.purpose, self.about = purpose, about
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose, "about": self.about}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not bytes(value).startswith(MAGIC):
            raise NotEncrypted(f"{self.model.__name__}.{self.name} takes what vault.encrypt returned, nothing else")
        return super().get_db_prep_value(value, connection, prepared)
