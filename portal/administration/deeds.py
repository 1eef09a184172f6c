"""What an administrator may do to somebody's account, each behind a page that says what will happen."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.accounts import actions, lockouts, second_factor, sessions
from portal.accounts.enums import SignInEnd, UserState
from portal.accounts.models import SignIn, User
from portal.accounts.reach import require_power_over

from .queries import Standing


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing that can be done to an account, and where it makes sense."""

    label: str
    consequences: tuple[str, ...]
    done: str
    run: Callable[..., None]
    applies: Callable[[User, Standing], bool]


def end_sessions(*, user: User, by: User) -> None:
    """End all sessions of a user.

    Raises: RuleViolation outside the administrator's power.
    """
    require_power_over(by, user)
    sessions.end_sign_ins(SignIn.objects.scoped().filter(user=user), ending=SignInEnd.ENDED_FROM_ABOVE)


DEEDS = {
    "deactivate": Deed(
        label="停用账号",
        consequences=(
            "正在进行的登录立即结束，不能再登录",
            "接口令牌和未使用的链接立即失效",
            "授权和操作记录保留，恢复使用后授权照旧",
        ),
        done="账号已停用，下一次请求起不能再使用。",
        run=actions.deactivate_user,
        applies=lambda user, standing: user.is_active,
    ),
    "reactivate": Deed(
        label="恢复使用",
        consequences=("可以用原来的密码登录", "仍在有效期内的授权和接口令牌恢复生效"),
        done="账号已恢复使用。",
        run=actions.reactivate_user,
        applies=lambda user, standing: not user.is_active,
    ),
    "unlock": Deed(
        label="解除锁定",
        consequences=("连续输错密码造成的锁定立即解除，可以马上再试", "失败登录的记录保留"),
        done="锁定已解除。",
        run=lockouts.unlock,
        applies=lambda user, standing: standing.locked_until is not None,
    ),
    "remove-factor": Deed(
        label="解除手机验证码",
        consequences=(
            "请先当面或电话确认是本人",
            "登录只需密码，备用码一并作废",
            "办理授权等事项前，须用新手机重新设置",
        ),
        done="手机验证码已解除。",
        run=second_factor.remove_from_above,
        applies=lambda user, standing: user.has_device,
    ),
    "end-sessions": Deed(
        label="结束全部登录",
        consequences=("该用户在所有设备上的登录立即结束，没有保存的内容会丢失", "可以重新登录"),
        done="该用户的登录已全部结束。",
        run=end_sessions,
        applies=lambda user, standing: user.state == UserState.ACTIVE,
    ),
}
