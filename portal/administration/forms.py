from django import forms
from django.core.validators import MinLengthValidator

from associations.models import Association
from associations.register.fields import AssociationField
from portal.accounts.actions import MAX_TOKEN_DAYS
from portal.accounts.enums import UserState
from portal.accounts.models import ApiToken, Team, User
from portal.accounts.roles import PERMISSION_NAMES, ROLE_BY_CODE, ROLES, Permission, Role
from portal.lib.form_fields import DayField, PlaceCodeField

ROLE_NAMES = [(role.code, role.name) for role in ROLES]
ROLE_SENTENCES = [(role.code, f"{role.name}：{role.sentence}") for role in ROLES]
EVERYONE = ("", "全部")


class UserFilter(forms.Form):
    q = forms.CharField(label="姓名或用户名", required=False, max_length=60)
    under = PlaceCodeField()
    role = forms.ChoiceField(label="角色", required=False, choices=[EVERYONE, *ROLE_NAMES])
    state = forms.ChoiceField(label="状态", required=False, choices=[EVERYONE, *UserState.choices])

    def wanted(self) -> dict[str, str]:
        chosen = self.cleaned_data if self.is_valid() else {}
        names = {"text": "q", "under": "under", "role": "role", "state": "state"}
        return {name: chosen.get(field, "") for name, field in names.items()}


class GrantFilter(UserFilter):
    state = forms.ChoiceField(
        label="期限",
        required=False,
        choices=[("", "有效"), ("soon", "30 天内到期"), ("ended", "已结束")],
    )
    order = forms.ChoiceField(label="排列", required=False, choices=[("", "按协会"), ("user", "按用户")])


class TokenFilter(forms.Form):
    state = forms.ChoiceField(
        label="状态", required=False, choices=[EVERYONE, ("live", "有效"), ("dead", "已停用或到期")]
    )


class PlaceForm(forms.Form):
    """A form about an association that the user manages."""

    association = AssociationField(label="协会", help_text="角色对该协会及其全部下级有效")
    reach = Permission.MANAGE_USERS

    def __init__(self, *args, user: User, chosen: str = "", **options) -> None:
        super().__init__(*args, **options)
        managed = Association.objects.visible_to(user, self.reach)
        chosen = chosen if user.scope.covers(self.reach, chosen) else user.home_code(self.reach)
        self.fields["association"].offer(managed, user=user, chosen=chosen)


class EndForm(forms.Form):
    ends_on = DayField(label="有效期至", required=False, help_text="最后一天仍然有效；留空为长期有效")


class GrantForm(PlaceForm, EndForm):
    role = forms.ChoiceField(label="角色", choices=ROLE_SENTENCES, widget=forms.RadioSelect)
    with_term = forms.BooleanField(
        label="随本届结束",
        required=False,
        help_text="换届时自动结束；没有填有效期的，最迟到本届应换届之日",
    )
    field_order = ("association", "role", "with_term", "ends_on")

    def clean_role(self) -> Role:
        return ROLE_BY_CODE[self.cleaned_data["role"]]


class UserForm(PlaceForm):
    name = forms.CharField(label="姓名", max_length=User._meta.get_field("name").max_length)
    email = forms.EmailField(
        label="电子邮箱", required=False, max_length=254, help_text="设密码的链接发往该邮箱，请核实是本人的"
    )
    field_order = ("name", "email", "association")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["association"].label = "所属协会"
        self.fields["association"].help_text = "授权不随所属协会改变；需要的请另行授权或收回"


class InviteForm(PlaceForm, EndForm):
    username = forms.CharField(
        label="用户名",
        max_length=User._meta.get_field("username").max_length,
        help_text="登录用，建立后不能更改；字母、数字和 @ . + - _",
    )
    name = forms.CharField(label="姓名", max_length=User._meta.get_field("name").max_length)
    email = forms.EmailField(
        label="电子邮箱", required=False, max_length=254, help_text="填写并已配置邮件的，链接同时发往该邮箱"
    )
    roles = forms.MultipleChoiceField(
        label="角色", choices=ROLE_SENTENCES, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("username", "name", "email", "association", "roles", "ends_on")

    def clean_roles(self) -> list[Role]:
        return [ROLE_BY_CODE[code] for code in self.cleaned_data["roles"]]


class TeamForm(PlaceForm):
    name = forms.CharField(label="名称", max_length=Team._meta.get_field("name").max_length)
    field_order = ("name", "association")


class MemberForm(forms.Form):
    user = forms.CharField(label="用户名", max_length=150)


class TokenForm(PlaceForm):
    reach = Permission.VIEW_REGISTER
    name = forms.CharField(
        label="用途",
        max_length=ApiToken._meta.get_field("name").max_length,
        validators=[MinLengthValidator(2)],
        help_text="哪个系统用来做什么，如 省统计平台每日取数",
    )
    permissions = forms.MultipleChoiceField(label="权限", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="有效天数", min_value=1, max_value=MAX_TOKEN_DAYS, help_text=f"最长 {MAX_TOKEN_DAYS} 天"
    )
    field_order = ("name", "association", "permissions", "days")

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, user=user, **options)
        self.fields["association"].help_text = "令牌只能用于该协会及其下级"
        self.fields["permissions"].choices = [
            (permission.value, PERMISSION_NAMES[permission])
            for permission in Permission
            if user.scope.may(permission)
        ]

    def clean_permissions(self) -> list[Permission]:
        return [Permission(value) for value in self.cleaned_data["permissions"]]
