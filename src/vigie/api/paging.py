"""Long lists, a stretch at a time: a cursor names the last row that was told, so that no page is read twice."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.core import signing
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext
from pydantic import BaseModel, Field

from vigie.exports.csv_text import MARK, cell

from .problems import invalid

SALT = "vigie.api.cursor"
MOST_JSON, MOST_CSV = 1_000, 100_000  # rows of one answer
CHUNK = 1_000

Row = TypeVar("Row", bound=BaseModel)
Shape = Callable[[Sequence[Any]], Iterable[BaseModel]]  # what the rows of one stretch tell
Limit = Annotated[int, Field(ge=1, le=MOST_JSON, description="Rows of one answer, as JSON.")]
Cursor = Annotated[
    str, Field(max_length=600, pattern=r"^[A-Za-z0-9_:.\-]*$", description="`next` of the answer before.")
]
Format = Annotated[Literal["json", "csv"], Field(description="`csv` is the whole list, for spreadsheets.")]


class Page(BaseModel, Generic[Row]):
    items: list[Row]
    next: str | None = Field(description="The cursor of what follows; null at the end.")


@dataclass(frozen=True, slots=True)
class Order:
    """Fields that are never null; the last one is unique. A cursor of one order is not read in another."""

    slug: str
    fields: tuple[str, ...]  # as order_by says them


@dataclass(frozen=True, slots=True)
class Asked:
    cursor: str
    limit: int
    format: str = "json"


def listing(
    rows: "QuerySet[Any]",
    order: Order,
    asked: Asked,
    shape: Shape,
    page: type[Page[Any]],
    name: str,
) -> Page[Any] | StreamingHttpResponse:
    """One page as JSON; or all of it as CSV, streamed. A CSV is whole or refused: cut, it would lie."""
    if asked.format == "csv":
        return _csv(rows, order, shape, page, name)
    found, following = stretch(rows, order, asked.cursor, asked.limit)
    return page(items=list(shape(found)), next=following)


def each(told: Callable[[Any], BaseModel]) -> Shape:
    return lambda rows: map(told, rows)


def stretch(rows: "QuerySet[Any]", order: Order, cursor: str, limit: int) -> tuple[list[Any], str | None]:
    """At most `limit` rows after the cursor, and the cursor of what follows them."""
    found = list(_after(rows, order, cursor, limit + 1))
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor_of(found[limit - 1], order)


def _after(rows: "QuerySet[Any]", order: Order, cursor: str, limit: int) -> Iterator[Any]:
    rows = rows.order_by(*order.fields)
    if not cursor:
        yield from rows[:limit]
        return
    last = _read(cursor, order)
    # Same in all but the last field, then in all but the last two...: each is one range of an index, in the order
    # of the list. One condition that says them all with OR would read the list from its start.
    left = limit
    for depth in range(len(order.fields) - 1, -1, -1):
        same = {field.removeprefix("-"): value for field, value in zip(order.fields[:depth], last, strict=False)}
        field = order.fields[depth]
        beyond = f"{field.removeprefix('-')}__{'lt' if field.startswith('-') else 'gt'}"
        for row in rows.filter(**same, **{beyond: last[depth]})[:left]:
            left -= 1
            yield row
        if not left:
            return


def cursor_of(row: Any, order: Order) -> str:
    """What names this row in this order, for the question that reads on after it."""
    values = [_plain(getattr(row, field.removeprefix("-"))) for field in order.fields]
    return signing.dumps([order.slug, values], salt=SALT, compress=True)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(cursor: str, order: Order) -> Sequence[Any]:
    try:
        slug, values = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise invalid("query.cursor", gettext("This is no cursor that an answer gave.")) from error
    if slug != order.slug or len(values) != len(order.fields):
        raise invalid("query.cursor", gettext("This cursor is of another list, or of another order."))
    found: Sequence[Any] = values
    return found


def _csv(rows: "QuerySet[Any]", order: Order, shape: Shape, page: type[Page[Any]], name: str) -> StreamingHttpResponse:
    if rows.order_by().values("pk")[: MOST_CSV + 1].count() > MOST_CSV:
        sentence = gettext("This list has more than %(n)d rows: filter it, or read it as JSON, page by page.")
        raise invalid("query.format", sentence % {"n": MOST_CSV})
    heads = list(page.model_fields["items"].annotation.__args__[0].model_fields)  # type: ignore[union-attr]

    def lines() -> Iterator[str]:
        yield MARK + _line(heads)
        cursor: str | None = ""
        while cursor is not None:
            found, cursor = stretch(rows, order, cursor, CHUNK)
            yield from (_line([cell(_flat(value)) for value in row.model_dump().values()]) for row in shape(found))

    headers = {"Content-Disposition": f'attachment; filename="vigie-{name}.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _flat(value: object) -> object:
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    if isinstance(value, dict):
        return value.get("finess") or value.get("letter") or ""
    return value


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(values)
    return out.getvalue()
