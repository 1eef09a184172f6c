"""Form fields of any page: a day with the browser's calendar, the code of a place."""

from typing import Any

from django import forms
from django.core.validators import MinValueValidator

from .asof import FIRST_DAY

# The official code of a division, or of a unit hosted by one.
CODE = r"[0-9]{2,12}(-[0-9]{4})?"
CODE_LENGTH = 20
TOO_EARLY = "请选择1949年10月以后的日期"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that records may bear: the day before the first of the calendar is none."""

    widget = DayInput
    default_validators = [MinValueValidator(FIRST_DAY, message=TOO_EARLY)]


class PlaceCodeField(forms.RegexField):
    """The code of a place or of a unit."""

    def __init__(self, *, label: str = "所在地区代码", required: bool = False, **options: Any) -> None:
        length = {"max_length": CODE_LENGTH} | options
        super().__init__(rf"^{CODE}\Z", label=label, required=required, **length)
