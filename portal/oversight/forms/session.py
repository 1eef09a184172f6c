from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from associations.enums import Body, Constituency, Employment, Post
from members.enums import Exit, Sex
from members.models import Person
from members.queries import Occupant
from members.session_rules import Arrival, Departure, NewPerson, SessionFacts
from portal.lib.dates import EARLIEST_DAY
from portal.lib.form_fields import DayField

from .council import not_in_the_future

FEWEST_ROWS, MOST_ROWS = 3, 200
KEY_DIGITS = 18
MOST_KEY = 10**KEY_DIGITS - 1


class FactsForm(forms.Form):
    """What the minutes say about the session; `seen` is the council's version that the clerk began with."""

    prefix = "facts"
    body = forms.ChoiceField(label="机构", choices=Body)
    number = forms.IntegerField(label="次", min_value=1, max_value=99, help_text="本届该机构的第几次会议")
    is_enlarged = forms.BooleanField(label="扩大会议", required=False)
    starts_on = DayField(label="开始日期", help_text="卸任者任至前一日，新任者自当日起任")
    ends_on = DayField(label="结束日期", required=False, help_text="一天的会议可不填")
    place = forms.CharField(label="地点", max_length=100, required=False)
    expected_count = forms.IntegerField(label="应到人数", min_value=0, max_value=9999, required=False)
    attended_count = forms.IntegerField(label="实到人数", min_value=0, max_value=9999, required=False)
    agenda = forms.CharField(
        label="议程", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    resolutions = forms.CharField(
        label="决议", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_starts_on(self):
        return not_in_the_future(self.cleaned_data["starts_on"])

    def clean(self):
        asked = super().clean()
        starts_on, ends_on = asked.get("starts_on"), asked.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "结束日期不能早于开始日期")
        expected, attended = asked.get("expected_count"), asked.get("attended_count")
        if expected is not None and attended is not None and attended > expected:
            self.add_error("attended_count", "实到人数不能多于应到人数")
        return asked

    def facts(self) -> SessionFacts:
        asked = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        asked["body"] = Body(asked["body"])
        asked["ends_on"] = asked["ends_on"] or asked["starts_on"]
        return SessionFacts(**asked)


class EntryForm(forms.Form):
    """One seat that is filled: by a person on record (`person`, chosen among those found) or by a new one."""

    use_required_attribute = False
    telling = ("post", "constituency", "office_held", "person", "name", "sex", "workplace", "title", "phone")
    people: Sequence[Person] = ()
    refusal = ""
    post = forms.ChoiceField(label="职务", choices=[("", "—"), *Post.choices])
    constituency = forms.ChoiceField(label="代表类别", choices=[("", "—"), *Constituency.choices])
    employment = forms.ChoiceField(label="任职形式", choices=Employment, initial=Employment.PART_TIME)
    office_held = forms.CharField(label="所任其他职务", max_length=100, required=False)
    person = forms.IntegerField(label="已登记人员", required=False, min_value=1, max_value=MOST_KEY)
    query = forms.CharField(label="查找已登记人员", max_length=50, required=False)
    name = forms.CharField(label="姓名", max_length=50, required=False)
    sex = forms.ChoiceField(label="性别", choices=[("", "—"), *Sex.choices], required=False)
    born_on = DayField(label="出生日期", first=EARLIEST_DAY, required=False)
    workplace = forms.CharField(label="工作单位", max_length=100, required=False)
    title = forms.CharField(label="单位职务", max_length=100, required=False)
    phone = forms.CharField(label="电话", max_length=30, required=False)

    def has_changed(self) -> bool:
        # A row counts once somebody is named or seated in it; a search and the preset choices fill nothing.
        return any(self[name].value() for name in self.telling)

    @property
    def chosen(self) -> int | None:
        """The person chosen, as far as the text is a key at all."""
        text = self["person"].value() or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS else None

    def clean(self):
        asked = super().clean()
        if not self.has_changed() or asked.get("person") or self.has_error("person"):
            return asked
        if not asked.get("name"):
            self.add_error("name", "请查找并选择已登记人员，或填写新人员的姓名")
        elif not asked.get("sex"):
            self.add_error("sex", "请选择新人员的性别")
        return asked

    def arrival(self, *, predecessor: int | None, passed_in: int | None) -> Arrival:
        asked = self.cleaned_data
        return Arrival(
            post=Post(asked["post"]),
            constituency=Constituency(asked["constituency"]),
            person=asked["person"],
            newcomer=None if asked["person"] else self.newcomer(),
            employment=Employment(asked["employment"]),
            office_held=asked["office_held"],
            predecessor=predecessor,
            passed_in=passed_in,
        )

    @property
    def who(self) -> str:
        """The name that the review shows; the chosen person stands first among `people`."""
        return (
            self.people[0].name if self.cleaned_data["person"] else f"{self.cleaned_data['name']}（新登记）"
        )

    @property
    def post_label(self) -> str:
        return Post(self.cleaned_data["post"]).label

    @property
    def constituency_label(self) -> str:
        return Constituency(self.cleaned_data["constituency"]).label

    def newcomer(self) -> NewPerson:
        asked = self.cleaned_data
        return NewPerson(
            name=asked["name"],
            sex=Sex(asked["sex"]),
            born_on=asked["born_on"],
            workplace=asked["workplace"],
            title=asked["title"],
            phone=asked["phone"],
        )


class ReviewForm(forms.Form):
    """Why each departure happens, whom each entry follows, which session passed the co-options."""

    prefix = "review"
    exits = tuple(choice for choice in Exit.choices if choice[0] != Exit.RE_ELECTION)

    def __init__(
        self,
        data: QueryDict,
        *,
        leaving: Sequence[Occupant],
        entering: Sequence[EntryForm],
        passing: Sequence[tuple[int, str]],
    ) -> None:
        super().__init__(data)
        self.leaving, self.entering = leaving, entering
        for seat in leaving:
            self.fields[exit_name(seat)] = forms.ChoiceField(
                label=f"{seat.name}的卸任原因", choices=self.exits, required=False
            )
        before = [(seat.appointment, f"{seat.name}（{seat.post.label}）") for seat in leaving]
        for row in entering:
            self.fields[predecessor_name(row)] = key_field(label="接替", choices=before, empty="无")
        if entering and passing:
            self.fields["passed_in"] = key_field(label="通过增补的会议", choices=passing, empty="未登记")

    def departure_rows(self) -> list[tuple[Occupant, forms.BoundField]]:
        return [(seat, self[exit_name(seat)]) for seat in self.leaving]

    def entry_rows(self) -> list[tuple[EntryForm, forms.BoundField]]:
        return [(row, self[predecessor_name(row)]) for row in self.entering]

    def departures(self) -> list[Departure]:
        exits = {seat: self.cleaned_data[exit_name(seat)] or Exit.LEFT for seat in self.leaving}
        return [Departure(appointment=seat.appointment, exit=Exit(why)) for seat, why in exits.items()]

    def arrivals(self) -> list[Arrival]:
        asked = self.cleaned_data
        return [
            row.arrival(predecessor=asked[predecessor_name(row)], passed_in=asked.get("passed_in"))
            for row in self.entering
        ]


def exit_name(seat: Occupant) -> str:
    return f"exit-{seat.appointment}"


def predecessor_name(row: EntryForm) -> str:
    return f"predecessor-{row.prefix}"


def key_field(*, label: str, choices: Sequence[tuple[int, str]], empty: str) -> forms.TypedChoiceField:
    """Offer records by key, and none of them."""
    return forms.TypedChoiceField(
        label=label, choices=[("", empty), *choices], coerce=int, empty_value=None, required=False
    )
