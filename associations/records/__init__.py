"""The record types of the register, of policy documents and of what an association does."""

from . import milestones, policies, register, rules, transfers

__all__ = ["milestones", "policies", "register", "rules", "transfers"]
