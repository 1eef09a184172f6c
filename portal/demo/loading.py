"""Fill an empty register with a province that looks lived in; the same seed gives the same rows."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from random import Random

from django.db import connection, transaction

from associations.enums import Level
from associations.models import Association
from members.models import Person
from portal.accounts.scope import under_any
from portal.lib.dates import BEIJING
from portal.lib.findings import Finding, RuleViolation, Severity
from portal.lib.pdf import render_pdf
from portal.records.files import store_bytes
from portal.records.models import StoredFile

from . import cases, councils, milestones, register, supervision, transfers, venues
from .families import sow_families
from .members import sow_members
from .volunteers import sow_volunteers

Say = Callable[[str], None]
PROOF = '<html lang="zh-CN"><title>示例佐证文件</title><p>本文件为演示数据所附，不具任何效力。</p></html>'


@transaction.atomic
def load(prefixes: Sequence[str], *, seed: int, scale: int, say: Say) -> None:
    """Establish, staff, seat, reform and people the associations under the prefixes.

    Raises: RuleViolation when people are on record already: made-up rows never mix with real ones.
    """
    if Person.objects.exists():
        message = "系统中已有人员档案，演示数据只能装入空库"
        raise RuleViolation([Finding(code="not-empty", severity=Severity.ERROR, message=message)])
    with connection.cursor() as cursor:
        # Checks that wait for the commit pile up, and every further row then walks past the pile.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    random = Random(seed)
    associations = list(Association.objects.divisions().filter(under_any("code", prefixes)).order_by("code"))
    offices = [each for each in associations if each.level <= Level.COUNTY]
    register.establish(associations, random)
    units = register.add_units([each for each in offices if each.level == Level.COUNTY], random)
    rows = register.staff(offices, random)
    say(f"协会 {len(associations)}，单位协会 {units}，人员配备 {rows}")
    _seat(associations, random, say)
    proof = _proof()
    by_code = {each.code: each for each in offices}
    if cases.PLAN_IN_TIME in by_code:
        cases.plan_in_time(by_code[cases.PLAN_IN_TIME], proof=proof, random=random)
    events = milestones.make_histories(offices, proof=proof, random=random, skip=cases.SKIPPED)
    say(f"改革事项记录 {events}")
    _work(associations, offices, proof=proof, seed=seed, say=say)
    for made in (
        sow_members(prefixes, seed=seed, scale=scale),
        sow_volunteers(seed=seed),
        sow_families(seed=seed),
    ):
        say("，".join(f"{name} {count}" for name, count in made.items()))


def _seat(associations: Sequence[Association], random: Random, say: Say) -> None:
    maker = councils.CouncilMaker(random)
    townships = 0
    for association in associations:
        level = Level(association.level)
        if (
            level > Level.TOWNSHIP
            or association.established_on is None
            or association.code in cases.NO_COUNCIL
        ):
            continue
        if level == Level.TOWNSHIP:
            townships += 1
            if townships % 3:
                continue
        if association.code == cases.SECOND_SESSION[0]:
            cases.second_session_of(association, maker)
        elif association.code in cases.SHAPES:
            maker.make(association, shape=cases.SHAPES[association.code], terms=cases.CASE_TERM)
        else:
            shape = councils.shape_for(level, random)
            maker.make(association, shape=shape, terms=councils.draw_terms(level, random))
    maker.rows.save()
    say(f"人员 {len(maker.rows.people)}，届 {len(maker.rows.terms)}，任职 {len(maker.rows.appointments)}")


def _work(
    associations: Sequence[Association],
    offices: Sequence[Association],
    *,
    proof: StoredFile,
    seed: int,
    say: Say,
) -> None:
    # A chance of its own: what is drawn here moves nothing that is drawn elsewhere.
    random = Random(f"work-{seed}")
    moved = transfers.make_transfers(offices, random)
    places, partners = venues.make_venues(associations, random), venues.make_partners(offices, random)
    notices = supervision.make_notices(offices, proof=proof, random=random)
    say(f"职能转移 {moved}，阵地 {places}，合作单位 {partners}，督办 {notices}")


def _proof() -> StoredFile:
    made_at = datetime.combine(milestones.FIRST_DAY, time(), tzinfo=BEIJING)
    content = render_pdf(PROOF, data_time=made_at)
    return StoredFile.objects.create(
        sha256=store_bytes(content),
        name="示例佐证文件.pdf",
        content_type="application/pdf",
        size=len(content),
    )
