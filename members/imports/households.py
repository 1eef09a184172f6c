"""Contact households from files: each is kept in touch with by a member on the roll."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from members.models import ContactHousehold, Membership
from portal.records.importing import columns
from portal.records.importing.lines import Draft, Line, revised
from portal.records.importing.plans import Context, Plan
from portal.records.importing.types import ImportType

from .people import NUMBER_COLUMN, People
from .placed import in_order


class HouseholdPlan(Plan):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.people = People(self)
        self.memberships: dict[tuple[int, int], Membership] = {}
        self.by_name: defaultdict[tuple[int, str], list[ContactHousehold]] = defaultdict(list)

    def look_up(self, lines: Sequence[Line]) -> None:
        self.people.look_up(lines)
        places = {line.place for line in lines}
        open_ones = self.context.reach(Membership).open()
        rows = open_ones.filter(person__in=self.people.keys(), association__in=places)
        self.memberships = {(row.association_id, row.person_id): row for row in rows}
        keys = [row.pk for row in self.memberships.values()]
        names = {line.values["householder"] for line in lines}
        self.by_name.clear()
        for household in self.context.mine(ContactHousehold).filter(
            membership__in=keys, householder__in=names
        ):
            self.by_name[household.membership_id, household.householder].append(household)

    def drafts(self, line: Line) -> Iterable[Draft]:
        membership = self._membership(line)
        if membership is None:
            return ()
        name, starts_on = line.values["householder"], line.values["starts_on"]
        if not self.is_first(line, membership.pk, name, name="householder"):
            return ()
        alike = list(self.known(self.by_name.get((membership.pk, name), ())))
        known = next((each for each in alike if each.starts_on == starts_on), None)
        known = known or next((each for each in alike if each.ends_on is None), None)
        values = {
            "address": line.values["address"],
            "phone": line.values["household_phone"],
            "starts_on": starts_on,
        }
        if known:
            drafts = revised(known, values)
            in_order(line, ContactHousehold, starts_on=known.starts_on, ends_on=known.ends_on)
            return drafts
        given = {field: value for field, value in values.items() if value is not None}
        new = ContactHousehold(membership=membership, householder=name, **given)
        return (Draft(record=new, before=None),)

    def _membership(self, line: Line) -> Membership | None:
        person = self.people.found(line)
        if person is None:
            return None
        membership = self.memberships.get((line.place.pk, person.pk))
        if membership is None:
            line.refuse("name", "该人员不是这个协会的在册会员，请先登记入会")
        return membership


HOUSEHOLDS = ImportType(
    slug="households",
    label="联系户",
    columns=(
        columns.code(),
        columns.text(
            Membership._meta.get_field("person").related_model,
            "name",
            header="联系会员姓名",
            example="王某某",
            is_required=True,
        ),
        NUMBER_COLUMN,
        columns.day("born_on", "出生日期", example="1949-12-31", note="联系会员没有身份证号时必填"),
        columns.text(ContactHousehold, "householder", example="李某某", is_required=True),
        columns.text(ContactHousehold, "address", example="某镇某村1号"),
        columns.text(
            ContactHousehold, "phone", key="household_phone", header="户主电话", example="13812345678"
        ),
        columns.day("starts_on", "联系起始", is_required=True),
    ),
    plan=HouseholdPlan,
    models=(ContactHousehold,),
    key="同一联系会员名下户主相同的是同一户",
)
