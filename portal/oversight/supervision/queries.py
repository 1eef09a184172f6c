"""The histories of notices."""

from datetime import date

from portal.accounts.models import User
from portal.oversight.models import SupervisionNotice, SupervisionStep

Subject = tuple[int, str, str]


def steps_of(notice: SupervisionNotice) -> list[SupervisionStep]:
    """List the steps of a notice in order, with who took them and what they brought, in one statement."""
    related = ("by__association", "file", "raised_to__parent")
    return list(notice.steps.select_related(*related).order_by("on", "pk"))


def open_subjects(user: User, *, on: date) -> set[Subject]:
    """Return what the notices that are open on the day are about: association, kind, milestone or body."""
    rows = SupervisionNotice.objects.visible_to(user).standing(on=on).open()
    found = rows.values_list("association_id", "kind", "milestone", "body")
    return {(association, kind, milestone or body) for association, kind, milestone, body in found}
