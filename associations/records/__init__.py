"""The record types of the register and of policy documents, and the files of milestones."""

from . import milestones, policies, register, rules

__all__ = ["milestones", "policies", "register", "rules"]
