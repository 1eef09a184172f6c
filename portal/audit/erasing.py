"""Blank personal data in the history, with proof of what was blanked and that nothing else was."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

from portal.accounts.models import User

Blanks = Mapping[type[models.Model], Mapping[str, object]]
# A function that returns a constant, and no table: only the owner makes it anew, and nothing empties it.
ALLOW = "CREATE OR REPLACE FUNCTION public.audit_blanks() RETURNS jsonb LANGUAGE sql IMMUTABLE AS {}"


def allow_blanks(connection: BaseDatabaseWrapper, blanks: Blanks) -> None:
    """Lay down in the database what an erasure leaves in which fields of which histories, and in no others.

    Runs as the owner. What was allowed before and is not named any more is allowed no longer. Fields that the
    history does not keep are left out.

    Raises: FieldDoesNotExist for a field that the model does not have.
    """
    allowed = {model._meta.label_lower: _as_columns(model, values) for model, values in blanks.items()}
    text = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True).encode(allowed)
    with connection.cursor() as cursor:
        body = "SELECT " + sql.Literal(text).as_string(cursor.connection) + "::jsonb"
        cursor.execute(sql.SQL(ALLOW).format(sql.Literal(body)))


def _as_columns(model: type[models.Model], values: Mapping[str, object]) -> dict[str, object]:
    # `tracked` gives it to every model; type checkers do not know.
    versions = attrgetter("pgh_event_model._meta")(model)
    kept = {field.name: field for field in versions.concrete_fields}
    named = {model._meta.get_field(name).name: value for name, value in values.items()}
    fields = {
        kept[name].column: kept[name].get_prep_value(value) for name, value in named.items() if name in kept
    }
    return {"trail": versions.db_table, "fields": fields}


@transaction.atomic
def blank_versions(*, model: type[models.Model], keys: Iterable[int], by: User, reason: str) -> int:
    """Blank all kept versions of these records as `allow_blanks` laid down, and return how many changed.

    The versions stay, with who made them and when; the purposes of those changes and of the looks at the
    records, free text in which people are named, are blanked as well. `check_audit` goes on proving all the
    rest (ADR 50).

    Raises: InternalError for a model whose history is not erased, an empty reason, a user who cannot sign in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_blank_versions(%s, %s::bigint[], %s, %s)",
            [model._meta.label_lower, sorted(set(keys)), by.pk, reason],
        )
        return int(cursor.fetchone()[0])
