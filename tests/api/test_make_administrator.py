from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import User
from portal.accounts.roles import Permission


def test_first_administrator_gets_a_reach_and_a_password_for_once(city):
    said = StringIO()

    call_command("make_administrator", "first", association="3601", stdout=said)

    user = User.objects.get(username="first")
    assert user.scope.prefixes_for(Permission.MANAGE_USERS) == ("3601",)
    assert user.check_password(said.getvalue().strip())
    assert user.must_change_password


def test_unknown_place_and_taken_name_are_refused(city):
    call_command("make_administrator", "first", association="3601", stdout=StringIO())

    with pytest.raises(CommandError, match="没有代码为“99”的协会"):
        call_command("make_administrator", "second", association="99")
    with pytest.raises(CommandError):
        call_command("make_administrator", "first", association="3601")
    assert not User.objects.filter(username="second").exists()
