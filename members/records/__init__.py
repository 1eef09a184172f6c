"""The record types of people, councils, members, volunteers and families."""

from . import councils, families, memberships, people, volunteers

__all__ = ["councils", "families", "memberships", "people", "volunteers"]
