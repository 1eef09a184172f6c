"""People from files: found by their number, else by name and birth date, where they are on record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import F, Q
from django.views.decorators.debug import sensitive_variables

from associations.models import Association
from members.enums import Education, PoliticalStatus, Sex
from members.identity import give_id_number
from members.models import Person
from portal.lib.id_numbers import IdNumber, IdNumberError, read_id_number
from portal.lib.pinyin import initials
from portal.lib.sealed import search_hash
from portal.lib.tables.cells import Value
from portal.records.importing import columns
from portal.records.importing.lines import Draft, Line, revised
from portal.records.importing.plans import Context, Plan
from portal.records.importing.types import CODE, ImportColumn, ImportType

NUMBER = "id_number"
# Of whom is on record, and where, a file is told nothing.
DIFFERS = "与登记不一致，请在人员页核对"
FIELDS = ("sex", "born_on", "ethnicity", "political_status", "education", "workplace", "title", "phone")
PERSON_KEY = (
    "您的管理范围内身份证号相同的是同一人；没有身份证号的，姓名和出生日期相同的是同一人，仍有多人时再看电话"
)


def as_it_is(value: Value) -> Value:
    """Leave a number to `read_id_number`, which knows how a number cell lost its digits."""
    return value


NUMBER_COLUMN = ImportColumn(
    name=NUMBER,
    header="身份证号",
    read=as_it_is,
    form="文本，18位（或旧式15位）",
    example="11010519491231002X",
    note="填写后可不填性别和出生日期；不填时须填性别和出生日期",
    field=(Person, "id_number_sealed"),
)
PERSON_COLUMNS = (
    columns.text(Person, "name", example="王某某", is_required=True),
    NUMBER_COLUMN,
    columns.choice("sex", "性别", Sex, note="须与身份证号一致"),
    columns.day("born_on", "出生日期", example="1949-12-31", note="须与身份证号一致"),
    columns.text(Person, "ethnicity", example="汉族", note="不填时为汉族"),
    columns.choice("political_status", "政治面貌", PoliticalStatus, note="不填时为群众"),
    columns.choice("education", "学历", Education),
    columns.text(Person, "workplace", example="某村卫生室"),
    columns.text(Person, "title", example="乡村医生"),
    columns.text(Person, "phone", example="13812345678"),
)


class People:
    """The people whom the rows of a file may mean: at the association of the row or at an office above it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.context: Context = plan.context
        self.numbers: dict[int, IdNumber | None] = {}
        self.by_hash: defaultdict[str, list[Person]] = defaultdict(list)
        self.by_birth: defaultdict[tuple[str, date], list[Person]] = defaultdict(list)
        self.rows_alike: defaultdict[tuple, list[tuple[int, bool, str]]] = defaultdict(list)

    @sensitive_variables()
    def look_up(self, lines: Sequence[Line]) -> None:
        """Read the numbers of the rows and find the people by one statement."""
        self.numbers = {line.row.number: self._number(line) for line in lines}
        sound = [line for line in lines if not line.faults]
        hashes = {search_hash(number.number) for number in self.numbers.values() if number}
        names = {line.values["name"] for line in sound}
        days = {line.values["born_on"] for line in sound}
        alike = Q(id_number_hash__in=hashes) | Q(name__in=names, born_on__in=days)
        found = self.context.mine(Person).filter(alike).annotate(code=F("association__code"))
        self.by_hash.clear()
        self.by_birth.clear()
        for person in self.plan.known(found.defer("id_number_sealed")):
            self.by_hash[person.id_number_hash].append(person)
            self.by_birth[person.name, person.born_on].append(person)

    def keys(self) -> list[int]:
        """Return the keys of whoever was found."""
        return [person.pk for people in self.by_birth.values() for person in people]

    @sensitive_variables()
    def draft(self, line: Line) -> tuple[Person, Sequence[Draft]] | None:
        """Return the person of a row, new or found, and what the row changes; or refuse the row."""
        number = self.numbers[line.row.number]
        if line.faults:
            return None
        person = self._found(line, number)
        if line.faults or not self._is_first(line, person, number):
            return None
        self._mark_frozen(line, person)
        values = {name: line.values[name] for name in FIELDS}
        if person is None:
            person = self._new(line, values, number)
            return person, (Draft(record=person, before=None),)
        return person, self._changes(line, person, values, number)

    def found(self, line: Line) -> Person | None:
        """Return the person of a row who is on record, or refuse the row; nobody is made."""
        number = self.numbers[line.row.number]
        person = None if line.faults else self._found(line, number)
        if person is None and not line.faults:
            line.refuse("name", "该协会没有登记这个人员，请核对姓名、身份证号和出生日期")
        self._mark_frozen(line, person)
        return person

    def _mark_frozen(self, line: Line, person: Person | None) -> None:
        if person is not None and person.frozen_on is not None:
            self.plan.frozen.add(line.row.number)

    def _number(self, line: Line) -> IdNumber | None:
        """Read the number of a row, and fill in from it what the row leaves open."""
        given = line.values[NUMBER]
        try:
            number = None if given is None else read_id_number(given, on=self.context.on)
        except IdNumberError as error:
            line.refuse(NUMBER, str(error))
            return None
        if number is None:
            for name, label in (("born_on", "出生日期"), ("sex", "性别")):
                if line.values.get(name, "") is None:
                    line.refuse(name, f"没有身份证号时，须填{label}")
            return None
        for name, says in (("born_on", number.born_on), ("sex", number.sex)):
            if line.values.get(name) not in (None, says):
                line.refuse(name, "与身份证号不一致，请对照证件检查")
            line.values[name] = says
        return number

    def _found(self, line: Line, number: IdNumber | None) -> Person | None:
        if number:
            numbered = self.by_hash.get(search_hash(number.number), [])
            # Wherever the number is on record: nobody stands twice where one office sees both.
            same = next(iter(_nearest(numbered, line.place) or numbered), None)
            if same and same.name != line.values["name"]:
                line.refuse("name", DIFFERS)
            if same:
                return same
        alike = self.by_birth.get((line.values["name"], line.values["born_on"]), ())
        # Two people whose numbers are both known and differ are never taken for one.
        open_ones = [person for person in alike if not (number and person.id_number_hash)]
        nearest = _nearest(open_ones, line.place)
        if len(nearest) > 1:
            nearest = [person for person in nearest if person.phone == (line.values.get("phone") or "")]
            if len(nearest) != 1:
                line.refuse("name", "该协会有多名同名、同出生日期的人员，请填写身份证号")
                return None
        return nearest[0] if nearest else None

    def _is_first(self, line: Line, person: Person | None, number: IdNumber | None) -> bool:
        """Refuse a second row about one person of one association."""
        place, phone = line.place.pk, line.values["phone"] or ""
        keys = [(place, person.pk)] if person else []
        if number:
            # Of one file, too, a number makes one person, wherever its rows put them.
            keys.append((place if person else "", search_hash(number.number)))
        if not all(self.plan.is_first(line, "person", *key, name="name", what="该人员") for key in keys):
            return False
        earlier = self.rows_alike[place, line.values["name"], line.values["born_on"]]
        for row, has_number, other_phone in earlier:
            are_two = (has_number and number) or (phone and other_phone and phone != other_phone)
            if not are_two:
                line.refuse("name", f"与第{row}行姓名、出生日期相同，请只保留一行，或都填写身份证号")
                return False
        earlier.append((line.row.number, number is not None, phone))
        return True

    def _new(self, line: Line, values: Mapping[str, object], number: IdNumber | None) -> Person:
        given = {name: value for name, value in values.items() if value is not None}
        name = line.values["name"]
        person = Person(association=line.place, name=name, name_key=initials(name)[:50], **given)
        if number:
            give_id_number(person, number)
        return person

    def _changes(
        self, line: Line, person: Person, values: Mapping[str, object], number: IdNumber | None
    ) -> Sequence[Draft]:
        if person.id_number_hash and not number and values["sex"] not in (None, person.sex):
            line.refuse("sex", DIFFERS)
            return ()
        drafts = revised(person, values)
        if number and not person.id_number_hash:
            before = dict(drafts[0].before) if drafts else {}
            before |= {"id_number_hash": None, "id_number_sealed": None}
            give_id_number(person, number)
            return (Draft(record=person, before=before),)
        return drafts


def _nearest(people: Iterable[Person], place: Association) -> list[Person]:
    """Keep those who are on record nearest to the place: there, or at the lowest office above it."""
    above = [person for person in people if place.code.startswith(person.code)]
    longest = max((len(person.code) for person in above), default=0)
    return [person for person in above if len(person.code) == longest]


class PeoplePlan(Plan):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.people = People(self)

    def look_up(self, lines: Sequence[Line]) -> None:
        self.people.look_up(lines)

    def drafts(self, line: Line) -> Iterable[Draft]:
        found = self.people.draft(line)
        if found is None:
            return ()
        person, drafts = found
        if person.pk and not line.place.code.startswith(person.code):
            line.refuse(CODE, DIFFERS)
        return drafts


PEOPLE = ImportType(
    slug="people",
    label="人员",
    columns=(columns.code(example="360102"), *PERSON_COLUMNS),
    plan=PeoplePlan,
    models=(Person,),
    key=PERSON_KEY,
)
