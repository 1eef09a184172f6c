import re
from collections.abc import Sequence
from typing import Any

from rest_framework import pagination
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from portal.lib.form_fields import CODE
from portal.lib.keyset import moment_in

from .parameters import BIGINT_MAX

MAX_PAGE = 200


class CursorPagination(pagination.CursorPagination):
    """Pages by key: as fast at the end of three million rows as at the start."""

    page_size = 50
    max_page_size = MAX_PAGE
    page_size_query_param = "page_size"
    ordering = "id"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > self.max_page_size:
            raise ValidationError({self.page_size_query_param: [f"须为1至{self.max_page_size}的整数"]})
        return int(text)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            cursor = pagination.Cursor(offset=0, reverse=False, position="")
        if cursor is not None and cursor.position is not None and not self.is_position(cursor.position):
            raise ValidationError({self.cursor_query_param: ["不是本接口给出的翻页标记"]})
        return cursor

    def is_position(self, text: str) -> bool:
        return re.fullmatch(r"[0-9]{1,19}", text) is not None and int(text) <= BIGINT_MAX


class CodePagination(CursorPagination):
    """Pages of the register by official code."""

    ordering = "code"

    def is_position(self, text: str) -> bool:
        return re.fullmatch(CODE, text) is not None


class NewestFirst(CursorPagination):
    """Pages by the moment that the view names in `newest_by`."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> Sequence[str]:
        return (f"-{view.newest_by}",)

    def is_position(self, text: str) -> bool:
        try:
            moment_in(text)
        except ValueError:
            return False
        return True
