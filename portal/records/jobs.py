"""Where workers find the jobs of this room."""

from .importing import jobs

__all__ = ["jobs"]
