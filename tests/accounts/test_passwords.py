import pytest
from django.core.exceptions import ValidationError

from portal.accounts.passwords import CharacterClassesValidator


@pytest.mark.parametrize(
    "password", ["abcDEF123456", "abcdef-123456", "ABCDEF-123456", "abcDEF-xyz", "aB1-aB1-aB"]
)
def test_password_with_three_classes_passes(password):
    CharacterClassesValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["abcdefghijkl", "abcdef123456", "ABCDEF123456", "abcDEFabcDEF", "123456-----"]
)
def test_password_with_two_classes_is_refused(password):
    with pytest.raises(ValidationError) as refused:
        CharacterClassesValidator().validate(password)

    assert refused.value.messages == ["密码须包含大写字母、小写字母、数字、符号中的至少三类。"]
