"""Waiting for the thing itself: a busy machine makes a test slower and not red."""

import time

import pytest

# Nothing that passes takes as long: a busy machine is slow, and only what never comes is a failure.
SECONDS = 180


def wait_until(holds, state=lambda: ""):
    """Return what `holds` returns once it is true; fails with the state when that is never so."""
    end = time.monotonic() + SECONDS
    while not (found := holds()):
        if time.monotonic() > end:
            pytest.fail(f"not in {SECONDS} s: {state()}")
        time.sleep(0.05)
    return found
