"""Put packs into the register: what is there already stays, also where somebody ended or corrected it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from associations.models import Association, PolicyDocument, Rule
from associations.policies.packs import Pack, PackDocument, PackRule, content_fields
from portal.records.saving import save_record


@dataclass(frozen=True, kw_only=True)
class PackResult:
    """What loading one pack did; `missing` are codes that the register lacks: their parts were left out."""

    name: str
    is_loaded: bool
    documents_added: int
    rules_added: int
    missing: tuple[str, ...]


@transaction.atomic
def load_packs(packs: Iterable[Pack]) -> list[PackResult]:
    """Load packs whose issuers are in the register; loading them again changes nothing.

    A document is known by its issuer and number, or title where it has none; a rule by its document,
    clause, reach and content. What was corrected since is known by what it said before.
    Raises: RuleViolation.
    """
    return [_Loading(pack).run() for pack in packs]


class _Loading:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        codes = {document.issuer for document in (pack.document, *pack.basis)}
        codes |= {rule.scope for rule in pack.rules}
        present = Association.objects.scoped().filter(code__in=codes)
        self.places = {place.code: place for place in present}
        self.missing = tuple(sorted(codes - self.places.keys()))
        self.documents_added = 0

    def run(self) -> PackResult:
        rules_added = 0
        is_loaded = self.pack.document.issuer in self.places
        if is_loaded:
            document = self._document(self.pack.document)
            document.basis.add(
                *(self._document(each) for each in self.pack.basis if each.issuer in self.places)
            )
            rules_added = sum(
                self._rule(document, rule) for rule in self.pack.rules if rule.scope in self.places
            )
        return PackResult(
            name=self.pack.name,
            is_loaded=is_loaded,
            documents_added=self.documents_added,
            rules_added=rules_added,
            missing=self.missing,
        )

    def _document(self, wanted: PackDocument) -> PolicyDocument:
        issuer = self.places[wanted.issuer]
        named = {"number": wanted.number} if wanted.number else {"number": "", "title": wanted.title}
        document = _that_ever_said(PolicyDocument, issuer=issuer, **named).first()
        if document is None:
            document = PolicyDocument(issuer=issuer, **wanted.values)
            save_record(document)
            self.documents_added += 1
        return document

    def _rule(self, document: PolicyDocument, wanted: PackRule) -> bool:
        rule = wanted.family(document=document, scope=self.places[wanted.scope], **wanted.values)
        same = ("document", "scope", "clause", "levels", "starts_on", *content_fields(wanted.family))
        # A rule that was ended since stays ended: its last day is no part of what it is known by.
        is_known = _that_ever_said(wanted.family, **{name: getattr(rule, name) for name in same}).exists()
        if not is_known:
            save_record(rule)
        return not is_known


def _that_ever_said(model: type[PolicyDocument] | type[Rule], **values: object) -> QuerySet:
    said = {f"events__{name}": value for name, value in values.items()}
    return model.objects.scoped().filter(**said).distinct()
