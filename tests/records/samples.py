"""One record of every type that an association owns."""

from datetime import date
from decimal import Decimal

from django.db.models import Model

from associations.enums import (
    Body,
    Constituency,
    Employment,
    Establishment,
    KeyTask,
    Milestone,
    Post,
    SuccessionKind,
)
from associations.models import (
    Association,
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PolicyDocument,
    PostRule,
    Provision,
    QuotaRule,
    Staffing,
    StaffingRule,
    Succession,
    TermRule,
)
from members.enums import ContactDuty, FamilyKind, HelpKind, Kinship, MemberKind, Sex, VisitKind
from members.models import (
    ContactHousehold,
    DoctorContract,
    Family,
    FamilyContact,
    FamilyHelp,
    FamilyInsurance,
    FamilyMember,
    FamilyVisit,
    HospitalPass,
    HouseholdVisit,
    MemberGroup,
    MemberOrganisation,
    Membership,
    ServiceRecord,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
    VolunteerTraining,
)
from tests import factories

FIRST = date(2020, 1, 10)
LATER = date(2020, 3, 1)


def samples(place: Association) -> dict[str, Model]:
    """Make one record of each type, under the slug of the type."""
    of_register = _register(place) | _rules(place) | _office(place)
    return of_register | _members(place) | _volunteers(place) | _families(place)


def _register(place: Association) -> dict[str, Model]:
    staffing = Staffing.objects.create(
        association=place,
        establishment=Establishment.INSTITUTION,
        employment=Employment.FULL_TIME,
        headcount=3,
        starts_on=FIRST,
    )
    succession = Succession.objects.create(
        association=place,
        kind=SuccessionKind.RENAME,
        on=LATER,
        old_code=place.code,
        new_code=place.code,
        old_name="旧名",
        new_name=place.name,
        document_number="民函〔2020〕1号",
    )
    return {"staffing": staffing, "successions": succession}


def _rules(place: Association) -> dict[str, Model]:
    # One document an issuer: the marks of the canaries are the same for all, and its number is unique.
    document = PolicyDocument.objects.filter(issuer=place).first() or factories.policy(place)
    shared = {
        "document": document,
        "clause": "二（三）",
        "scope": place,
        "levels": [place.level],
        "starts_on": document.dated_on,
    }
    return {
        "quota-rules": QuotaRule.objects.create(
            body=Body.STANDING, min_percent=20, constituencies=[Constituency.GRASSROOTS], **shared
        ),
        "milestone-rules": MilestoneRule.objects.create(
            milestone=Milestone.LISTED, evidence="批复", **shared
        ),
        "term-rules": TermRule.objects.create(years=5, **shared),
        "post-rules": PostRule.objects.create(post=Post.PRESIDENT, held_by="分管副县长", **shared),
        "staffing-rules": StaffingRule.objects.create(min_staff=3, **shared),
        "observance-rules": ObservanceRule.objects.create(name="会员活动日", month=5, day=29, **shared),
        "key-task-rules": KeyTaskRule.objects.create(
            task=KeyTask.RIGHTS, name="权益维护", position=5, **shared
        ),
        "provisions": Provision.objects.create(topic="经费", text="列入财政预算", **shared),
    }


def _members(place: Association) -> dict[str, Model]:
    group = MemberGroup.objects.create(association=place, name="一组", starts_on=FIRST)
    organisation = MemberOrganisation.objects.create(association=place, name="某厂", phone="13812345678")
    membership = Membership.objects.create(
        association=place,
        kind=MemberKind.INDIVIDUAL,
        person=factories.person(place, name="某会员"),
        group=group,
        joined_on=FIRST,
    )
    household = ContactHousehold.objects.create(
        membership=membership, householder="某户主", phone="13812345678", starts_on=FIRST
    )
    visit = HouseholdVisit.objects.create(household=household, on=LATER, note="看望")
    return {
        "groups": group,
        "organisations": organisation,
        "memberships": membership,
        "households": household,
        "household-visits": visit,
    }


def _volunteers(place: Association) -> dict[str, Model]:
    volunteer = Volunteer.objects.create(
        association=place,
        person=factories.person(place, name="某志愿者"),
        skills=["legal-aid"],
        applied_on=FIRST,
        registered_on=FIRST,
    )
    return {
        "volunteers": volunteer,
        "contracts": VolunteerContract.objects.create(volunteer=volunteer, starts_on=FIRST),
        "trainings": VolunteerTraining.objects.create(
            volunteer=volunteer, subject="急救", on=FIRST, hours=Decimal("8.0")
        ),
        "services": ServiceRecord.objects.create(
            volunteer=volunteer, on=LATER, hours=Decimal("2.50"), content="义诊"
        ),
        "ratings": VolunteerRating.objects.create(volunteer=volunteer, year=2020, stars=4),
    }


def _families(place: Association) -> dict[str, Model]:
    family = Family.objects.create(
        association=place,
        kind=FamilyKind.BEREAVED,
        householder="某家庭户主",
        address="某路1号",
        phone="13812345678",
        starts_on=FIRST,
    )
    return {
        "families": family,
        "family-members": FamilyMember.objects.create(
            family=family, name="某成员", kinship=Kinship.WIFE, sex=Sex.FEMALE
        ),
        "family-contacts": FamilyContact.objects.create(
            family=family, duty=ContactDuty.VILLAGE, name="某联系人", phone="13812345678", starts_on=FIRST
        ),
        "doctor-contracts": DoctorContract.objects.create(
            family=family, clinic="卫生院", doctor="某医生", phone="13812345678", starts_on=FIRST
        ),
        "hospital-passes": HospitalPass.objects.create(family=family, hospital="人民医院", starts_on=FIRST),
        "family-insurances": FamilyInsurance.objects.create(
            family=family,
            insurer="某保险公司",
            product="意外险",
            insured_count=2,
            premium_fen=12_050,
            starts_on=FIRST,
            ends_on=LATER,
        ),
        "family-visits": FamilyVisit.objects.create(
            family=family, kind=VisitKind.FESTIVAL, on=LATER, visitor="某走访人"
        ),
        "family-help": FamilyHelp.objects.create(
            family=family, kind=HelpKind.MONEY, on=LATER, amount_fen=100_000
        ),
    }


def _office(place: Association) -> dict[str, Model]:
    return {
        "function-transfers": factories.function_transfer(place, function="家庭帮扶", staff_moved=0),
        "venues": factories.venue(place, name="某会员之家", phone="13812345678"),
        "partner-units": factories.partner_unit(
            place, name="某卫生院", contact_name="某联系人", phone="13812345678"
        ),
    }
