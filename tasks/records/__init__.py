"""The record types of what the key tasks are done with: venues and partners."""

from . import partners, venues

__all__ = ["partners", "venues"]
