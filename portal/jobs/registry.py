"""The kinds of jobs and the functions that do them."""

from collections.abc import Callable

from django.utils.module_loading import autodiscover_modules

from .attempts import Attempt

Handler = Callable[[Attempt], None]
_handlers: dict[str, Handler] = {}


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register a function of an app's `jobs.py` as what does jobs of this kind."""

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        return handler

    return register


def handler_of(kind: str) -> Handler:
    """Return the function that does jobs of this kind.

    Raises: LookupError for a kind that no app does any longer.
    """
    # Found when first needed and not at start: web processes enqueue and never load what only workers need.
    autodiscover_modules("jobs")
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no handler for jobs of kind {kind}") from None
