import pytest

from associations.enums import Body, Visibility
from associations.policies.rule_queries import citation_of
from tests import factories


@pytest.mark.parametrize(
    ("visibility", "number", "title", "text"),
    [
        (Visibility.PUBLIC, "测发〔2020〕1号", "改革方案", "测发〔2020〕1号 二（三）"),
        (Visibility.INTERNAL, "", "改革方案", "改革方案 二（三）"),
        (Visibility.RESTRICTED, "测发〔2020〕1号", "", "测发〔2020〕1号 二（三）"),
        (Visibility.RESTRICTED, "", "受限文件", "受限文件 二（三）"),
    ],
)
def test_citation_keeps_the_title_of_a_restricted_document(province, visibility, number, title, text):
    document = factories.policy(province, visibility=visibility, number=number)

    citation = citation_of(factories.quota_rule(document, Body.COUNCIL, 30))

    assert (citation.document_number, citation.title, str(citation)) == (number, title, text)
