from datetime import timedelta

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from portal.accounts.models import ApiToken, User
from portal.lib.dates import now

KEYWORD = b"bearer"
# A busy client would otherwise write the same row on every request.
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`: acts as the token's user, confined to its association and permissions."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD:
            return None
        token = self._token(words[1]) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed("令牌无效、已过期或已停用")
        if token.user.must_change_password:
            raise PermissionDenied("须先在网页上修改密码")
        token.user.act_by(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _token(self, secret: bytes) -> ApiToken | None:
        moment = now()
        # The token says whose request this is, so nobody can be asked for yet.
        tokens = ApiToken.objects.scoped()
        hashed = ApiToken.hash_of(secret.decode("latin-1"))
        token = tokens.live(at=moment).filter(token_hash=hashed).select_related("user", "association").first()
        if token and (token.last_used_at is None or token.last_used_at < moment - USE_IS_NOTED_EVERY):
            tokens.filter(pk=token.pk).update(last_used_at=moment)
        return token
