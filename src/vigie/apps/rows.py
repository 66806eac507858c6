"""Append many rows at once, where the processor is what is short.

`bulk_create` prepares each value of each row apart, and each model is a statement. PostgreSQL reads one JSON text a
model instead, all in one statement: for what hangs from a declaration, a fifth of the processor time, on the day when
hundreds of hospitals declare together.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models


def append(rows: Iterable[models.Model]) -> None:
    """Insert rows whose keys nobody needs: they are not brought back, and no signal is sent."""
    models_of: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        models_of.setdefault(type(row), []).append(row)
    if connection.vendor == "postgresql":
        _append_as_json(models_of)
        return
    for model, ones in models_of.items():
        model._default_manager.bulk_create(ones)


def _append_as_json(models_of: dict[type[models.Model], list[models.Model]]) -> None:
    parts, told = [], []
    for model, ones in models_of.items():
        names, insert = _insert(model)
        parts.append(insert)
        told.append(json.dumps([{column: getattr(one, name) for name, column in names} for one in ones], default=_text))
    if not parts:
        return
    beside = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {beside} {parts[-1]}" if beside else parts[-1], told)


@cache
def _insert(model: type[models.Model]) -> tuple[tuple[tuple[str, str], ...], str]:
    """(attribute, column) of what is written, and the statement that takes it as one JSON list."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    quoted = connection.ops.quote_name
    names = tuple((field.attname, str(field.column)) for field in fields)
    columns = ", ".join(quoted(column) for _name, column in names)
    types = ", ".join(f"{quoted(str(field.column))} {field.db_type(connection)}" for field in fields)
    table = quoted(model._meta.db_table)
    # Names and types of our own models: nothing of it was typed by anybody.
    insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_to_recordset(%s) AS told({types})"  # noqa: S608
    return names, insert


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written this way: save it by itself")
