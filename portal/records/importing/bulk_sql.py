"""Some thousand rows by one statement: the history then costs one statement as well."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import Model

from .lines import Draft

AT_ONCE = 2_000


def insert(records: Sequence[Model]) -> None:
    """Insert new records of one model; afterwards they have their keys."""
    type(records[0])._base_manager.bulk_create(records, batch_size=AT_ONCE)


def update(drafts: Sequence[Draft]) -> None:
    """Write the changed fields of records of one model, which are locked, and move their versions on."""
    alike: defaultdict[tuple[str, ...], list[Model]] = defaultdict(list)
    for draft in drafts:
        alike[tuple(sorted(draft.before or ()))].append(draft.record)
    with connection.cursor() as cursor:
        for names, records in alike.items():
            cursor.execute(*_statement(records, names))
    for draft in drafts:
        draft.record.version += 1


def _statement(records: Sequence[Model], names: Sequence[str]) -> tuple[str, list[object]]:
    meta = records[0]._meta
    quote = connection.ops.quote_name
    fields = [meta.pk, *(_field(meta.model, name) for name in names)]
    types = [
        field.rel_db_type(connection) if field is meta.pk else field.db_type(connection) for field in fields
    ]
    row = f"({', '.join(f'%s::{each}' for each in types)})"
    columns = [quote(field.column) for field in fields]
    sets = ", ".join(f"{column} = given.{column}" for column in columns[1:])
    head = f"UPDATE {quote(meta.db_table)} AS row SET {sets}, version = row.version + 1"  # noqa: S608 -- our names
    given = f"(VALUES {', '.join([row] * len(records))}) AS given ({', '.join(columns)})"
    values = [
        field.get_db_prep_save(getattr(record, field.attname), connection)
        for record in records
        for field in fields
    ]
    return f"{head} FROM {given} WHERE row.{columns[0]} = given.{columns[0]}", values


def delete(model: type[Model], keys: Collection[int]) -> None:
    """Delete records on which nothing rests.

    Raises: IntegrityError, at once and not when the transaction ends, if something does.
    """
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"DELETE FROM {quote(model._meta.db_table)}"  # noqa: S608 -- our names
            f" WHERE {quote(model._meta.pk.column)} = ANY(%s)",
            [list(keys)],
        )


def _field(model: type[Model], attname: str):
    return next(field for field in model._meta.concrete_fields if field.attname == attname)
