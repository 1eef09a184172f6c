"""Blank personal data in the history, with proof of what was blanked and that nothing else was."""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from psycopg2.extras import Json

from portal.accounts.models import User


@transaction.atomic
def blank_versions(
    *, model: type[models.Model], keys: Iterable[int], fields: Mapping[str, object], by: User, reason: str
) -> int:
    """Give these fields these values in all kept versions of these records, and return how many rows changed.

    The versions stay, with who made them and when; the purposes of those changes and of the looks at the
    records, free text in which people are named, are blanked as well. Fields that the history does not keep
    are left out. `check_audit` goes on proving everything else (ADR 50).

    Raises: FieldDoesNotExist for a field that the model does not have, InternalError for an empty reason.
    """
    # `tracked` gives it to every model; type checkers do not know.
    versions = attrgetter("pgh_event_model._meta")(model)
    kept = {field.name: field for field in versions.concrete_fields}
    named = {model._meta.get_field(name).name: value for name, value in fields.items()}
    columns = {
        kept[name].column: kept[name].get_prep_value(value) for name, value in named.items() if name in kept
    }
    blanks = Json(columns, dumps=lambda value: DjangoJSONEncoder(ensure_ascii=False).encode(value))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_blank_versions(%s, %s, %s::bigint[], %s::jsonb, %s, %s)",
            [versions.db_table, model._meta.label_lower, sorted(set(keys)), blanks, by.pk, reason],
        )
        return int(cursor.fetchone()[0])
