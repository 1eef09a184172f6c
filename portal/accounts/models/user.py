import hashlib
import secrets
from datetime import date, datetime
from functools import cached_property
from typing import Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from portal.accounts.enums import UserState
from portal.accounts.history import tracked
from portal.accounts.roles import ROLE_BY_CODENAME, Permission, Role
from portal.accounts.scope import Scope, ScopedQuerySet
from portal.lib.dates import today


class UserQuerySet(ScopedQuerySet):
    view_permission = Permission.MANAGE_USERS

    def in_state(self, state: str) -> Self:
        if state == UserState.DEACTIVATED:
            return self.filter(is_active=False)
        invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return self.filter(invited if state == UserState.INVITED else ~invited, is_active=True)

    def with_device(self) -> Self:
        """Add `has_device`: a second factor is enrolled."""
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return self.annotate(has_device=Exists(devices))

    def holding(self, role: Role, *, on: date) -> Self:
        """Keep the users who hold the role somewhere on that day, by themselves or in a group."""
        given = {"permission__codename": role.codename}
        own = Grant.objects.scoped().in_force(on=on).filter(user=OuterRef("pk"), **given)
        shared = GroupGrant.objects.scoped().in_force(on=on).filter(group__user=OuterRef("pk"), **given)
        return self.filter(Exists(own) | Exists(shared))


class AccountManager(UserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False

    def get_by_natural_key(self, username: str) -> "User":
        # Whoever signs in is nobody yet, and cannot be asked for.
        return self.scoped().get(username=username)


@tracked(exclude=("password", "last_login"))
class User(AbstractUser):
    """A person who signs in; belongs to one association and holds grants."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=50, blank=True)
    association = models.ForeignKey(
        "associations.Association",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="所属协会",
    )
    must_change_password = models.BooleanField("下次登录须改密码", default=False)

    # Of rows that were read `with_device`.
    has_device: bool
    # By which the user speaks in this request; whatever they set going goes no further than it does.
    token: "ApiToken | None" = None

    objects = AccountManager()

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def is_verified(self) -> bool:
        """Tell that no code was given; the middleware puts its own answer in the place of this one."""
        return False

    @property
    def state(self) -> UserState:
        if not self.is_active:
            return UserState.DEACTIVATED
        return UserState.INVITED if self.password.startswith(UNUSABLE_PASSWORD_PREFIX) else UserState.ACTIVE

    @property
    def office(self) -> str:
        """Who acts, as others may know it: the association, and not the person."""
        return self.association.short_name if self.association else "未登记单位"

    @cached_property
    def scope(self) -> Scope:
        """What the user may do and where today; read once for each loaded user, hence once a request."""
        return Scope.of_grants(self.held_roles()) if self.is_active else Scope(prefixes={})

    def act_by(self, token: "ApiToken") -> None:
        """Confine the user to what a token of theirs allows."""
        self.token = token
        permissions = map(Permission, token.permissions)
        self.scope = self.scope.narrowed(permissions=permissions, prefix=token.association.code)

    def held_roles(self) -> QuerySet:
        """Return the codename and the code of every role in force today, also of a deactivated user."""
        columns = ("permission__codename", "content_object__code")
        own = Grant.objects.scoped().in_force(on=today()).filter(user=self)
        shared = GroupGrant.objects.scoped().in_force(on=today()).filter(group__user=self)
        return own.values_list(*columns).union(shared.values_list(*columns))

    def home_code(self, permission: Permission) -> str:
        """Return where the user's day begins: their own association, else the first that they hold."""
        prefixes = self.scope.prefixes_for(permission)
        own = self.association.code if self.association else ""
        return own if own in prefixes else next(iter(prefixes), "")


class GrantBase(models.Model):
    """Role on an association and all below it: a guardian row with an end."""

    ends_on = models.DateField("有效期至", null=True, blank=True)
    granted_at = models.DateTimeField("授权时间", auto_now_add=True)
    granted_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="授权人",
    )
    # By name, like the association: the room of the terms lies above this one.
    term = models.ForeignKey(
        "members.Term",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="随届结束",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.role.name} {self.content_object}"

    @property
    def role(self) -> Role:
        return ROLE_BY_CODENAME[self.permission.codename]

    @property
    def last_day(self) -> date | None:
        """The last day in force: its own, or that of its term where the term ends earlier."""
        days = [self.ends_on, self.term.ends_on if self.term else None]
        return min((day for day in days if day), default=None)

    def is_in_force(self, *, on: date) -> bool:
        return self.last_day is None or self.last_day >= on


class GrantQuerySet(ScopedQuerySet):
    scope_path = "content_object__code"
    view_permission = Permission.MANAGE_USERS

    def in_force(self, *, on: date) -> Self:
        """Not ended by that day, neither by their own end nor with the term that they are tied to."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            Q(term__isnull=True) | Q(term__ends_on__isnull=True) | Q(term__ends_on__gte=on),
        )

    def ended(self, *, on: date) -> Self:
        return self.exclude(pk__in=self.in_force(on=on).values("pk"))

    def ending(self, *, first: date, last: date) -> Self:
        """Keep those in force on the first day that end, by themselves or with their term, until the last."""
        return self.in_force(on=first).filter(
            Q(ends_on__range=(first, last)) | Q(term__ends_on__range=(first, last))
        )


@tracked()
class Grant(GrantBase, UserObjectPermissionBase):
    """A user's role on an association."""

    content_object = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="grants", verbose_name="协会"
    )

    objects = GrantQuerySet.as_manager()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "授权"


@tracked()
class GroupGrant(GrantBase, GroupObjectPermissionBase):
    """A group's role on an association."""

    content_object = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="group_grants", verbose_name="协会"
    )

    objects = GrantQuerySet.as_manager()

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "用户组授权"


class ApiTokenQuerySet(ScopedQuerySet):
    view_permission = Permission.MANAGE_USERS

    def live(self, *, at: datetime) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)


@tracked(exclude=("token_hash", "last_used_at"))
class ApiToken(models.Model):
    """A key for another system: acts as its user, inside one association and some permissions, for a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens", verbose_name="用户")
    association = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="+", verbose_name="限定协会"
    )
    name = models.CharField("用途", max_length=100)
    permissions = ArrayField(models.CharField(max_length=30), verbose_name="权限")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    expires_at = models.DateTimeField("到期时间")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "接口令牌"

    def __str__(self) -> str:
        return f"{self.name}({self.user})"

    @staticmethod
    def new_secret() -> str:
        return f"jsx_{secrets.token_urlsafe(32)}"

    @staticmethod
    def hash_of(secret: str) -> str:
        # The secret has 256 random bits, so a plain hash is as good as a slow one.
        return hashlib.sha256(secret.encode()).hexdigest()
