import pytest
from django import forms

from portal.lib.dates import EARLIEST_DAY
from portal.lib.form_fields import DayField, DayInput


class DaysForm(forms.Form):
    on = DayField(required=False)
    born_on = DayField(required=False, first=EARLIEST_DAY)
    later = DayField(required=False, widget=DayInput({"min": "1980-05-29"}))


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"on": "1949-10-01", "born_on": "1900-01-01"}, {}),
        ({"on": "2099-12-31", "born_on": "2099-12-31"}, {}),
        ({"on": "", "born_on": ""}, {}),
        ({"on": "1949-09-30"}, {"on": ["“1949-09-30”超出范围，请填写1949年10月至2099年的日期。"]}),
        ({"on": "9999-12-31"}, {"on": ["“9999-12-31”超出范围，请填写1949年10月至2099年的日期。"]}),
        ({"born_on": "1899-12-31"}, {"born_on": ["“1899-12-31”超出范围，请填写1900年至2099年的日期。"]}),
        ({"born_on": "0001-01-01"}, {"born_on": ["“0001-01-01”超出范围，请填写1900年至2099年的日期。"]}),
        ({"on": "2024-02-30"}, {"on": ["输入一个有效的日期。"]}),
    ],
)
def test_days_outside_the_calendar_are_refused(values, errors):
    assert DaysForm(values).errors == errors


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("on", 'min="1949-10-01" max="2099-12-31"'),
        ("born_on", 'min="1900-01-01" max="2099-12-31"'),
        ("later", 'min="1980-05-29" max="2099-12-31"'),
    ],
)
def test_calendar_of_the_browser_has_the_same_bounds(name, bounds):
    assert bounds in str(DaysForm()[name])
