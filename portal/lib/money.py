"""Amounts: kept as whole fen, typed and shown in yuan."""

from decimal import Decimal
from typing import Any

from django import forms

FEN = 100
MOST_DIGITS = 14


def yuan(fen: int) -> Decimal:
    """Return an amount in yuan with exactly two decimals."""
    return Decimal(fen).scaleb(-2)


class YuanField(forms.DecimalField):
    """An amount typed in yuan with at most two decimals and cleaned to whole fen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, decimal_places=2, max_digits=MOST_DIGITS, **options)

    def prepare_value(self, value: object) -> object:
        # What was typed is text; a number comes from the record.
        return yuan(value) if isinstance(value, int) else value

    def clean(self, value: object) -> int | None:
        cleaned = super().clean(value)
        return None if cleaned is None else int(cleaned * FEN)

    def has_changed(self, initial: object, data: object) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
