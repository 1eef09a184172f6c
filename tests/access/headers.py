"""What the headers and cookies of every response must say."""

from collections.abc import Iterator

from .routes import Answer

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def flaws_of(answer: Answer) -> list[str]:
    """Name every header and cookie that is not as it must be."""
    return [*_headers(answer), *_cookies(answer)]


def _headers(answer: Answer) -> Iterator[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    if dict(part.strip().partition(" ")[::2] for part in policy.split(";")) != POLICY:
        yield f"Content-Security-Policy: {policy}"
    for name, value in HEADERS.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    # "no-store" on pages; the API's and the files' own word is kept. Nothing may be shared.
    kept = answer.headers.get("Cache-Control", "")
    if not {"private", "no-store"} & set(kept.split(", ")):
        yield f"Cache-Control: {kept}"


def _cookies(answer: Answer) -> Iterator[str]:
    # An empty one takes a cookie away.
    for cookie in filter(lambda each: each.value, answer.cookies.values()):
        if (cookie["httponly"], cookie["samesite"]) != (True, "Lax"):
            yield f"Set-Cookie: {cookie.OutputString()}"
