"""Third-party assets, published out of `node_modules` by a list and not by folder."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

PUBLISHED = (
    "bootstrap/dist/css/bootstrap.min.css",
    # The style sheet names it, and the manifest of hashed names refuses what it cannot find.
    "bootstrap/dist/css/bootstrap.min.css.map",
)


class NodeModulesFinder(BaseFinder):
    """Find the listed files of `node_modules` under their path inside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(settings.BASE_DIR / "node_modules")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [self.storage.path(path)] if path in PUBLISHED and self.storage.exists(path) else []
        # Not found is an empty list, never None: Django would take None for a path.
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        return ((path, self.storage) for path in PUBLISHED if self.storage.exists(path))
