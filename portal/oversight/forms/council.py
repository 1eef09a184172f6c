from collections.abc import Iterable, Sequence
from itertools import groupby
from re import fullmatch

from django import forms
from django.http import QueryDict

from associations.enums import Constituency, Level, Post
from members.enums import Exit, TermState
from members.former_seats import FormerSeat
from members.queries import PostSeats
from members.seat_counts import Seat
from portal.lib.dates import today
from portal.lib.form_fields import DayField
from portal.oversight.council_filters import ENDED, ENDING, CouncilFilter

SEAT_ROWS = 4


class LeavingForm(forms.Form):
    """Who of those in office leaves; an appointment elsewhere is refused like one that does not exist."""

    leave = forms.TypedMultipleChoiceField(
        label="拟卸任",
        coerce=int,
        required=False,
        error_messages={"invalid_choice": "卸任名单中有不在任的人员，请重新勾选"},
    )

    def __init__(self, data, *, seats: Iterable[PostSeats], **kwargs):
        super().__init__(data, **kwargs)
        self.fields["leave"].choices = [
            (occupant.appointment, occupant.name) for post in seats for occupant in post.occupants
        ]

    @property
    def ticked(self) -> frozenset[int]:
        """The ticks as typed, to be shown again whether or not they are valid."""
        return keys_in(self.data.getlist("leave") if self.data else ())


class AgainForm(forms.Form):
    """Who of the term before is elected again into the same seat."""

    again = forms.TypedMultipleChoiceField(
        label="连任",
        coerce=int,
        required=False,
        error_messages={"invalid_choice": "连任名单中有上一届没有的人员，或已登记连任，请重新勾选"},
    )

    def __init__(self, data: QueryDict, *, seats: Sequence[FormerSeat]) -> None:
        super().__init__(data)
        self.seats = seats
        self.takes_all = data.get("go") == "again"
        self.fields["again"].choices = [(seat.appointment, seat.name) for seat in seats]

    @property
    def by_post(self) -> list[tuple[Post, list[FormerSeat]]]:
        return [(post, list(seats)) for post, seats in groupby(self.seats, key=lambda seat: seat.post)]

    @property
    def ticked(self) -> frozenset[int]:
        """The ticks as typed, or everybody at the press of a button."""
        if self.takes_all:
            return frozenset(seat.appointment for seat in self.seats)
        return keys_in(self.data.getlist("again"))

    @property
    def chosen(self) -> list[FormerSeat]:
        return [seat for seat in self.seats if seat.appointment in self.cleaned_data["again"]]


class SeatsForm(forms.Form):
    """So many seats that would be filled, by post and by whom they speak for."""

    post = forms.ChoiceField(label="职务", choices=[("", "—"), *Post.choices], required=False)
    constituency = forms.ChoiceField(label="代表类别", choices=Constituency, required=False)
    count = forms.IntegerField(label="席数", min_value=1, max_value=500, initial=1, required=False)

    def seats(self) -> list[Seat]:
        asked = self.cleaned_data
        if not asked["post"]:
            return []
        seat = Seat(
            post=Post(asked["post"]),
            constituency=Constituency(asked["constituency"] or Constituency.GRASSROOTS),
        )
        return [seat] * (asked["count"] or 1)


class TermForm(forms.Form):
    number = forms.IntegerField(
        label="届次", min_value=1, max_value=99, help_text="第几届，如 5；首次登记时可从现任届次开始"
    )
    congress_on = DayField(label="会员代表大会日期", help_text="本届自大会当日起算，上一届止于前一日")

    def clean_congress_on(self):
        return not_in_the_future(self.cleaned_data["congress_on"])


class LeaveForm(forms.Form):
    ends_on = DayField(label="最后在任日", help_text="这一天仍计入在任")
    exit = forms.ChoiceField(
        label="卸任原因", choices=[choice for choice in Exit.choices if choice[0] != Exit.RE_ELECTION]
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_ends_on(self):
        return not_in_the_future(self.cleaned_data["ends_on"])


TERM_STATES = {
    "in-term": (TermState.IN_TERM,),
    "due-soon": (TermState.DUE_SOON,),
    "overdue": ENDED,
    "ending": ENDING,
    "none": (TermState.NONE,),
}


class CouncilFilters(forms.Form):
    q = forms.CharField(label="名称、代码或拼音", max_length=60, required=False)
    level = forms.TypedChoiceField(
        label="层级",
        choices=[("", "全部层级"), *Level.choices],
        coerce=lambda text: Level(int(text)),
        required=False,
        empty_value=None,
    )
    term = forms.ChoiceField(
        label="届期",
        choices=[
            ("", "全部"),
            ("in-term", TermState.IN_TERM.label),
            ("due-soon", TermState.DUE_SOON.label),
            ("overdue", "届满未换届"),
            ("ending", "六个月内届满或已届满"),
            ("none", "未建"),
        ],
        required=False,
    )
    quota = forms.ChoiceField(
        label="基层一线比例",
        choices=[("", "全部"), ("met", "全部达标"), ("short", "未全部达标")],
        required=False,
    )
    bound = forms.BooleanField(label="只看有比例规定的", required=False)

    def wanted(self) -> CouncilFilter:
        asked = self.cleaned_data
        return CouncilFilter(
            level=asked["level"],
            text=asked["q"],
            states=TERM_STATES.get(asked["term"], ()),
            is_met=asked["quota"] == "met" if asked["quota"] else None,
            bound_only=asked["bound"],
        )


def not_in_the_future(day):
    if day > today():
        raise forms.ValidationError("日期不能晚于今天")
    return day


def keys_in(typed: Iterable[str]) -> frozenset[int]:
    return frozenset(int(key) for key in typed if fullmatch(r"[0-9]{1,18}", key))
