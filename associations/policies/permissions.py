from django.http import Http404, HttpRequest

from associations.models import PolicyDocument, Rule
from associations.policies.queries import FAMILY_NAMES
from portal.accounts.roles import Permission


def load_policy(request: HttpRequest, pk: int, permission: Permission | None = None) -> PolicyDocument:
    """Return a document that the user may read, or manage; missing and forbidden look the same.

    Raises: Http404.
    """
    found = PolicyDocument.objects.visible_to(request.user, permission).filter(pk=pk)
    document = found.select_related("issuer", "file").first()
    if document is None:
        raise Http404("没有这份文件，或您无权查看")
    return document


def load_family(name: str) -> type[Rule]:
    """Return the family of rules that an address names.

    Raises: Http404.
    """
    try:
        return FAMILY_NAMES[name]
    except KeyError:
        raise Http404("没有这类规定") from None


def load_rule(request: HttpRequest, *, document_pk: int, family: str, pk: int) -> Rule:
    """Return a rule of a document that the user manages.

    Raises: Http404.
    """
    document = load_policy(request, document_pk, Permission.MANAGE_POLICIES)
    rule = (
        load_family(family).objects.scoped().filter(document=document, pk=pk).select_related("scope").first()
    )
    if rule is None:
        raise Http404("没有这条规定")
    rule.document = document
    return rule
