"""What a measurement returns, and the clock that all of them use."""

import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table: what was measured, the ratio or time, the goal and the size of the data."""

    name: str
    value: str
    goal: str
    data: str


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
