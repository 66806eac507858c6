"""A chart of columns in their order, months, days or hours: geometry only; the template writes it out."""

from dataclasses import dataclass

from vigie.exports.incident_year.sheet import Block

WIDTH, HEIGHT, TOP, LABELS = 320.0, 96.0, 14.0, 14.0
MOST_LABELS = 12  # beyond, one label in three is written


@dataclass(frozen=True, slots=True)
class Column:
    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str  # "" where there is no room
    count: str  # "" where there is no room
    told: str  # "January: 12"


@dataclass(frozen=True, slots=True)
class ColumnChart:
    columns: tuple[Column, ...]
    base: float  # the zero line

    @property
    def label_y(self) -> float:
        return self.base + LABELS - 2


def column_chart(block: Block) -> ColumnChart | None:
    """None of what has no order to stand in. What is unknown has no place in it: the table under it tells it."""
    rows = [row for row in block.rows if not row.is_unknown]
    if not block.as_columns or not rows:
        return None
    step = WIDTH / len(rows)
    every = 1 if len(rows) <= MOST_LABELS else 3
    columns = []
    for number, row in enumerate(rows):
        height = round(HEIGHT * row.width / 100, 1)
        columns.append(
            Column(
                x=round(number * step + step * 0.14, 1),
                y=round(TOP + HEIGHT - height, 1),
                width=round(step * 0.72, 1),
                height=height,
                middle=round(number * step + step / 2, 1),
                label=row.short if number % every == 0 else "",
                count=row.count if every == 1 else "",
                told=f"{row.label}: {row.count}",
            )
        )
    return ColumnChart(tuple(columns), TOP + HEIGHT)
