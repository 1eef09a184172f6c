"""Records of an association that a row finds by a name: groups, organisations, families."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from django.db.models import Model

from portal.lib.dates import official_day
from portal.records.importing.lines import Draft, Line, revised
from portal.records.importing.plans import Context, Plan


class PlacedPlan(Plan):
    """Find by `name_field` within the association of the row, and write `fields`.

    Where `tie` names a field, several may bear one name and are told apart by it. Where `ends_field` does, a
    record that has ended is found only by its first day, so that somebody may come back.
    """

    model: type[Model]
    name_field = "name"
    fields: tuple[str, ...] = ()
    tie = ""
    ends_field = ""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.by_name: defaultdict[tuple[int, str], list[Model]] = defaultdict(list)

    def look_up(self, lines: Sequence[Line]) -> None:
        places, names = {line.place for line in lines}, {line.values[self.name_field] for line in lines}
        found = self.context.mine(self.model).filter(
            association__in=places, **{f"{self.name_field}__in": names}
        )
        self.by_name.clear()
        for record in self.known(found):
            self.by_name[record.association_id, getattr(record, self.name_field)].append(record)

    def drafts(self, line: Line) -> Iterable[Draft]:
        self.check(line)
        record = self.found(line)
        if line.faults or not self.comes_first(line, record):
            return ()
        values = {name: line.values[name] for name in (self.name_field, *self.fields)}
        if record is None:
            return (Draft(record=self.new(line, values), before=None),)
        if getattr(record, "frozen_on", None) is not None:
            self.frozen.add(line.row.number)
        drafts = revised(record, values)
        if self.ends_field:
            in_order(line, self.model, starts_on=record.starts_on, ends_on=getattr(record, self.ends_field))
        return drafts

    def check(self, line: Line) -> None:
        """Refuse a row for what it says, whatever is on record."""

    def new(self, line: Line, values: Mapping[str, object]) -> Model:
        given = {name: value for name, value in values.items() if value is not None}
        return self.model(association=line.place, **given)

    def found(self, line: Line) -> Model | None:
        """Return the record that a row means, or refuse the row where it may mean several."""
        name = line.values[self.name_field]
        alike = self.by_name.get((line.place.pk, name), [])
        if self.ends_field:
            same_day = [each for each in alike if each.starts_on == line.values["starts_on"]]
            alike = same_day or [each for each in alike if getattr(each, self.ends_field) is None]
        if len(alike) > 1:
            alike = [each for each in alike if getattr(each, self.tie) == (line.values[self.tie] or "")]
            if len(alike) != 1:
                label = self.model._meta.verbose_name
                tie = line.headers[self.tie]
                line.refuse(self.name_field, f"该协会有多个名为“{name}”的{label}，请填写与登记一致的{tie}")
                return None
        return alike[0] if alike else None

    def comes_first(self, line: Line, record: Model | None) -> bool:
        """Refuse a second row about one record."""
        tie = (line.values[self.tie] or "") if self.tie else ""
        keys = [("new", line.place.pk, line.values[self.name_field], tie)]
        keys += [("known", record.pk)] if record else []
        return all(self.is_first(line, *key, name=self.name_field) for key in keys)


def in_order(line: Line, model: type[Model], **days: date | None) -> bool:
    """Refuse a row after which the days, given by the names of their fields, would not follow each other."""
    known = [(name, day) for name, day in days.items() if day is not None]
    for (first, earlier), (second, later) in pairwise(known):
        if later < earlier:
            labels = {name: model._meta.get_field(name).verbose_name for name in (first, second)}
            line.refuse(
                first,
                f"{labels[first]}（{official_day(earlier)}）不能晚于{labels[second]}（{official_day(later)}）",
            )
            return False
    return True
