"""Plain makers of records; every argument that a test cares about is passed by the test."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from stdnum.cn import uscc

from associations.enums import (
    CODE_WIDTH,
    Body,
    Constituency,
    Kind,
    Level,
    Milestone,
    MilestoneStep,
    Post,
    TransferExtent,
    TransferMode,
)
from associations.models import (
    Association,
    FunctionTransfer,
    MilestoneEvent,
    MilestoneRule,
    PolicyDocument,
    QuotaRule,
)
from members.enums import Entry, FamilyKind, MemberKind, Sex
from members.models import (
    Appointment,
    Family,
    Membership,
    Person,
    Term,
    Volunteer,
    VolunteerContract,
    VolunteerTraining,
)
from portal.accounts.models import ApiToken, Grant, GroupGrant, SecondFactor, Team, User
from portal.accounts.roles import Role
from portal.accounts.second_factor import device_of
from portal.lib.dates import now
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.records.models import StoredFile
from tasks.enums import PartnerKind, VenueKind
from tasks.models import PartnerUnit, Venue

serial = count(1)
LEVEL_OF_WIDTH = {width: level for level, width in CODE_WIDTH.items()}


def association(code: str, **values) -> Association:
    level = Level.UNIT if "-" in code else LEVEL_OF_WIDTH[len(code)]
    prefixes = [code[:width] for width in CODE_WIDTH.values() if width < len(code)]
    parent = Association.objects.filter(code__in=prefixes).order_by("-code").first()
    defaults = {
        "level": level,
        "kind": Kind.ENTERPRISE if level == Level.UNIT else Kind.DIVISION,
        "name": f"{code}计划生育协会",
        "short_name": code,
        "parent": parent,
        "established_on": date(2000, 1, 1),
    }
    return Association.objects.create(code=code, **(defaults | values))


def user(*grants: tuple[Role, Association], username: str = "", **values) -> User:
    made = User.objects.create_user(username or f"user{next(serial)}", password="Correct-horse-1", **values)
    for role, place in grants:
        grant(made, role, place)
    return made


def grant(to: User, role: Role, place: Association, **values) -> Grant:
    permission = Permission.objects.get(codename=role.codename, content_type__app_label="associations")
    return Grant.objects.create(user=to, permission=permission, content_object=place, **values)


def verify(client: Client, user: User) -> SecondFactor:
    """Enrol a device for the user, if they have none, and note in their session that they gave a code."""
    device = device_of(user) or SecondFactor.objects.create(user=user, name="手机", key="00" * 20)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return device


def verified(client: Client, user: User) -> Client:
    """Sign a browser in with a second factor."""
    client.force_login(user)
    verify(client, user)
    return client


def team(place: Association, **values) -> Team:
    made = {"name": f"组{next(serial)}"} | values
    return Team.objects.create(association=place, group=Group.objects.create(name=str(uuid4())), **made)


def team_grant(to: Team, role: Role, place: Association, **values) -> GroupGrant:
    permission = Permission.objects.get(codename=role.codename, content_type__app_label="associations")
    return GroupGrant.objects.create(group=to.group, permission=permission, content_object=place, **values)


def token(of: User, place: Association, **values) -> ApiToken:
    defaults = {
        "name": "统计",
        "permissions": ["view-register"],
        "token_hash": ApiToken.hash_of(f"secret{next(serial)}"),
        "expires_at": now() + timedelta(days=30),
    }
    return ApiToken.objects.create(user=of, association=place, **(defaults | values))


def policy(issuer: Association, **values) -> PolicyDocument:
    defaults = {
        "issued_by": issuer.name,
        "number": f"测发〔2020〕{next(serial)}号",
        "title": "改革方案",
        "dated_on": date(2020, 4, 10),
    }
    return PolicyDocument.objects.create(issuer=issuer, **(defaults | values))


def quota_rule(document: PolicyDocument, body: Body, min_percent: int, **values) -> QuotaRule:
    defaults = {
        "clause": "二（三）",
        "scope": document.issuer,
        "levels": [Level.PROVINCE, Level.CITY, Level.COUNTY],
        "starts_on": document.dated_on,
        "constituencies": [Constituency.GRASSROOTS],
    }
    return QuotaRule.objects.create(
        document=document, body=body, min_percent=min_percent, **(defaults | values)
    )


def person(place: Association, **values) -> Person:
    defaults = {"name": f"人员{next(serial)}", "sex": Sex.FEMALE}
    return Person.objects.create(association=place, **(defaults | values))


def term(place: Association, **values) -> Term:
    defaults = {"number": 1, "congress_on": date(2020, 1, 10), "starts_on": date(2020, 1, 10)}
    return Term.objects.create(association=place, **(defaults | values))


def seat(of: Term, post: Post = Post.COUNCIL_MEMBER, **values) -> Appointment:
    defaults = {
        "person": values.pop("person", None) or person(of.association),
        "starts_on": of.starts_on,
        "constituency": Constituency.OTHER,
        "entry": Entry.ELECTED,
    }
    return Appointment.objects.create(term=of, post=post, **(defaults | values))


def membership(place: Association, **values) -> Membership:
    if "organisation" in values:
        defaults = {"kind": MemberKind.ORGANISATION}
    else:
        defaults = {"kind": MemberKind.INDIVIDUAL, "person": values.pop("person", None) or person(place)}
    return Membership.objects.create(
        association=place, **(defaults | {"joined_on": date(2020, 1, 10)} | values)
    )


def volunteer(place: Association, **values) -> Volunteer:
    defaults = {"applied_on": date(2020, 1, 10), "registered_on": date(2020, 1, 20)}
    who = values.pop("person", None) or person(place)
    return Volunteer.objects.create(association=place, person=who, **(defaults | values))


def prepared_volunteer(place: Association) -> Volunteer:
    """Contract from 1 March 2020 to the end of the year, trained on 15 March."""
    made = volunteer(place)
    VolunteerContract.objects.create(volunteer=made, starts_on=date(2020, 3, 1), ends_on=date(2020, 12, 31))
    VolunteerTraining.objects.create(volunteer=made, subject="志愿服务基础", on=date(2020, 3, 15), hours=4)
    return made


def family(place: Association, **values) -> Family:
    defaults = {
        "kind": FamilyKind.HARDSHIP,
        "householder": f"户主{next(serial)}",
        "starts_on": date(2020, 1, 10),
    }
    return Family.objects.create(association=place, **(defaults | values))


def milestone_rule(document: PolicyDocument, milestone: Milestone, **values) -> MilestoneRule:
    defaults = {
        "clause": "三（一）",
        "scope": document.issuer,
        "levels": [Level.PROVINCE, Level.CITY, Level.COUNTY],
        "starts_on": document.dated_on,
        "evidence": "印发的文件",
    }
    return MilestoneRule.objects.create(document=document, milestone=milestone, **(defaults | values))


def stored_file(**values) -> StoredFile:
    defaults = {"sha256": "0" * 64, "name": "方案.pdf", "content_type": "application/pdf", "size": 1}
    return StoredFile.objects.create(**(defaults | values))


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF\n")


def milestone_step(place: Association, milestone: Milestone, step: MilestoneStep, on: date, **values):
    if step == MilestoneStep.CLAIMED:
        proof = {"document_number": "东府办〔2020〕1号", "achieved_on": on, "file": stored_file()}
        values = proof | values
    return MilestoneEvent.objects.create(
        association=place, milestone=milestone, step=step, on=on, **({"reason": "理由"} | values)
    )


def function_transfer(place: Association, **values) -> FunctionTransfer:
    defaults = {
        "function": f"公共服务{next(serial)}",
        "department": "卫生健康委员会",
        "mode": TransferMode.DIRECT,
        "extent": TransferExtent.WHOLE,
        "starts_on": date(2020, 1, 10),
    }
    return FunctionTransfer.objects.create(association=place, **(defaults | values))


def venue(place: Association, **values) -> Venue:
    defaults = {
        "kind": VenueKind.MEMBERS_HOME,
        "name": f"会员之家{next(serial)}",
        "address": "某路1号",
        "opened_on": date(2020, 1, 10),
    }
    return Venue.objects.create(association=place, **(defaults | values))


def partner_unit(place: Association, **values) -> PartnerUnit:
    defaults = {
        "name": f"某医院{next(serial)}",
        "kind": PartnerKind.MEDICAL,
        "does": "义诊",
        "starts_on": date(2020, 1, 10),
    }
    return PartnerUnit.objects.create(association=place, **(defaults | values))


def credit_code(body: str) -> str:
    """Add the check digit to seventeen characters that stand for nobody."""
    return body + uscc.calc_check_digit(body)


def notice(place: Association, **values) -> SupervisionNotice:
    """Make a notice of the office above that was found on 10 January 2021 and goes on from there."""
    defaults = {"issuer": place.parent, "kind": NoticeKind.OTHER, "finding": "台账不全"}
    made = SupervisionNotice.objects.create(association=place, **(defaults | values))
    notice_step(made, NoticeStep.FOUND, date(2021, 1, 10))
    return made


def notice_step(of: SupervisionNotice, step: NoticeStep, on: date, **values) -> SupervisionStep:
    proof: dict[str, object] = {"text": "情况"}
    if step == NoticeStep.NOTICED:
        proof |= {"document_number": "洪计生协〔2021〕1号", "due_on": on}
    if step == NoticeStep.ANSWERED:
        proof |= {"file": values.pop("file", None) or stored_file()}
    if step == NoticeStep.RETURNED:
        proof |= {"due_on": on}
    return SupervisionStep.objects.create(notice=of, step=step, on=on, **(proof | values))
