"""The import types of people, members, volunteers and families."""

from . import memberships, people

__all__ = ["memberships", "people"]
