"""Writes that a client may repeat: an Idempotency-Key names one write of one user."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from portal.lib.findings import RuleViolation
from portal.lib.sealed import keyed_digest
from portal.records.saving import refusal

from .models import KeyedRequest

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)
PURPOSE = "repeated request"
REPEATABLE = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description="同一个值重复提交只办理一次")


def idempotency_key(request: Request) -> str:
    """Return the client's name for this request, or nothing. Raises: ValidationError for an unfit one."""
    key = request.headers.get(HEADER, "")
    if key and not re.fullmatch(r"[!-~]{1,100}", key):
        raise serializers.ValidationError({HEADER: ["须为不超过100个可见 ASCII 字符"]})
    return key


def once(request: Request, make: Callable[[], object]) -> str:
    """Run a write, which is atomic itself, and return the key of the record that it made.

    The same request again makes nothing and returns the same; one without a key is run as it is.
    Raises: RuleViolation where the key named another request.
    """
    key = idempotency_key(request)
    if not key:
        return str(make())
    outcome = _once(request, key, make)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@transaction.atomic
def _once(request: Request, key: str, make: Callable[[], object]) -> str | Exception:
    # Waits for a twin that is still under way: of forty at once one makes the record and the others find it.
    mine, is_new = KeyedRequest.objects.get_or_create(
        user=request.user, key=key, defaults={"digest": _digest(request)}
    )
    if not is_new:
        if mine.digest != _digest(request) or mine.record_key is None:
            raise refusal(f"这个 {HEADER} 已用于另一个请求", code="key_used", field=HEADER)
        return mine.record_key
    try:
        mine.record_key = str(make())
    except (RuleViolation, APIException) as refused:
        # Not raised through the transaction: what was put on record before the refusal stays on record.
        mine.delete()
        return refused
    mine.save(update_fields=["record_key"])
    return mine.record_key


def forget_old(*, at: datetime) -> None:
    """Delete keys that no client repeats any longer."""
    KeyedRequest.objects.filter(created_at__lt=at - KEPT).delete()


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=_hash_of)
    # Keyed: a body may be an ID number and little else, which could be guessed from a plain digest.
    plain = hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()
    return keyed_digest(plain, PURPOSE)


def _hash_of(file: UploadedFile) -> str:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return f"{file.name} {digest}"
