"""Every refusal of the API as RFC 9457 problem+json."""

from dataclasses import asdict
from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from portal.audit.failures import NotRecorded
from portal.lib.dates import DayError
from portal.lib.findings import RuleViolation

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求有误",
    401: "需要身份认证",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的请求方法",
    406: "不支持的返回格式",
    409: "与规定或现状不符",
    412: "记录已被他人修改",
    413: "请求内容过大",
    415: "不支持的内容格式",
    428: "缺少前提条件",
    429: "请求过于频繁",
    500: "服务器出错",
    503: "暂时不可用",
}


def problem(code: int, detail: str, **members: Any) -> dict[str, Any]:
    """Return the body of a problem; `type` is about:blank because the status says what kind it is."""
    return {"type": "about:blank", "title": TITLES[code], "status": code, "detail": detail, **members}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of a view; None leaves it to Django, which answers 500."""
    if isinstance(error, RuleViolation):
        set_rollback()
        findings = [asdict(finding) for finding in error.findings]
        return _response(409, problem(409, str(error), findings=findings))
    if isinstance(error, NotRecorded):
        set_rollback()
        return _response(503, problem(503, "每次查看和取出都须留痕，而记录现在写不进去，请稍后重试"))
    if isinstance(error, DayError):
        error = exceptions.ValidationError({"on": [str(error)]})
    response = exception_handler(error, context)
    if response is None:
        return None
    body = _body(error, response)
    return _response(response.status_code, body, headers=dict(response.items()))


def _body(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = response.data if isinstance(response.data, dict) else {"": response.data}
        return problem(400, "请求参数未通过校验，见各字段的说明", errors=errors)
    if isinstance(error, exceptions.Throttled):
        return problem(429, f"请在{response['Retry-After']}秒后重试" if error.wait else "请稍后重试")
    return problem(response.status_code, str(response.data["detail"]))


def _response(code: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=code, content_type=MEDIA_TYPE, headers=headers)


NOT_FOUND = problem(status.HTTP_404_NOT_FOUND, "没有这项内容，或您无权查看")
