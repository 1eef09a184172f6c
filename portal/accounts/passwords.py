"""What a password must be made of."""

from collections.abc import Callable

from django.core.exceptions import ValidationError

CLASSES: tuple[Callable[[str], bool], ...] = (
    str.isupper,
    str.islower,
    str.isdigit,
    lambda character: not character.isalnum(),
)
MIN_CLASSES = 3


class CharacterClassesValidator:
    """Ask for three of four: capital letters, small letters, digits, other characters."""

    def validate(self, password: str, user: object = None) -> None:
        present = sum(any(map(belongs, password)) for belongs in CLASSES)
        if present < MIN_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "密码须包含大写字母、小写字母、数字、符号中的至少三类。"
