"""Official codes: their fixed widths make the code of a place the path to it."""

from .enums import CODE_WIDTH


def scopes_above(code: str) -> tuple[str, ...]:
    """Return the codes of the association itself and of every place above it: slices of its code.

    Shape: nearest last. A unit's code (`360102-0003`) hangs under its host's.
    """
    host = code.partition("-")[0]
    widths = [width for width in CODE_WIDTH.values() if width < len(host)]
    own = (host,) if host == code else (host, code)
    return (*(host[:width] for width in widths), *own)
