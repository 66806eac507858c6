"""A list that works: sort, filter and page in the address, and the same rows as CSV."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from vigie.exports.csv_text import csv_text

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list. Without `order` it cannot be sorted, without `text` it is not in the CSV."""

    slug: str
    label: str | Promise
    order: tuple[str, ...] = ()  # fields of ORDER BY
    text: Callable[[Any], object] | None = None
    css: str = ""
    in_page: bool = True  # False: in the CSV only


@dataclass(frozen=True, slots=True)
class Head:
    label: str
    css: str
    url: str  # "" when it cannot be sorted
    sorted: str  # "ascending", "descending" or "none", as aria-sort says it


@dataclass(frozen=True, slots=True)
class Table:
    """What a template needs of a list: its heads, its page, and its addresses."""

    heads: tuple[Head, ...]
    page: "Page[Any]"
    rows: tuple[Any, ...]
    total: int
    csv_url: str
    previous_url: str
    next_url: str


def sorted_by(rows: QuerySet[Any], columns: Iterable[Column], request: HttpRequest, default: str) -> QuerySet[Any]:
    """Order by ?sort=slug or ?sort=-slug; anything else is the default. The key ends it, so the order is total."""
    return _sorted(rows, columns, request.GET.get("sort", default), default)


def _sorted(rows: QuerySet[Any], columns: Iterable[Column], asked: str, default: str) -> QuerySet[Any]:
    for column in columns:
        if column.order and column.slug == asked.removeprefix("-"):
            backwards = asked.startswith("-")
            fields = [_ordered(rows.model, name, backwards) for name in column.order]
            return rows.order_by(*fields, "pk")
    return rows if asked == default else _sorted(rows, columns, default, default)


def _ordered(model: type[Model], name: str, backwards: bool) -> Any:
    path, down = name.removeprefix("-"), name.startswith("-") != backwards
    # No index is in the order "nulls last": it is said only where there are nulls.
    last = True if _may_be_null(model, path) else None
    return F(path).desc(nulls_last=last) if down else F(path).asc(nulls_last=last)


def _may_be_null(model: type[Model], path: str) -> bool:
    """Whether a column can be empty; what is counted or computed is taken as if it could."""
    here: Any = model
    for part in path.split("__"):
        try:
            field = here._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        if field.null or not field.concrete:
            return True
        here = field.related_model
    return False


def table(
    rows: QuerySet[Any],
    columns: tuple[Column, ...],
    request: HttpRequest,
    default: str,
    shape: Callable[[Iterable[Any]], Iterable[Any]] = list,
    total: int | None = None,
) -> Table:
    """One page of a list; `shape` turns its objects into what the template shows; `total` when it is known already."""
    paginator = Paginator(sorted_by(rows, columns, request, default), PAGE_SIZE)
    if total is not None:
        paginator.count = total
    page = paginator.get_page(request.GET.get("page"))
    return Table(
        heads=tuple(_head(column, request, default) for column in columns if column.in_page),
        page=page,
        rows=tuple(shape(page.object_list)),
        total=paginator.count,
        csv_url=_url(request, format="csv", page=None),
        previous_url=_url(request, page=str(page.number - 1)) if page.has_previous() else "",
        next_url=_url(request, page=str(page.number + 1)) if page.has_next() else "",
    )


def _head(column: Column, request: HttpRequest, default: str) -> Head:
    if not column.order:
        return Head(str(column.label), column.css, "", "none")
    current = request.GET.get("sort", default)
    if current == column.slug:
        return Head(str(column.label), column.css, _url(request, sort=f"-{column.slug}", page=None), "ascending")
    state = "descending" if current == f"-{column.slug}" else "none"
    return Head(str(column.label), column.css, _url(request, sort=column.slug, page=None), state)


def _url(request: HttpRequest, **changes: str | None) -> str:
    kept = {key: value for key, value in request.GET.items() if value and key not in changes}
    return "?" + urlencode({**kept, **{key: value for key, value in changes.items() if value is not None}})


def wants_csv(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"


def csv_response(rows: Iterable[Any], columns: Iterable[Column], name: str) -> HttpResponse:
    """Every row of the list, as a spreadsheet reads it."""
    told = [column for column in columns if column.text]
    cells = ([column.text(row) for column in told if column.text] for row in rows)
    return HttpResponse(
        csv_text([str(column.label) for column in told], cells),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
