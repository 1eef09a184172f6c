"""Five places around one county, each with a record of every kind; a user for every role of the county."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import uuid4

from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.test.client import ClientHandler

from associations.enums import Body, Milestone, MilestoneStep, Post
from associations.models import Association, MilestoneEvent, MilestoneRule, PolicyDocument, QuotaRule
from members.models import Appointment, Person, Session, Term
from portal.accounts.models import SignIn, User
from portal.accounts.roles import LEADER, ROLES, Permission
from portal.inbox.models import Message
from portal.jobs.models import Job
from portal.lib.json_codec import Json
from portal.oversight.enums import NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.records.export_files import path_of
from portal.records.files import store_bytes
from portal.records.importing.enums import BatchState
from portal.records.importing.models import ImportBatch
from portal.records.importing.sealed_files import store_sealed
from portal.records.models import Export, SavedFilter, StoredFile
from portal.reports.archive import stored
from portal.reports.making import build as build_report
from portal.reports.models import Report, ReportFile, ReportKind
from tests import factories
from tests.members.samples import people_once
from tests.records.samples import samples

PLACES = {"own": "360102", "below": "360102001", "sibling": "360103", "above": "3601", "elsewhere": "310107"}
TREE = ("31", "310107", "36", "3601", "360102", "360102001", "360103")
OUTSIDE = ("sibling", "above", "elsewhere")
DAY = date(2021, 6, 30)
LATER = date(2021, 7, 30)
# These have no second factor: pages that ask for one lead them to it.
UNVERIFIED = ("leader", "outsider")
MOMENT = datetime(2021, 6, 30, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Place:
    """An association and the records that it owns; the names are the matrix's targets."""

    association: Association
    person: Person
    term: Term
    session: Session
    appointment: Appointment
    policy: PolicyDocument
    rule: QuotaRule
    event: MilestoneEvent
    report: Report
    report_file: str
    job: Job
    batch: Job
    notice: SupervisionNotice
    answer: SupervisionStep
    import_batch: ImportBatch
    records: dict[str, Model]

    @property
    def code(self) -> str:
        return self.association.code


@dataclass(frozen=True, kw_only=True)
class World:
    places: dict[str, Place]
    users: dict[str, User]
    sessions: dict[str, str]
    # Of all browsers: to load the middleware takes a tenth of a request.
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def enter(self, role: str, user: User) -> None:
        """Add a user, signed in with a second factor: once and not for every question, for that is slow."""
        self.users[role] = user
        client = Client()
        client.force_login(user)
        if role not in UNVERIFIED:
            factories.verify(client, user)
        self.sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def client(self, role: str) -> Client:
        """Return a browser of the role."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client


def build() -> World:
    register = {code: factories.association(code, name=f"{code}协会") for code in TREE}
    county = register[PLACES["own"]]
    users = {role.code: _user(role.code, county) for role in ROLES}
    for role in ROLES:
        factories.grant(users[role.code], role, county)
    users["outsider"] = _user("outsider", None)
    places = {name: _place(register[code], clerk=users["office"]) for name, code in PLACES.items()}
    for name, place in places.items():
        # To the clerk of the county, whose reach and not whose name decides.
        place.records["message"] = Message.objects.create(
            user=users["office"], association=place.association, key=place.code
        )
        owner = users["office"] if name == "own" else _user(f"owner-{place.code}", None)
        place.records.update(_own(owner, place.association))
    here = World(places=places, users={}, sessions={})
    for role, user in users.items():
        here.enter(role, user)
    return here


def _user(username: str, association: Association | None) -> User:
    # No password: hashing one takes longer than everything else here.
    return User.objects.create(username=username, association=association)


def _place(association: Association, *, clerk: User) -> Place:
    term = factories.term(association)
    factories.seat(term, Post.PRESIDENT)
    session = Session.objects.create(term=term, body=Body.COUNCIL, number=1, starts_on=DAY, ends_on=DAY)
    policy = factories.policy(association, file=_proof("文件.pdf"))
    rule = factories.quota_rule(policy, Body.COUNCIL, 30, levels=[association.level])
    MilestoneRule.objects.create(
        document=policy,
        clause="一",
        scope=association,
        levels=[association.level],
        starts_on=policy.dated_on,
        milestone=Milestone.PLAN_ISSUED,
        evidence="方案",
    )
    job = Job.objects.create(kind="report", key=f"access-{association.code}", association=association)
    report = Report.objects.create(
        kind=ReportKind.QUOTA,
        association=association,
        on=DAY,
        formats=["json"],
        job=job,
        content=_content(association),
    )
    content = b'{"code": "%s"}' % association.code.encode()
    file = ReportFile.objects.create(
        report=report,
        format="json",
        name=f"{association.code}.json",
        sha256=store_bytes(content),
        size=len(content),
    )
    return Place(
        association=association,
        person=factories.person(association),
        term=term,
        session=session,
        appointment=factories.seat(term, passed_in=session, entered_in=session),
        policy=policy,
        rule=rule,
        event=claim(association),
        report=report,
        report_file=file.name,
        job=job,
        batch=_batch(association),
        notice=(notice := noticed(association)),
        answer=factories.notice_step(notice, NoticeStep.ANSWERED, LATER, file=_proof("整改.pdf")),
        import_batch=_import(association, by=clerk),
        records=samples(association) | people_once(association) | _accounts(association),
    )


def _accounts(association: Association) -> dict[str, Model]:
    """A user of the association with what an administrator sees of them."""
    user = _user(f"user-{association.code}", association)
    team = factories.team(association)
    user.groups.add(team.group)
    return {
        "user": user,
        "grant": factories.grant(user, LEADER, association),
        "team": team,
        "team_grant": factories.team_grant(team, LEADER, association),
        "token": factories.token(user, association),
        "sign_in": SignIn.objects.create(user=user, session_hash=SignIn.hash_of(association.code)),
    }


# The same in every world, and slower to make than all the rest together.
_contents: dict[str, Json] = {}


def _content(association: Association) -> Json:
    if association.code not in _contents:
        made = build_report(ReportKind.QUOTA, association, on=DAY, made_on=DAY)
        _contents[association.code] = stored(made)
    return _contents[association.code]


def _batch(association: Association) -> Job:
    batch = Job.objects.create(
        kind="batch", key=f"batch-{association.code}", association=association, progress_total=1
    )
    job = Job.objects.create(
        kind="report", key=f"part-{association.code}", association=association, parent=batch
    )
    Report.objects.create(kind="quota", association=association, on=DAY, formats=["json"], job=job)
    return batch


def _own(user: User, association: Association) -> dict[str, Model]:
    """What belongs to a user and not to a place."""
    job = Job.objects.create(kind="export", key=f"export-{association.code}", association=association)
    export = Export.objects.create(
        user=user,
        job=job,
        slug="terms",
        format="csv",
        held={Permission.VIEW_STATISTICS: [association.code]},
        row_count=1,
        size=8,
        sha256="0" * 64,
    )
    path_of(export).parent.mkdir(parents=True, exist_ok=True)
    path_of(export).write_bytes(b"exported")
    saved = SavedFilter.objects.create(user=user, slug="terms", name=association.code, query="under=36")
    return {"export": export, "saved_filter": saved}


def _import(association: Association, *, by: User) -> ImportBatch:
    """A written import of the clerk, with the workbook of errors that an earlier check gave back."""
    key = uuid4()
    job = Job.objects.create(
        kind="import-write",
        key=f"import-{association.code}",
        arguments={"batch": str(key)},
        association=association,
    )
    return ImportBatch.objects.create(
        id=key,
        type="memberships",
        permission=Permission.EDIT_RECORDS,
        association=association,
        created_by=by,
        name="会员.xlsx",
        size=2,
        errors_key=store_sealed(b"PK"),
        sha256="0" * 64,
        state=BatchState.DONE,
        written_at=MOMENT,
        job=job,
    )


def _proof(name: str) -> StoredFile:
    return StoredFile.objects.create(
        sha256=store_bytes(b"%PDF-1.7"), name=name, content_type="application/pdf", size=8
    )


def noticed(association: Association, **values) -> SupervisionNotice:
    """Make a notice of the office above that waits for its answer."""
    made = factories.notice(association, **values)
    factories.notice_step(made, NoticeStep.NOTICED, DAY)
    return made


def claim(association: Association, *, file_name: str = "方案.pdf", **values) -> MilestoneEvent:
    defaults = {
        "document_number": "测发〔2020〕1号",
        "achieved_on": DAY,
        "on": DAY,
        "file": _proof(file_name),
    }
    return MilestoneEvent.objects.create(
        association=association,
        milestone=Milestone.PLAN_ISSUED,
        step=MilestoneStep.CLAIMED,
        **(defaults | values),
    )
