"""Put policy documents and their rules on record, and end them; nothing is ever deleted."""

from collections.abc import Iterable
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from associations.models import PolicyDocument, Rule
from associations.policies.queries import open_rules_of
from associations.policies.rules import Extent, day_findings, end_findings, extent_findings
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.findings import Finding, RuleViolation
from portal.records.files import store_upload
from portal.records.saving import refusal, save_record, save_version


@transaction.atomic
def add_document(
    *, document: PolicyDocument, basis: Iterable[PolicyDocument], upload: UploadedFile | None, by: User
) -> PolicyDocument:
    """Register a new document with what it is based on and, if given, its file.

    Raises: RuleViolation, also for what is wrong with the file.
    """
    _require_management(by, document)
    _refuse_days(document)
    if upload:
        document.file = store_upload(upload, by=by)
    save_record(document)
    document.basis.set(basis)
    return document


@transaction.atomic
def correct_document(document: PolicyDocument, *, seen: int, by: User) -> None:
    """Save what the caller corrected in a document; its issuer stays, because its rules reach from there.

    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    _require_management(by, document)
    _refuse_days(document)
    save_version(document, seen=seen)


@transaction.atomic
def add_rule(*, rule: Rule, seen: int, by: User) -> Rule:
    """Add a rule to its document, whose version `seen` was shown to its author.

    Raises: RuleViolation.
    """
    _require_management(by, rule.document)
    _refuse_extent(rule)
    save_version(rule.document, seen=seen)
    save_record(rule)
    return rule


@transaction.atomic
def correct_rule(rule: Rule, *, seen: int, by: User) -> None:
    """Save what the caller corrected in a rule that was registered wrongly; verdicts of all its days follow.

    A rule that was changed by a newer document is ended and another one added; this is for slips of the pen.
    Raises: RuleViolation, with the code `stale` when it was changed since version `seen`.
    """
    _require_management(by, rule.document)
    _refuse_extent(rule)
    # The document's page shows its rules: who ends them by an older page must look again.
    document = PolicyDocument.objects.scoped().select_for_update().get(pk=rule.document_id)
    save_version(document, seen=document.version)
    save_version(rule, seen=seen)


@transaction.atomic
def end_rule(*, rule: Rule, seen: int, on: date, by: User) -> Rule:
    """Let a rule hold for the last time on the day `on`; its document was shown at version `seen`.

    Raises: RuleViolation.
    """
    _require_management(by, rule.document)
    save_version(rule.document, seen=seen)
    # Under the lock of its document: the rule as it now is, not as the page showed it.
    rule.refresh_from_db(fields=["starts_on", "ends_on", "version"])
    _end(rule, on=on)
    return rule


@transaction.atomic
def end_document(*, document: PolicyDocument, seen: int, on: date, by: User) -> int:
    """End every rule of a document that still holds after the day `on`, and tell how many there were.

    Raises: RuleViolation, also where no rule is left to end or one would end before it begins.
    """
    _require_management(by, document)
    save_version(document, seen=seen)
    rules = open_rules_of(document, on=on)
    if not rules:
        raise refusal("该文件在此日之后没有仍然有效的规定", code="nothing-to-end", field="on")
    for rule in rules:
        _end(rule, on=on)
    return len(rules)


def _end(rule: Rule, *, on: date) -> None:
    _refuse(end_findings(starts_on=rule.starts_on, ends_on=rule.ends_on, on=on))
    rule.ends_on = on
    save_version(rule, seen=rule.version)


def _require_management(by: User, document: PolicyDocument) -> None:
    if not by.scope.covers(Permission.MANAGE_POLICIES, document.issuer.code):
        raise refusal("您不是发文地区的管理员，不能登记或修改其政策文件", code="forbidden", field="issuer")


def _refuse_days(document: PolicyDocument) -> None:
    _refuse(
        day_findings(
            dated_on=document.dated_on,
            printed_on=document.printed_on,
            published_on=document.published_on,
            today=today(),
        )
    )


def _refuse_extent(rule: Rule) -> None:
    _refuse(
        extent_findings(
            Extent(
                issuer_code=rule.document.issuer.code,
                scope_code=rule.scope.code,
                scope_level=rule.scope.level,
                levels=tuple(rule.levels),
            )
        )
    )


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise RuleViolation(findings)
