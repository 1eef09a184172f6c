"""The record types of what an association has and does."""

from . import transfers

__all__ = ["transfers"]
