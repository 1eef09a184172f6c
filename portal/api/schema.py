"""What the schema says of every operation: how to sign in, and that refusals are problems."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from .problems import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "description": "各字段的说明(400)"},
        "findings": {
            "type": "array",
            "description": "违反的规定(409)",
            "items": {"type": "object"},
        },
    },
}
REFUSAL = {
    "description": "拒绝或出错",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def add_problems(
    result: dict[str, Any], generator: SchemaGenerator, request: Any, public: bool
) -> dict[str, Any]:
    """Add the problem to the schema's components and to the answers of every operation."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"]["default"] = REFUSAL
    return result
