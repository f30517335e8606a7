"""Filling the shop's tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from example_project.catalogue.models import Product
from example_project.showroom.rows import SIZES, Table, tables

#: A list of the larger size needs so many products; and somebody has to wait for the rows.
FEWEST, MOST = SIZES[-1], 200_000
CHUNK = 2_000


def is_open() -> bool:
    """Tell whether the shop has its tables, and something in them."""
    tables_there = connection.introspection.table_names()
    return Product._meta.db_table in tables_there and Product.objects.exists()


def is_filled(products: int) -> bool:
    """Tell whether the shop has so many products; its data is written all at once or not at all."""
    return Product.objects.count() == products


def count_rows(products: int) -> int:
    """Return how many rows a shop with so many products has, in all tables together."""
    return sum(table.count for table in tables(products))


def fill(products: int, progress: Callable[[int], object]) -> None:
    """Replace the shop's data by that of so many products.

    ``progress`` is called after each chunk, with the number of its rows.
    """
    all_tables = tables(products)
    with transaction.atomic():
        empty(all_tables)
        for table in all_tables:
            rows = iter(table.rows)
            while chunk := list(islice(rows, CHUNK)):
                _insert(table.model, chunk)
                progress(len(chunk))
        _restart_sequences(all_tables)


def empty(all_tables: list[Table]) -> None:
    """Delete all rows of these tables; one statement each, where delete() would load the rows."""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in reversed(all_tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.model._meta.db_table)}")


def _insert(model: type[Model], rows: list[Model]) -> None:
    if not model._meta.parents:
        model._base_manager.bulk_create(rows)
        return
    # bulk_create() refuses a model with a parent's table; the parent's rows are written already.
    fields = model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            [[getattr(row, field.attname) for field in fields] for row in rows],
        )


def _restart_sequences(all_tables: list[Table]) -> None:
    """Let the next key of each table follow those that were given."""
    models = [table.model for table in all_tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
