"""A QR code as a picture on the page: the secret in it must not travel to anybody who draws pictures."""

from base64 import b32encode
from urllib.parse import quote, urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.main import QRCode

from .models.second_factor import secret_of

MODULE = 5  # pixels
ISSUER = "计生协工作平台"


def secret_text(key: str) -> str:
    """Write the key as people type it into an app, in groups of four."""
    text = b32encode(secret_of(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def config_url(key: str, *, username: str) -> str:
    """Return the address that apps for codes read."""
    secret = b32encode(secret_of(key)).decode()
    query = urlencode({"secret": secret, "issuer": ISSUER, "digits": 6, "period": 30})
    return f"otpauth://totp/{quote(ISSUER)}:{quote(username)}?{query}"


def qr_picture(text: str) -> SafeString:
    """Draw a text as a QR code."""
    code = QRCode(border=2)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" aria-label="二维码"'
        ' viewBox="0 0 {0} {0}" width="{1}" height="{1}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/>'
        '<path d="{2}" fill="#000"/></svg>',
        len(rows),
        len(rows) * MODULE,
        path,
    )
