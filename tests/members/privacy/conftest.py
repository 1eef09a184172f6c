from datetime import date

import pytest
from django.db import connection
from django.test import Client

from members import identity
from members.models import Person, ServiceRecord, VolunteerRating
from portal.accounts.roles import FAMILY
from portal.lib.dates import today
from tests import factories
from tests.records.samples import samples

NUMBER = "360102199003071236"
FIRST = date(2020, 1, 10)
LAST = date(2021, 1, 10)
ASKED = {
    "received_on": "2026-01-10",
    "identity_check": "id-card",
    "reason": "本人到办公室提出",
    "seen": "1",
}
# What is known of the person and of the family, and must be found nowhere once it is erased.
CANARIES = {
    "name": "卡纳瑞",
    "phone": "13987654321",
    "workplace": "卡纳瑞工作单位",
    "title": "卡纳瑞职务",
    "ethnicity": "卡纳瑞族",
    "office_held": "卡纳瑞其他职务",
    "rating": "卡纳瑞评语",
    "content": "卡纳瑞服务内容",
}
FAMILY_CANARIES = {
    "householder": "卡纳瑞户主",
    "address": "卡纳瑞省某市某县某镇某村7号",
    "phone": "13987654322",
    "needs": "卡纳瑞需求",
    "member": "卡纳瑞成员",
    "note": "卡纳瑞病情",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture
def person(county):
    """Somebody who was in the council, a member and a volunteer, and is none of it any more."""
    made = factories.person(
        county,
        name_key="knr",
        born_on=date(1990, 3, 7),
        **{name: CANARIES[name] for name in ("name", "phone", "workplace", "title", "ethnicity")},
    )
    identity.set_id_number(made, NUMBER, on=today())
    made.save()
    term = factories.term(county, ends_on=LAST)
    factories.seat(term, person=made, ends_on=LAST, office_held=CANARIES["office_held"])
    factories.membership(county, person=made, left_on=LAST, leave_reason="resigned")
    volunteer = factories.prepared_volunteer(county)
    volunteer.person, volunteer.ends_on = made, LAST
    volunteer.save()
    on = date(2020, 4, 1)
    ServiceRecord.objects.create(volunteer=volunteer, on=on, hours=2, content=CANARIES["content"])
    VolunteerRating.objects.create(volunteer=volunteer, year=2020, stars=4, note=CANARIES["rating"])
    return made


@pytest.fixture
def family(county):
    """A family that left the care of the association, with a record of every kind below it."""
    records = samples(county)
    made = records["families"]
    for name in ("householder", "address", "phone", "needs"):
        setattr(made, name, FAMILY_CANARIES[name])
    made.ends_on = LAST
    made.save()
    member = records["family-members"]
    member.name, member.note = FAMILY_CANARIES["member"], FAMILY_CANARIES["note"]
    member.save()
    made.contacts.update(name="卡纳瑞联系人")
    made.doctor_contracts.update(clinic="卡纳瑞卫生院")
    return made


@pytest.fixture
def clerk(office):
    """The clerk's browser, signed in with a second factor."""
    return factories.verified(Client(raise_request_exception=False), office)


@pytest.fixture
def carer(county):
    made = factories.user((FAMILY, county), username="carer", association=county)
    return factories.verified(Client(raise_request_exception=False), made)


@pytest.fixture
def deaf(db):
    """The table of looks takes no more rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER deaf BEFORE INSERT ON audit_look FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
        )


@pytest.fixture
def changed(clerk, person):
    """A person whose earlier names and phones are in older versions."""
    for phone in ("13987654329", CANARIES["phone"]):
        Person.objects.filter(pk=person.pk).update(phone=phone)
    return person
