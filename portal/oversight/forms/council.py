from collections.abc import Iterable
from re import fullmatch

from django import forms

from associations.enums import Constituency, Level, Post
from members.enums import Exit
from members.queries import PostSeats
from members.seat_counts import Seat
from portal.lib.dates import today

SEAT_ROWS = 4


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


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
        typed = self.data.getlist("leave") if self.data else ()
        return frozenset(int(key) for key in typed if fullmatch(r"[0-9]{1,18}", key))


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
    congress_on = forms.DateField(
        label="会员代表大会日期", widget=day_input(), help_text="本届自大会当日起算，上一届止于前一日"
    )

    def clean_congress_on(self):
        return not_in_the_future(self.cleaned_data["congress_on"])


class LeaveForm(forms.Form):
    ends_on = forms.DateField(label="最后在任日", widget=day_input(), help_text="这一天仍计入在任")
    exit = forms.ChoiceField(
        label="卸任原因", choices=[choice for choice in Exit.choices if choice[0] != Exit.RE_ELECTION]
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_ends_on(self):
        return not_in_the_future(self.cleaned_data["ends_on"])


class CouncilFilters(forms.Form):
    level = forms.TypedChoiceField(
        label="层级",
        choices=[("", "全部层级"), *Level.choices],
        coerce=lambda text: Level(int(text)),
        required=False,
        empty_value=None,
    )


def not_in_the_future(day):
    if day > today():
        raise forms.ValidationError("日期不能晚于今天")
    return day
