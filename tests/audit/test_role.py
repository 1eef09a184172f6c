"""What the application's role can do to the trail, tried on the database itself."""

from datetime import date

import pghistory
import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from pghistory.models import Context, Event

from associations.enums import Milestone, MilestoneStep
from associations.models import MilestoneEvent
from members.membership_actions import join
from members.models import Person
from portal.audit.enums import Channel
from portal.audit.looks import record_looks
from portal.audit.models import ErasedRow, Look, Seal
from portal.audit.securing import KEPT, secure
from tests import factories

EVENTS = [model for model in apps.get_models() if issubclass(model, Event)]
APPEND_ONLY = [
    model
    for model in apps.get_models()
    if model not in (*EVENTS, ErasedRow)
    and any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", ()))
]
TRAIL = [*EVENTS, *APPEND_ONLY, ErasedRow, Context]


@pytest.fixture
def refused(application):
    """Run a statement as the application and return what it is refused with."""

    def run(statement: str) -> str:
        with pytest.raises(psycopg2.Error) as problem, application.cursor() as cursor:
            cursor.execute(statement)
        return str(problem.value).splitlines()[0]

    return run


@pytest.mark.parametrize("model", TRAIL, ids=lambda model: model._meta.db_table)
def test_trail_cannot_be_changed(refused, model):
    table, key = model._meta.db_table, model._meta.pk.column
    denied = f"permission denied for table {table}"

    assert refused(f"UPDATE {table} SET {key} = {key}") == denied  # noqa: S608
    assert refused(f"DELETE FROM {table}") == denied  # noqa: S608
    assert refused(f"TRUNCATE {table}") == denied
    assert refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL") == f"must be owner of table {table}"
    assert refused(f"DROP TABLE {table}") == f"must be owner of table {table}"


@pytest.mark.parametrize("model", [*EVENTS, ErasedRow, Context], ids=lambda model: model._meta.db_table)
def test_history_cannot_be_forged(refused, model):
    table = model._meta.db_table

    assert refused(f"INSERT INTO {table} DEFAULT VALUES") == f"permission denied for table {table}"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "SET session_replication_role = replica",
            'permission denied to set parameter "session_replication_role"',
        ),
        ("SET ROLE postgres", 'permission denied to set role "postgres"'),
        ("ALTER TABLE members_person DISABLE TRIGGER ALL", "must be owner of table members_person"),
        ("TRUNCATE members_person", "permission denied for table members_person"),
        ("DROP TABLE members_person", "must be owner of table members_person"),
        ("CREATE TABLE public.other (id int)", "permission denied for schema public"),
        (
            "CREATE FUNCTION public.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "permission denied for schema public",
        ),
        (
            "CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid"
            " LANGUAGE sql AS 'SELECT NULL::uuid'",
            "permission denied for schema public",
        ),
        (
            "ALTER FUNCTION public._pgh_attach_context() RENAME TO other",
            "must be owner of function _pgh_attach_context",
        ),
        ("CREATE ROLE other", "permission denied to create role"),
        ("UPDATE django_migrations SET name = name", "permission denied for table django_migrations"),
        (
            "SELECT audit_blank_row('audit_look', 'id', '1', now(), '{}', 1, 'why')",
            "permission denied for function audit_blank_row",
        ),
    ],
)
def test_way_round_is_closed(refused, statement, message):
    assert refused(statement) == message


def test_role_makes_no_schema(refused):
    assert (
        refused("CREATE SCHEMA other") == f"permission denied for database {connection.settings_dict['NAME']}"
    )


def test_tables_that_nobody_changes_are_known():
    assert {Look, Seal, MilestoneEvent} <= set(APPEND_ONLY)


def test_role_is_plain(application):
    with application.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls, current_user"
            " FROM pg_roles WHERE rolname = current_user"
        )

        assert cursor.fetchone() == (False, settings.APPLICATION_SIGN_IN["USER"])


def test_every_table_is_readable_and_the_rest_writable(as_application):
    kept = {model._meta.db_table for model in TRAIL} | {"django_migrations", *KEPT}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')"
            " AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')"
        )
        writable = {name for (name,) in cursor.fetchall()}

        assert writable == set(connection.introspection.table_names(cursor)) - kept


def test_action_is_done_and_on_record(transactional_db, office, county, as_application):
    person = factories.person(county, name="某人员")

    with pghistory.context(user=office.pk, purpose="入会登记"):
        made = join(association=county, member=person, joined_on=date(2021, 1, 10), by=office)

    event = made.events.select_related("pgh_context").get()
    assert (event.pgh_label, event.person_id) == ("insert", person.pk)
    assert event.pgh_context.metadata == {"user": office.pk, "purpose": "入会登记"}


def test_bulk_changes_are_on_record(transactional_db, county, as_application):
    Person.objects.bulk_create(
        [Person(association=county, name=f"人员{n}", name_key="", sex="female") for n in range(3)]
    )
    Person.objects.update(workplace="某单位")
    Person.objects.all().delete()

    labels = Person.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert"] * 3 + ["update"] * 3 + ["delete"] * 3


def test_looks_and_steps_can_be_added(transactional_db, office, county, as_application):
    person = factories.person(county)

    record_looks(user=office, records=[person], code_of=lambda _: county.code, channel=Channel.PAGE)
    factories.milestone_step(county, Milestone.PLAN_ISSUED, MilestoneStep.STARTED, date(2021, 1, 1))

    assert (Look.objects.count(), MilestoneEvent.objects.count()) == (1, 1)


def test_triggers_cannot_be_switched_off_by_a_setting(transactional_db, county, as_application):
    person = factories.person(county, name="原名")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname) FROM pg_trigger WHERE NOT tgisinternal")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s::text, false)", cursor.fetchone())

    Person.objects.update(name="新名")

    assert list(person.events.order_by("pgh_id").values_list("name", flat=True)) == ["原名", "新名"]


def test_temporary_table_does_not_catch_the_history(transactional_db, county, as_application):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE members_personevent (LIKE public.members_personevent) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE pghistory_context (LIKE public.pghistory_context) ON COMMIT DROP"
        )

        factories.person(county, name="某人员")

        cursor.execute("SELECT name FROM public.members_personevent")
        assert cursor.fetchall() == [("某人员",)]


def test_context_of_another_cannot_be_rewritten(transactional_db, office, county, as_application):
    person = factories.person(county)
    with pghistory.context(user=office.pk) as context:
        Person.objects.update(name="新名")

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', %s, false)", [str(context.id)])
        cursor.execute("SELECT set_config('pghistory.context_metadata', %s, false)", ['{"user": 0}'])
        cursor.execute("UPDATE members_person SET name = '又一名'")

    assert Context.objects.get(pk=context.id).metadata == {"user": office.pk}
    assert person.events.count() == 3


def test_context_grows_while_its_request_runs(transactional_db, office, county, as_application):
    with pghistory.context(user=office.pk):
        person = factories.person(county)
        with pghistory.context(purpose="补登"):
            Person.objects.update(name="新名")

    contexts = {event.pgh_context for event in person.events.select_related("pgh_context")}
    assert [context.metadata for context in contexts] == [{"user": office.pk, "purpose": "补登"}]


def test_securing_again_changes_nothing(db):
    rights = (
        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT proname, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL ORDER BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(rights)
        before = cursor.fetchall()

        secure(connection)

        cursor.execute(rights)
        assert cursor.fetchall() == before


def test_every_trigger_of_the_history_runs_as_the_owner(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND prosrc LIKE '%pgh\\_%' AND NOT prosecdef"
        )

        assert cursor.fetchall() == []


def test_readiness_tells_the_roles_apart(transactional_db, client, request):
    assert client.get("/readyz").json()["trail_is_closed"] is False

    request.getfixturevalue("as_application")

    assert client.get("/readyz").json()["trail_is_closed"] is True
