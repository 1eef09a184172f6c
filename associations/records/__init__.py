"""The record types of the register, of function transfers and of policy documents; files of milestones."""

from . import clauses, milestones, policies, register, transfers

__all__ = ["clauses", "milestones", "policies", "register", "transfers"]
