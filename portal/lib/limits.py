"""How often something may happen, counted in the broker for all processes together.

The broker is no part that people wait for: while it is away nothing is refused, and the log says so.
"""

import time
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

import redis
import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.lib.env import Rate

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 0.25
# A broker that did not answer is left alone for so long: a frozen one would hold up every request.
REST_SECONDS = 15
MILLISECONDS = 1000
# The moments of what happened, in one key that dies with the last of them. By the broker's clock, since those
# of several machines differ. Answers how many milliseconds are to be waited for a place, 0 when there is one.
SCRIPT = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local limit, period, adds = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', at - period))
local taken = redis.call('ZCARD', KEYS[1])
if taken >= limit then
    local frees = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit, 'WITHSCORES')
    return math.max(1, tonumber(frees[2]) + period - at)
end
if adds ~= '' then
    redis.call('ZADD', KEYS[1], string.format('%.0f', at), adds)
    redis.call('PEXPIRE', KEYS[1], period)
end
return 0
"""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How often one kind of thing may be done by or to somebody; the broker does not learn who it is."""

    kind: str
    whose: str
    rate: Rate

    @property
    def key(self) -> str:
        return f"{settings.LIMITS_PREFIX}{self.kind}:{salted_hmac('limits', self.whose).hexdigest()}"


def take(limit: Limit) -> float:
    """Count one more; return 0, or the seconds until there is a place, and then it was not counted."""
    return _counter(settings.REDIS_URL).ask(limit, adds=uuid4().hex)


def seconds_to_wait(limit: Limit) -> float:
    """Return the seconds until there is a place, 0 when there is one now."""
    return _counter(settings.REDIS_URL).ask(limit, adds="")


def forget(limit: Limit) -> None:
    """Count from nought."""
    _counter(settings.REDIS_URL).forget(limit)


def are_counted() -> bool:
    """Tell whether the broker answered when this process counted last; if not, nothing is refused."""
    return _counter(settings.REDIS_URL).failed_at is None


class _Counter:
    def __init__(self, url: str) -> None:
        once = Retry(NoBackoff(), retries=0)
        patience = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
        self.client = redis.Redis.from_url(url, retry=once, **patience)
        self.script = self.client.register_script(SCRIPT)
        self.failed_at: float | None = None

    def ask(self, limit: Limit, *, adds: str) -> float:
        rate = limit.rate
        milliseconds = int(rate.period.total_seconds() * MILLISECONDS)
        if self._rests():
            return 0
        try:
            wait = self.script(keys=[limit.key], args=[rate.count, milliseconds, adds])
        except redis.RedisError as error:
            self._failed(error)
            return 0
        self.failed_at = None
        return int(wait) / MILLISECONDS

    def forget(self, limit: Limit) -> None:
        if self._rests():
            return
        try:
            self.client.delete(limit.key)
        except redis.RedisError as error:
            self._failed(error)

    def _rests(self) -> bool:
        if self.failed_at is None:
            return False
        moment = time.monotonic()
        if moment < self.failed_at + REST_SECONDS:
            return True
        # One request finds out whether the broker is back; those beside it go on meanwhile.
        self.failed_at = moment
        return False

    def _failed(self, error: redis.RedisError) -> None:
        self.failed_at = time.monotonic()
        log.warning("limits_not_counted", error=type(error).__name__, seconds=REST_SECONDS)


@cache
def _counter(url: str) -> _Counter:
    return _Counter(url)
