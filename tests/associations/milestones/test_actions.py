from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from associations.enums import Milestone, MilestoneStep
from associations.milestones import actions as milestone_actions
from associations.models import MilestoneEvent
from portal.accounts.roles import OFFICE, VERIFIER
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.records.models import StoredFile
from tests import factories
from tests.associations.milestones.cases import PLAN, claim, stored_file

DAY = date(2020, 12, 31)
LATER = date(2021, 3, 1)
PDF = SimpleUploadedFile("方案.pdf", b"%PDF-1.7 \n%%EOF").read()


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def steps_of(association, milestone=PLAN) -> list[tuple[str, date]]:
    events = MilestoneEvent.objects.filter(association=association, milestone=milestone)
    return list(events.order_by("on", "pk").values_list("step", "on"))


def codes(violation) -> list[str]:
    return [finding.code for finding in violation.value.findings]


def test_history_is_kept_step_by_step(county, office, verifier):
    milestone_actions.start(association=county, milestone=PLAN, by=office, on=date(2020, 6, 1))
    first = claim(county, office, date(2020, 9, 1))
    milestone_actions.return_(seen=first, reason=" 缺少文号 ", by=verifier, on=date(2020, 9, 20))
    second = claim(county, office, date(2020, 10, 1))
    milestone_actions.withdraw(seen=second, by=office, on=date(2020, 10, 1))
    third = claim(county, office, DAY)
    milestone_actions.verify(seen=third, by=verifier, on=LATER)

    assert steps_of(county) == [
        ("started", date(2020, 6, 1)),
        ("claimed", date(2020, 9, 1)),
        ("returned", date(2020, 9, 20)),
        ("claimed", date(2020, 10, 1)),
        ("withdrawn", date(2020, 10, 1)),
        ("claimed", DAY),
        ("verified", LATER),
    ]
    returned = MilestoneEvent.objects.get(step=MilestoneStep.RETURNED)
    assert (returned.reason, returned.by) == ("缺少文号", verifier)


def test_claim_keeps_number_day_and_file(county, office):
    file = stored_file()

    event = claim(county, office, DAY, document_number=" 东府办发〔2020〕8号 ", file=file)

    event.refresh_from_db()
    assert (event.document_number, event.achieved_on, event.file) == ("东府办发〔2020〕8号", DAY, file)
    assert (event.association, event.milestone, event.by) == (county, PLAN, office)


@pytest.mark.parametrize("missing", [{"document_number": "  "}, {"achieved_on": None}])
def test_claim_without_number_or_day_is_refused(county, office, missing):
    with pytest.raises(RuleViolation, match="申报须填文号、成文日期并上传佐证文件"):
        claim(county, office, DAY, **missing)

    assert steps_of(county) == []


def test_claim_without_file_is_refused_by_the_action_and_by_the_database(county, office):
    facts = {"association": county, "milestone": PLAN, "document_number": "一号", "achieved_on": DAY}

    with pytest.raises(RuleViolation, match="申报须填文号、成文日期并上传佐证文件"):
        milestone_actions.claim(**facts, file=None, by=office, on=DAY)
    with pytest.raises(DatabaseError, match="milestone_claim_has_proof"), transaction.atomic():
        MilestoneEvent.objects.create(**facts, step=MilestoneStep.CLAIMED, on=DAY)

    assert steps_of(county) == []


def test_claim_of_a_computed_milestone_is_refused(county, office):
    with pytest.raises(RuleViolation, match="“基层一线比例达标”由数据自动计算，不需申报"):
        claim(county, office, DAY, milestone=Milestone.QUOTAS)


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_milestone_is_moved_by_nobody_without_the_grant(request, county, office, who):
    by = request.getfixturevalue(who)
    made = claim(county, office, DAY)

    for write in (
        lambda: milestone_actions.start(association=county, milestone=Milestone.BUDGET, by=by, on=DAY),
        lambda: claim(county, by, DAY, milestone=Milestone.BUDGET),
        lambda: milestone_actions.withdraw(seen=made, by=by, on=DAY),
    ):
        with pytest.raises(RuleViolation, match="没有这个协会，或您无权办理"):
            write()

    assert list(MilestoneEvent.objects.all()) == [made]


def test_second_claim_is_refused_and_its_upload_not_recorded(county, office):
    upload = {"upload": SimpleUploadedFile("方案.pdf", PDF), "document_number": "一号", "achieved_on": DAY}
    milestone_actions.claim_with_upload(association=county, milestone=PLAN, by=office, on=DAY, **upload)

    with pytest.raises(RuleViolation, match="该事项目前为“已申报”，不能申报"):
        milestone_actions.claim_with_upload(association=county, milestone=PLAN, by=office, on=DAY, **upload)

    assert steps_of(county) == [("claimed", DAY)]
    assert StoredFile.objects.count() == 1


def test_claim_with_a_bad_file_leaves_nothing(county, office):
    with pytest.raises(RuleViolation) as refused:
        milestone_actions.claim_with_upload(
            association=county,
            milestone=PLAN,
            document_number="一号",
            achieved_on=DAY,
            upload=SimpleUploadedFile("方案.pdf", b"MZ"),
            by=office,
            on=DAY,
        )

    assert codes(refused) == ["file-mismatch"]
    assert steps_of(county) == []


def test_day_after_today_is_refused(county, office):
    tomorrow = today() + timedelta(days=1)

    with pytest.raises(RuleViolation) as refused:
        claim(county, office, tomorrow)

    assert codes(refused) == ["day-future"]


def test_day_before_the_last_step_is_refused(county, office, verifier):
    made = claim(county, office, DAY)

    with pytest.raises(RuleViolation, match="日期不能早于上一步的日期（2020年12月31日）"):
        milestone_actions.verify(seen=made, by=verifier, on=date(2020, 12, 30))


def test_return_without_reason_is_refused(county, office, verifier):
    made = claim(county, office, DAY)

    with pytest.raises(RuleViolation, match="退回须写明理由"):
        milestone_actions.return_(seen=made, reason="  ", by=verifier, on=LATER)

    assert steps_of(county) == [("claimed", DAY)]


def test_verified_claim_can_be_returned_and_not_verified_again(county, office, verifier):
    made = claim(county, office, DAY)
    verified = milestone_actions.verify(seen=made, by=verifier, on=LATER)

    with pytest.raises(RuleViolation, match="该事项目前为“已核实”，不能核实"):
        milestone_actions.verify(seen=verified, by=verifier, on=LATER)
    milestone_actions.return_(seen=verified, reason="文件已废止", by=verifier, on=LATER)

    assert steps_of(county) == [("claimed", DAY), ("verified", LATER), ("returned", LATER)]


def test_claim_of_ones_own_association_is_judged_by_nobody_there(county, city, office):
    factories.grant(office, VERIFIER, city)
    colleague = factories.user((OFFICE, county), association=county)
    made = claim(county, colleague, DAY)

    for judge in (
        lambda: milestone_actions.verify(seen=made, by=office, on=LATER),
        lambda: milestone_actions.return_(seen=made, reason="不符", by=office, on=LATER),
    ):
        with pytest.raises(RuleViolation) as refused:
            judge()
        assert codes(refused) == ["own-association"]

    assert steps_of(county) == [("claimed", DAY)]


def test_claim_made_for_an_association_below_is_not_judged_by_its_maker(county, verifier):
    made = claim(county, verifier, DAY)

    with pytest.raises(RuleViolation) as refused:
        milestone_actions.verify(seen=made, by=verifier, on=LATER)

    assert codes(refused) == ["own-claim"]


def test_claim_is_not_judged_from_the_same_level(county, city, office):
    same_level = factories.user((VERIFIER, county), association=city)
    made = claim(county, office, DAY)

    with pytest.raises(RuleViolation) as refused:
        milestone_actions.verify(seen=made, by=same_level, on=LATER)

    assert codes(refused) == ["not-above"]


def test_return_of_a_claim_that_was_verified_meanwhile_is_refused(county, office, verifier):
    seen = claim(county, office, DAY)
    milestone_actions.verify(seen=seen, by=verifier, on=LATER)

    with pytest.raises(RuleViolation, match="该事项已有新的进展，目前为“已核实”，请刷新后再处理") as refused:
        milestone_actions.return_(seen=seen, reason="不符", by=verifier, on=LATER)

    assert codes(refused) == ["stale"]
    assert steps_of(county) == [("claimed", DAY), ("verified", LATER)]


def test_own_claim_is_not_returned_after_another_verified_it(county, city, verifier):
    made = claim(county, verifier, DAY)
    colleague = factories.user((VERIFIER, city), association=city)
    verified = milestone_actions.verify(seen=made, by=colleague, on=LATER)

    with pytest.raises(RuleViolation) as refused:
        milestone_actions.return_(seen=verified, reason="不符", by=verifier, on=LATER)

    assert codes(refused) == ["own-claim"]


def test_verify_of_a_claim_that_was_replaced_is_refused(county, office, verifier):
    seen = claim(county, office, DAY)
    milestone_actions.withdraw(seen=seen, by=office, on=LATER)
    claim(county, office, LATER, document_number="另一号")

    with pytest.raises(RuleViolation) as refused:
        milestone_actions.verify(seen=seen, by=verifier, on=LATER)

    assert codes(refused) == ["stale"]
    assert steps_of(county)[-1] == ("claimed", LATER)


def test_step_cannot_be_changed_or_deleted(county, office):
    made = claim(county, office, DAY)

    for change in (
        lambda: MilestoneEvent.objects.filter(pk=made.pk).update(document_number="别号"),
        lambda: MilestoneEvent.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            change()
