"""A nation of observed services, invented and always the same, written straight into the tables of an installation."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice

SEED = 20261123
REGIONS, DEPARTMENTS = 18, 101
PRODUCTS = 2_000  # distinct (vendor, product); a few are everywhere, most are rare
VERSIONS = 6  # of each
MOST_ESTABLISHMENTS = 100_000
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
SHA = "0" * 64


def establishments_of(services: int) -> int:
    """Ten services each, until there are as many as the nation has; then more services each."""
    return min(MOST_ESTABLISHMENTS, max(1, services // 10))


def services(number: int) -> Iterator[tuple[int, int, int]]:
    """(establishment, pair, host): the n-th product is seen 1/n as often as the first (Zipf).

    Neighbours in the order of hosts belong to neighbouring establishments, as campaigns write them.
    """
    dice = random.Random(SEED)
    establishments = establishments_of(number)
    weights = list(accumulate(1 / (1 + rank // VERSIONS) for rank in range(PRODUCTS * VERSIONS)))
    pairs = dice.choices(range(PRODUCTS * VERSIONS), cum_weights=weights, k=number)
    for host, pair in enumerate(pairs):
        around = host * establishments // number + dice.randint(-20, 20)
        yield min(max(around, 0), establishments - 1), pair, host


def build(number: int) -> int:
    """Fill an empty, migrated database for that many services; return the establishments. Pair n has number n + 1."""
    from vigie.apps.registry.models import Establishment, Group, Membership, Territory
    from vigie.apps.vulns.models import Pair

    establishments = establishments_of(number)
    regions = Territory.objects.bulk_create(
        Territory(kind="region", code=f"R{n}", name=f"Région {n}", invented=True) for n in range(REGIONS)
    )
    departments = Territory.objects.bulk_create(
        Territory(kind="department", code=f"D{n}", name=f"Département {n}", parent=regions[n % REGIONS], invented=True)
        for n in range(DEPARTMENTS)
    )
    groups = Group.objects.bulk_create(Group(kind="ght", code=f"G{n}", name=f"GHT {n}") for n in range(135))
    Pair.objects.bulk_create(
        [
            Pair(pk=n + 1, vendor="valmed", product=f"product{n // VERSIONS}", version=f"{n % VERSIONS}.0")
            for n in range(PRODUCTS * VERSIONS)
        ],
        batch_size=500,
    )
    _insert(
        Establishment,
        ("id", "finess", "name", "department_id"),
        ((n + 1, f"{n:09d}", f"Établissement {n}", departments[n % DEPARTMENTS].pk) for n in range(establishments)),
    )
    members = ((n + 1, groups[n % 135].pk, date(2020, 1, 1), NOW) for n in range(0, establishments, 20))
    _insert(Membership, ("establishment_id", "group_id", "valid_from", "recorded_at"), members)
    return establishments


def observe(number: int) -> None:
    """Write the services, some at a time, each with a first day of the last four hundred."""
    from django.db import connection

    from vigie.apps.scans.models import Service

    columns = (
        "establishment_id",
        "pair_id",
        "address",
        "port",
        "answer",
        "facts_sha256",
        "first_seen",
        "last_confirmed",
    )
    _insert(Service, columns, (_service(*one) for one in services(number)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scans_presence (pair_id, establishment_id, services)"
            " SELECT pair_id, establishment_id, COUNT(*) FROM scans_service GROUP BY 1, 2 ORDER BY 1, 2"
        )
        # As autovacuum leaves a PostgreSQL that has lived: its index alone then answers.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _service(establishment: int, pair: int, host: int) -> tuple[object, ...]:
    address = f"10.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"
    first = NOW - timedelta(days=host % 400)
    return establishment + 1, pair + 1, address, 443 + (host >> 24), "answered", SHA, first, NOW


def _insert(model, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    """Write rows by hand: of 10 million, the models would make an afternoon. Every other column has its default."""
    from django.db import connection, transaction

    rest = [field for field in model._meta.concrete_fields if field.column not in columns and not field.primary_key]
    names = ", ".join(f'"{name}"' for name in (*columns, *(field.column for field in rest)))
    plain = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
    values = ", ".join(["%s"] * (len(columns) + len(rest)))
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row((*row, *plain))
        return
    statement = f"INSERT INTO {table} ({names}) VALUES ({values})"
    while some := [(*row, *plain) for row in islice(rows, 20_000)]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, some)
