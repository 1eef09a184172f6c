from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as PermissionRow
from django.core import mail as outbox
from django.urls import reverse

from associations.enums import Milestone
from associations.milestones import actions as milestone_actions
from members.notices import remind_of_terms
from portal.accounts.holders import holders
from portal.accounts.models import Grant, GroupGrant
from portal.accounts.roles import LEADER, OFFICE, Permission
from portal.inbox import actions, mail
from portal.inbox.enums import Topic
from portal.inbox.models import Message
from portal.inbox.queries import unread_count
from portal.inbox.reminders import remind_of_grants
from portal.lib.dates import now, today
from tests import factories
from tests.associations.milestones.cases import claim

DAY = date(2024, 7, 10)


def texts(user) -> list[str]:
    return list(
        Message.objects.filter(user=user).order_by("created_at", "text").values_list("text", flat=True)
    )


def tell(user, key="a", **values):
    actions.send(**({"to": [user.pk], "topic": Topic.JOB, "key": key, "text": f"消息{key}"} | values))


def test_same_key_is_told_once(office):
    tell(office)
    tell(office, text="另一句")

    assert texts(office) == ["消息a"]


def test_inbox_shows_own_messages_only(client, office, neighbour):
    tell(office)
    tell(neighbour, key="b")
    client.force_login(office)

    page = client.get("/inbox/")

    assert [message.text for message in page.context["page"].rows] == ["消息a"]


def test_message_about_a_lost_place_is_gone(client, office, county):
    tell(office, association=county)
    tell(office, key="b")
    Grant.objects.filter(user=office).update(ends_on=today() - timedelta(days=1))
    client.force_login(office)

    page = client.get("/inbox/")

    assert [message.text for message in page.context["page"].rows] == ["消息b"]
    assert client.post(reverse("inbox:open", args=[Message.objects.get(key="a").pk])).status_code == 404


def test_opening_a_message_marks_it_and_leads_on(client, office):
    tell(office, url="/reports/")
    message = Message.objects.get()
    client.force_login(office)

    answer = client.post(reverse("inbox:open", args=[message.pk]))

    message.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/reports/")
    assert message.read_at is not None


def test_message_of_another_user_is_missing(client, office, neighbour):
    tell(neighbour)
    client.force_login(office)

    answer = client.post(reverse("inbox:open", args=[Message.objects.get().pk]))

    assert answer.status_code == 404
    assert Message.objects.get().read_at is None


def test_all_are_marked_read(client, office, neighbour):
    tell(office)
    tell(office, key="b")
    tell(neighbour)
    client.force_login(office)

    client.post("/inbox/read/")

    assert list(Message.objects.unread().values_list("user", flat=True)) == [neighbour.pk]


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (1, "1"), (99, "99"), (100, "99+")])
def test_frame_counts_the_unread(office, number, shown):
    for key in range(number):
        tell(office, key=str(key))

    assert unread_count(office) == shown


@pytest.mark.parametrize(
    ("query", "kept"), [("topic=job", ["消息b"]), ("unread=on", ["消息a"]), ("topic=grant&unread=on", [])]
)
def test_filters_keep_what_is_asked(client, office, query, kept):
    tell(office, topic=Topic.CLAIM)
    tell(office, key="b")
    actions.mark_read(Message.objects.get(key="b"))
    client.force_login(office)

    assert [message.text for message in client.get(f"/inbox/?{query}").context["page"].rows] == kept


def test_unknown_filter_is_refused(client, office):
    client.force_login(office)

    assert client.get("/inbox/?under=36").status_code == 400


def test_list_costs_the_same_for_one_message_and_for_ten(
    client, office, django_assert_num_queries, django_assert_max_num_queries
):
    tell(office)
    client.force_login(office)
    client.get("/inbox/")
    with django_assert_max_num_queries(15) as few:
        client.get("/inbox/")
    for key in range(10):
        tell(office, key=str(key))

    with django_assert_num_queries(len(few)):
        client.get("/inbox/")


def test_office_hears_what_became_of_its_claim(settings, tmp_path, county, office, verifier):
    settings.FILES_DIR = tmp_path
    colleague = factories.user((OFFICE, county))
    first = claim(county, office, DAY)
    milestone_actions.return_(seen=first, reason="缺少文号", by=verifier, on=DAY)
    second = claim(county, office, DAY)
    milestone_actions.verify(seen=second, by=verifier, on=DAY)

    told = ["东湖区“改革方案出台”被退回，请按理由补正后重新申报", "东湖区“改革方案出台”已核实"]
    assert (texts(office), texts(colleague), texts(verifier)) == (told, told, [])
    assert Message.objects.filter(user=office).values_list("url", flat=True)[0] == reverse(
        "oversight:milestone", args=["360102", Milestone.PLAN_ISSUED]
    )


def test_claim_below_an_office_is_told_to_the_nearest(settings, tmp_path, county, office, verifier):
    settings.FILES_DIR = tmp_path
    township = factories.association("360102001", short_name="彭家桥")
    made = claim(township, office, DAY)

    milestone_actions.verify(seen=made, by=verifier, on=DAY)

    assert texts(office) == ["彭家桥“改革方案出台”已核实"]


@pytest.mark.parametrize(
    ("days", "told"), [(31, 0), (30, 1), (8, 1), (7, 1), (0, 1), (-1, 0)], ids=lambda value: str(value)
)
def test_end_of_a_grant_is_told_in_time(office, county, days, told):
    Grant.objects.filter(user=office).update(ends_on=DAY + timedelta(days=days))

    remind_of_grants(on=DAY)
    remind_of_grants(on=DAY)

    assert len(texts(office)) == told


def test_end_of_a_grant_is_told_twice_and_to_the_giver(office, county):
    giver = factories.user()
    Grant.objects.filter(user=office).update(ends_on=DAY + timedelta(days=30), granted_by=giver)

    for days in range(31):
        remind_of_grants(on=DAY + timedelta(days=days))

    assert (len(texts(office)), len(texts(giver))) == (2, 2)
    assert texts(office)[0] == "您在东湖区的“办公室”授权将于2024年8月9日到期，需要延长请联系管理员"


def test_term_is_told_when_its_last_six_months_begin(office, county):
    factories.term(county, congress_on=date(2020, 1, 10), starts_on=date(2020, 1, 10))

    remind_of_terms(on=date(2024, 7, 9))
    early = texts(office)
    remind_of_terms(on=DAY)
    remind_of_terms(on=DAY + timedelta(days=1))

    assert early == []
    assert texts(office) == ["1 个协会的本届将在六个月内届满：东湖区"]


def test_terms_are_told_to_the_nearest_office(office, neighbour, county, other_county, verifier):
    for place in (county, factories.association("360102001", short_name="彭家桥"), other_county):
        factories.term(place, starts_on=date(2022, 1, 10), congress_on=date(2022, 1, 10))
    factories.term(verifier.association, starts_on=date(2020, 1, 10), congress_on=date(2020, 1, 10))

    remind_of_terms(on=date(2024, 7, 20))

    assert texts(office) == ["1 个协会的本届将在六个月内届满：彭家桥"]
    assert texts(neighbour) == []
    assert texts(verifier) == ["1 个协会的本届将在六个月内届满：南昌市"]


def test_holders_are_found_through_groups_and_only_in_force(county, city):
    grouped, ended, away = (
        factories.user(),
        factories.user(),
        factories.user((OFFICE, county), is_active=False),
    )
    group = Group.objects.create(name="值班组")
    grouped.groups.add(group)
    role = PermissionRow.objects.get(codename=OFFICE.codename, content_type__app_label="associations")
    GroupGrant.objects.create(group=group, permission=role, content_object=city)
    factories.grant(ended, OFFICE, county, ends_on=DAY - timedelta(days=1))
    factories.grant(factories.user(), LEADER, county)

    found = holders(Permission.EDIT_RECORDS, on=DAY, code="360102")

    assert found.by_code == {"3601": frozenset({grouped.pk})}
    assert (found.place_of("360102"), found.nearest("31")) == ("3601", frozenset())
    assert away.pk not in found.nearest("360102")


def test_news_is_mailed_once_and_only_to_an_address(office, neighbour):
    office.email = "office@example.org"
    office.save(update_fields=["email"])
    tell(office)
    tell(office, key="b")
    tell(neighbour)

    sent = [mail.mail_news(), mail.mail_news()]

    assert sent == [1, 0]
    assert [(each.to, each.subject) for each in outbox.outbox] == [
        (["office@example.org"], "计生协工作平台：2 条新消息")
    ]
    assert outbox.outbox[0].body.splitlines()[:2] == ["· 消息a", "· 消息b"]


def test_read_and_old_messages_are_not_mailed(office):
    office.email = "office@example.org"
    office.save(update_fields=["email"])
    tell(office)
    actions.mark_all_read(office)
    tell(office, key="b")
    Message.objects.filter(key="b").update(created_at=now() - timedelta(days=3))

    assert mail.mail_news() == 0


def test_failing_mail_leaves_the_message_for_the_next_run(office, settings):
    office.email = "office@example.org"
    office.save(update_fields=["email"])
    tell(office)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(ConnectionRefusedError):
        mail.mail_news()

    assert Message.objects.get().mailed_at is None


def test_grant_that_ends_with_its_term_is_told(county):
    clerk = factories.user()
    term = factories.term(county, ends_on=date(2026, 3, 10))
    grant = factories.grant(clerk, OFFICE, county, term=term)

    remind_of_grants(on=date(2026, 3, 5))
    remind_of_grants(on=date(2026, 3, 11))

    told = Message.objects.filter(user=clerk).values_list("key", flat=True)
    assert list(told) == [f"grant:{grant.pk}:2026-03-10:7"]
