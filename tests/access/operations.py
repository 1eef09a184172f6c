"""The operations of the API, from its schema."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

from django.core.management import call_command

from .world import Place

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`days` are the names of its days: in the query of a GET, in the body of everything else."""

    path: str
    method: str
    fields: frozenset[str]
    days: tuple[str, ...]

    def address(self, place: Place) -> str:
        address = self.path
        for name, value in real_values(place, self.path).items():
            address = address.replace(f"{{{name}}}", str(value))
        return address

    def record(self, place: Place) -> str:
        """Return the address of the place's own record of the kind."""
        slug = self.path.removeprefix("/api/v1/").split("/")[0]
        return replace(self, path=f"/api/v1/{slug}/{{id}}/").address(place)


def read_schema() -> dict[str, Any]:
    text = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=text)
    return json.loads(text.getvalue())


def real_values(place: Place, path: str) -> dict[str, object]:
    """Name the place's own record of this address."""
    slug = path.removeprefix("/api/v1/").split("/")[0]
    others = {
        "imports": place.import_batch,
        "exports": place.records["export"],
        "people": place.person,
        "policies": place.policy,
    }
    record = others.get(slug) or place.records.get(slug) or getattr(place, slug.removesuffix("s"), None)
    keys = {"code": place.code, "name": place.report_file}
    return keys | ({"id": record.pk, "key": record.pk} if record else {})


def operations(schema: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(path, method, methods[method], schema)


def _operation(path: str, method: str, told: dict[str, Any], schema: dict[str, Any]) -> Operation:
    shapes = {each["name"]: each["schema"] for each in told.get("parameters", []) if each["in"] == "query"}
    if method != "get":
        content = told.get("requestBody", {}).get("content", {})
        shape = content.get("application/json", {}).get("schema", {})
        shapes = _resolved(shape, schema).get("properties", {})
    days = tuple(name for name, shape in shapes.items() if shape.get("format") == "date")
    return Operation(path=path, method=method, fields=frozenset(shapes), days=days)


def _resolved(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape
