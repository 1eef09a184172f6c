"""The record types of people, councils, appointments, members, volunteers and families."""

from . import appointments, councils, families, memberships, people, volunteers

__all__ = ["appointments", "councils", "families", "memberships", "people", "volunteers"]
