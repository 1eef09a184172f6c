"""Volunteers from files: a row is a person, their application, and what it says of contract and training."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from members.enums import Skill
from members.models import Person, Volunteer, VolunteerContract, VolunteerTraining
from portal.lib.findings import Finding
from portal.lib.tables.cells import Value, unreadable
from portal.records.importing import columns
from portal.records.importing.lines import Draft, Line, revised
from portal.records.importing.plans import Context, Plan
from portal.records.importing.types import ImportColumn, ImportType

from .people import PERSON_COLUMNS, PERSON_KEY, People
from .placed import in_order

SKILLS = {str(label): value for value, label in Skill.choices}
MOST_HOURS = Decimal("9999.9")


def as_skills(value: Value) -> list[str] | Finding | None:
    if value is None:
        return None
    names = [name.strip() for name in str(value).replace(",", "、").replace("，", "、").split("、")]
    if not all(name in SKILLS for name in names):
        return unreadable(f"应为{'、'.join(SKILLS)}中的一项或几项，用顿号隔开")
    return sorted({SKILLS[name] for name in names})


def as_hours(value: Value) -> Decimal | Finding | None:
    """Read hours in halves and tenths."""
    if value is None:
        return None
    try:
        hours = Decimal(str(value))
    except ArithmeticError:
        return unreadable("应为数字，如 8 或 4.5")
    if not (hours.is_finite() and Decimal("0.5") <= hours <= MOST_HOURS and hours == round(hours, 1)):
        return unreadable("应为0.5以上、最多一位小数的数字")
    return hours


class VolunteerPlan(Plan):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.people = People(self)
        self.spells: defaultdict[tuple[int, int], list[Volunteer]] = defaultdict(list)
        self.contracts: dict[tuple[int, object], VolunteerContract] = {}
        self.trainings: dict[tuple[int, str, object], VolunteerTraining] = {}

    def look_up(self, lines: Sequence[Line]) -> None:
        self.people.look_up(lines)
        places = {line.place for line in lines}
        found = self.context.mine(Volunteer).filter(person__in=self.people.keys(), association__in=places)
        self.spells.clear()
        for volunteer in found:
            self.spells[volunteer.association_id, volunteer.person_id].append(volunteer)
        keys = [volunteer.pk for volunteers in self.spells.values() for volunteer in volunteers]
        contracts = self.context.mine(VolunteerContract).filter(volunteer__in=keys)
        self.contracts = {(each.volunteer_id, each.starts_on): each for each in contracts}
        trainings = self.context.mine(VolunteerTraining).filter(volunteer__in=keys)
        self.trainings = {(each.volunteer_id, each.subject, each.on): each for each in trainings}

    def drafts(self, line: Line) -> Iterable[Draft]:
        found = self.people.draft(line)
        if found is None or line.faults:
            return ()
        person, drafts = found
        volunteer, own = self._volunteer(line, person)
        return (*drafts, *own, *self._contract(line, volunteer), *self._training(line, volunteer))

    def _volunteer(self, line: Line, person: Person) -> tuple[Volunteer, Sequence[Draft]]:
        applied_on = line.values["applied_on"]
        spells = self.spells.get((line.place.pk, person.pk), []) if person.pk else []
        known = next((each for each in spells if each.applied_on == applied_on), None)
        known = known or next((each for each in spells if each.ends_on is None), None)
        values = {name: line.values[name] for name in ("skills", "applied_on", "registered_on")}
        if known:
            if values["skills"] == sorted(known.skills):
                values["skills"] = None  # kept in another order, which says nothing
            drafts = revised(known, values)
            volunteer = known
        else:
            given = {name: value for name, value in values.items() if value is not None}
            volunteer = Volunteer(association=line.place, person=person, **given)
            drafts = (Draft(record=volunteer, before=None),)
        in_order(
            line,
            Volunteer,
            applied_on=volunteer.applied_on,
            registered_on=volunteer.registered_on,
            ends_on=volunteer.ends_on,
        )
        return volunteer, drafts

    def _contract(self, line: Line, volunteer: Volunteer) -> Sequence[Draft]:
        starts_on, ends_on = line.values["contract_starts_on"], line.values["contract_ends_on"]
        number = line.values["contract_number"]
        if starts_on is None:
            if ends_on or number:
                line.refuse("contract_starts_on", "填写协议时须填协议起始日期")
            return ()
        if ends_on and ends_on < starts_on:
            line.refuse("contract_ends_on", "协议截止日期不能早于起始日期")
        known = self.contracts.get((volunteer.pk, starts_on)) if volunteer.pk else None
        if known:
            return revised(known, {"number": number, "ends_on": ends_on})
        new = VolunteerContract(
            volunteer=volunteer, starts_on=starts_on, ends_on=ends_on, number=number or ""
        )
        return (Draft(record=new, before=None),)

    def _training(self, line: Line, volunteer: Volunteer) -> Sequence[Draft]:
        subject, on, hours = (line.values[f"training_{name}"] for name in ("subject", "on", "hours"))
        if subject is None and on is None and hours is None:
            return ()
        if subject is None or on is None or hours is None:
            line.refuse("training_subject", "培训内容、结业日期和学时须同时填写")
            return ()
        known = self.trainings.get((volunteer.pk, subject, on)) if volunteer.pk else None
        if known:
            return revised(known, {"hours": hours})
        new = VolunteerTraining(volunteer=volunteer, subject=subject, on=on, hours=hours)
        return (Draft(record=new, before=None),)


VOLUNTEERS = ImportType(
    slug="volunteers",
    label="志愿者",
    columns=(
        columns.code(),
        *PERSON_COLUMNS,
        ImportColumn(
            name="skills",
            header="专长",
            read=as_skills,
            form="一项或几项，用顿号隔开",
            example="法律援助、生殖健康",
            note=f"可填：{'、'.join(SKILLS)}",
        ),
        columns.day("applied_on", "申请日期", is_required=True),
        columns.day("registered_on", "注册日期"),
        columns.text(
            VolunteerContract, "number", key="contract_number", header="协议编号", example="2026-001"
        ),
        columns.day("contract_starts_on", "协议起始日期"),
        columns.day("contract_ends_on", "协议截止日期"),
        columns.text(
            VolunteerTraining, "subject", key="training_subject", header="培训内容", example="志愿服务基础"
        ),
        columns.day("training_on", "结业日期"),
        ImportColumn(
            name="training_hours", header="学时", read=as_hours, form="数字，最多一位小数", example="8"
        ),
    ),
    plan=VolunteerPlan,
    models=(Person, Volunteer, VolunteerContract, VolunteerTraining),
    key=f"{PERSON_KEY}。志愿者按人员和协会对应；协议按起始日期、培训按内容和结业日期对应",
)
