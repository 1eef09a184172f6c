"""What was typed or sent to prove who somebody is stands nowhere in a dump of the database."""

import json
import re
from secrets import token_hex

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django_otp.oath import TOTP

from bin import backup
from portal.accounts.link_actions import issue_link
from portal.accounts.models import SecondFactor
from portal.accounts.models.second_factor import secret_of
from portal.accounts.recovery_codes import plain
from portal.accounts.roles import ADMINISTRATOR
from portal.accounts.views.second_factor import KEY
from portal.accounts.waiting import WAITING
from tests import factories

SIGN_IN, SIGN_IN_CODE = "/accounts/sign-in/", "/accounts/sign-in/code/"
PASSWORD, LINK = "/accounts/password/", "/accounts/link/"
ENROL, VERIFY = "/accounts/second-factor/enrol/", "/accounts/second-factor/verify/"
FIRST = "Correct-horse-1"
WRONG_RECOVERY_CODE = "wxyz-wxyz-2345-6789"
# A code by itself: six digits of a moment, a hash or a longer number are none.
CODE = re.compile(r"(?<![\w.:+-])[0-9]{6}(?![\w.:])")


def password():
    return f"Aa{token_hex(8)}"


def dump(folder):
    """Dump the database as text, and with it what sessions hold, which the text shows in base64 only."""
    file = folder / "database.sql"
    backup.run("pg_dump", "--format=plain", f"--file={file}", f"--dbname={backup.dsn()}")
    sessions = [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    # The dump writes a new line within a value as two characters.
    return "\n".join([file.read_text(), *sessions]).replace("\\n", "\n")


def codes_near_now(key):
    return {f"{TOTP(secret_of(key), drift=steps).token():06d}" for steps in range(-3, 4)}


class Desk:
    """Somebody at a browser; what they post is noted, and the codes are none that the dump shows anyway."""

    def __init__(self, in_dump_before):
        self.browser = Client()
        self.texts, self.codes = set(), set()
        self.common = set(CODE.findall(in_dump_before))

    def post(self, address, **sent):
        secrets = {value for value in sent.values() if value != "office"}
        self.codes |= {value for value in secrets if CODE.fullmatch(value)}
        self.texts |= {value for value in secrets if not CODE.fullmatch(value)}
        return self.browser.post(address, sent)

    def wrong_code(self, key):
        made = (f"{number:06d}" for number in range(739_201, 1_000_000))
        return next(code for code in made if code not in self.common | self.codes | codes_near_now(key))

    def key_to_enrol(self):
        key = token_hex(20)
        while codes_near_now(key) & self.common:
            key = token_hex(20)
        session = self.browser.session
        session[KEY] = key
        session.save()
        return key


@pytest.fixture
def desk(transactional_db, office, tmp_path):
    return Desk(dump(tmp_path))


def mistype_passwords(desk):
    desk.post(SIGN_IN, username="office", password=password())
    # One field too early: the name that was typed is a password.
    desk.post(SIGN_IN, username=password(), password=password())
    entered = desk.post(SIGN_IN, username="office", password=FIRST)
    new = password()
    wrong_old = desk.post(PASSWORD, old_password=password(), new_password1=new, new_password2=new)
    unequal = desk.post(PASSWORD, old_password=FIRST, new_password1=password(), new_password2=password())
    assert [page.status_code for page in (entered, wrong_old, unequal)] == [302, 200, 200]


def enrol(desk):
    key = desk.key_to_enrol()
    right = f"{TOTP(secret_of(key)).token():06d}"
    wrong_password = desk.post(ENROL, old_password=password(), code=right)
    wrong_code = desk.post(ENROL, old_password=FIRST, code=desk.wrong_code(key))
    done = desk.post(ENROL, old_password=FIRST, code=right)
    assert [len(page.context["form"].errors) for page in (wrong_password, wrong_code)] == [1, 1]
    desk.texts.update(*((code, plain(code)) for code in done.context["codes"]))
    return key, done.context["codes"]


def give_codes(desk, key, recovery_codes):
    wrong = desk.post(VERIFY, code=desk.wrong_code(key))
    desk.browser = Client()
    desk.post(SIGN_IN, username="office", password=FIRST)
    wrong_too = desk.post(SIGN_IN_CODE, code=desk.wrong_code(key))
    wrong_paper = desk.post(SIGN_IN_CODE, code=WRONG_RECOVERY_CODE)
    # What was wrong slows down the next, of the telephone and of the paper alike.
    for device in (SecondFactor.objects.get(), SecondFactor.objects.get().user.staticdevice_set.get()):
        device.throttle_reset()
    entered = desk.post(SIGN_IN_CODE, code=recovery_codes[0])
    assert [page.status_code for page in (wrong, wrong_too, wrong_paper, entered)] == [200, 200, 200, 302]


def follow_link(desk, secret):
    desk.browser = Client()
    new = password()
    made_up = desk.post(LINK, key=token_hex(16), new_password1=new, new_password2=new)
    unequal = desk.post(LINK, key=secret, new_password1=password(), new_password2=password())
    done = desk.post(LINK, key=secret, new_password1=new, new_password2=new)
    entered = desk.post(SIGN_IN, username="office", password=new)
    assert [page.status_code for page in (made_up, unequal, done, entered)] == [404, 200, 200, 302]


def test_nothing_that_was_posted_as_a_secret_is_in_a_dump(desk, office, city, tmp_path):
    administrator = factories.user((ADMINISTRATOR, city), association=city)

    # After each part: a sign-in that succeeds deletes what was counted of those that failed before it.
    mistype_passwords(desk)
    found = dump(tmp_path)
    key, recovery_codes = enrol(desk)
    found += dump(tmp_path)
    give_codes(desk, key, recovery_codes)
    found += dump(tmp_path)
    follow_link(desk, issue_link(user=office, by=administrator).secret)
    found += dump(tmp_path)

    assert (len(desk.texts), len(desk.codes)) == (35, 4)
    assert {text for text in desk.texts if text in found} | (desk.codes & set(CODE.findall(found))) == set()
    # The search finds what is there: the code of a place by itself, a name, what a session holds.
    assert {"360102"} <= set(CODE.findall(found))
    assert "东湖区计划生育协会" in found
    assert WAITING in found
