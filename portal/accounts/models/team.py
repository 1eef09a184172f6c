import pghistory
from django.contrib.auth.models import Group
from django.db import models

from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .user import User


class TeamQuerySet(ScopedQuerySet):
    view_permission = Permission.MANAGE_USERS


@tracked()
class Team(models.Model):
    """Users of one association who hold roles together, such as those on duty (值班组)."""

    # The grants and the members hang on Django's group, whose own name must be unique in the whole portal.
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team")
    association = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="teams", verbose_name="所属协会"
    )
    name = models.CharField("名称", max_length=50)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "用户组"
        constraints = [
            models.UniqueConstraint(
                fields=["association", "name"],
                name="team_name_unique",
                violation_error_message="该协会已有同名的用户组",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), append_only=True)
class TeamMembership(User.groups.through):
    """A user in a group, kept by Django; named here to have a history."""

    class Meta:
        proxy = True
        verbose_name = "用户组成员"
