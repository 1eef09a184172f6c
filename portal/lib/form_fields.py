"""Form fields of any page: a day with the browser's calendar, the code of a place."""

from datetime import date
from typing import Any

from django import forms

from .asof import FIRST_DAY
from .dates import LATEST_DAY, DayError, known_day

# The official code of a division, or of a unit hosted by one.
CODE = r"[0-9]{2,12}(-[0-9]{4})?"
CODE_LENGTH = 20


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):  # noqa: TID251
    """A day that records may bear, from `first` on; the day before must be one as well."""

    widget = DayInput

    def __init__(self, *, first: date = FIRST_DAY, **options: Any) -> None:
        self.first = first
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        bounds = {"min": self.first.isoformat(), "max": LATEST_DAY.isoformat()}
        return super().widget_attrs(widget) | bounds | widget.attrs

    def validate(self, value: date | None) -> None:
        super().validate(value)
        try:
            if value is not None:
                known_day(value, first=self.first)
        except DayError as error:
            raise forms.ValidationError(str(error), code="day") from error


class PlaceCodeField(forms.RegexField):
    """The code of a place or of a unit."""

    def __init__(self, *, label: str = "所在地区代码", required: bool = False, **options: Any) -> None:
        length = {"max_length": CODE_LENGTH} | options
        super().__init__(rf"^{CODE}\Z", label=label, required=required, **length)
