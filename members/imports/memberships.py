"""Members from files: a row is a person and their membership."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from members.enums import MemberCategory, MemberKind
from members.membership_rules import Spell, group_findings, join_findings
from members.models import MemberGroup, Membership, Person
from portal.records.importing import columns
from portal.records.importing.lines import Draft, Line, revised
from portal.records.importing.plans import Context, Plan
from portal.records.importing.types import ImportType

from .people import PERSON_COLUMNS, PERSON_KEY, People


class Groups:
    """The groups that the rows name, each at the association of its row."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.by_name: dict[tuple[int, str], MemberGroup] = {}

    def look_up(self, lines: Sequence[Line]) -> None:
        """Find the named groups by one statement."""
        named = [line for line in lines if line.values["group"]]
        places, names = {line.place for line in named}, {line.values["group"] for line in named}
        found = (
            self.context.reach(MemberGroup).filter(association__in=places, name__in=names) if named else ()
        )
        self.by_name = {(group.association_id, group.name): group for group in found}

    def of(self, line: Line) -> MemberGroup | None:
        """Return the group of a row, or refuse it where the association has none of that name."""
        name = line.values["group"]
        if name is None:
            return None
        group = self.by_name.get((line.place.pk, name))
        if group is None:
            line.refuse("group", f"该协会没有名为“{name}”的会员小组，请先登记小组或改正名称")
            return None
        line.take(group_findings(ended_on=group.ends_on, on=self.context.on))
        return group


class Rolls:
    """The memberships that the people or organisations of the rows have had at the rows' associations."""

    def __init__(self, context: Context, member: str) -> None:
        self.context = context
        self.member = member
        self.by_member: defaultdict[tuple[int, int], list[Membership]] = defaultdict(list)

    def look_up(self, keys: Iterable[int], lines: Sequence[Line]) -> None:
        """Find the memberships of these people or organisations by one statement."""
        places = {line.place.pk for line in lines}
        rows = self.context.mine(Membership).filter(**{f"{self.member}__in": keys, "association__in": places})
        self.by_member.clear()
        for row in rows:
            self.by_member[row.association_id, getattr(row, f"{self.member}_id")].append(row)

    def draft(
        self, line: Line, member, *, values: dict[str, object], kind: MemberKind, is_changed: bool
    ) -> Sequence[Draft]:
        """Return what a row makes of the membership of `member`, or refuse the row.

        A row is about the spell that began on its day, else about the one that is open, else about a new one.
        """
        spells = self.by_member.get((line.place.pk, member.pk), []) if member.pk else []
        joined_on = line.values["joined_on"]
        known = next((spell for spell in spells if spell.joined_on == joined_on), None)
        known = known or next((spell for spell in spells if spell.left_on is None), None)
        if known is None or known.joined_on != joined_on or is_changed:
            others = [
                Spell(joined_on=spell.joined_on, left_on=spell.left_on)
                for spell in spells
                if spell is not known
            ]
            born_on = member.born_on if isinstance(member, Person) else None
            if known is None or known.left_on is None:
                line.take(join_findings(born_on=born_on, joined_on=joined_on, earlier=others))
        if known:
            return revised(known, values | {"joined_on": joined_on})
        given = {name: value for name, value in values.items() if value is not None}
        new = Membership(
            association=line.place, kind=kind, joined_on=joined_on, **{self.member: member}, **given
        )
        return (Draft(record=new, before=None),)


class MembershipPlan(Plan):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.people = People(self)
        self.groups = Groups(context)
        self.rolls = Rolls(context, "person")

    def look_up(self, lines: Sequence[Line]) -> None:
        self.people.look_up(lines)
        self.groups.look_up(lines)
        self.rolls.look_up(self.people.keys(), lines)

    def drafts(self, line: Line) -> Iterable[Draft]:
        group = self.groups.of(line)
        found = self.people.draft(line)
        if found is None or line.faults:
            return ()
        person, drafts = found
        values = {
            "category": line.values["category"],
            "is_key_member": line.values["is_key_member"],
            "group_id": group.pk if group else None,
        }
        is_changed = any(draft.before is not None for draft in drafts)
        membership = self.rolls.draft(
            line, person, values=values, kind=MemberKind.INDIVIDUAL, is_changed=is_changed
        )
        return (*drafts, *membership)


MEMBERSHIPS = ImportType(
    slug="memberships",
    label="会员",
    columns=(
        columns.code(),
        *PERSON_COLUMNS,
        columns.choice("category", "会员类别", MemberCategory, note="不填时为其他"),
        columns.flag("is_key_member", "骨干会员", note="不填时为否"),
        columns.text(
            MemberGroup,
            "name",
            key="group",
            header="会员小组",
            example="第一会员小组",
            note="须已登记在该协会",
        ),
        columns.day("joined_on", "入会日期", is_required=True, note="入会时须满18周岁"),
    ),
    plan=MembershipPlan,
    models=(Person, Membership),
    key=f"{PERSON_KEY}。会员按人员和协会对应：入会日期相同的是同一次会籍，否则改正尚未退会的那一次",
)
