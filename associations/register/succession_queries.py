"""What a change of codes would do, counted before it is done."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from associations.codes import scopes_above
from associations.enums import CODE_WIDTH, Level, SuccessionKind
from associations.models import Association, Succession


@dataclass(frozen=True, kw_only=True)
class LevelRows:
    level: Level
    count: int


@dataclass(frozen=True, kw_only=True)
class RecodePreview:
    """Whose codes change from which prefix to which, and where the subtree will hang."""

    old_code: str
    new_code: str
    rows: tuple[LevelRows, ...]
    new_parent: Association | None
    problems: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class MergePreview:
    """What a merger ends and where it goes; `below` must be recoded or dissolved first."""

    source: Association
    into: Association
    below: int
    problems: tuple[str, ...]


def preview_recode(association: Association, *, new_code: str, on: date) -> RecodePreview:
    """Count what `recode` would change and say why it would be refused, if it would."""
    return RecodePreview(
        old_code=association.code,
        new_code=new_code,
        rows=subtree_rows(association.code),
        new_parent=nearest(new_code),
        problems=tuple(recode_problems(association, new_code=new_code, on=on)),
    )


def recode_problems(association: Association, *, new_code: str, on: date) -> list[str]:
    """Say why the association cannot bear the new code from the day on."""
    if association.level == Level.UNIT:
        return ["单位协会的代码随所在地变更，不能单独变更"]
    width = CODE_WIDTH[Level(association.level)]
    if not (new_code.isascii() and new_code.isdigit() and len(new_code) == width):
        return [f"新代码须为 {width} 位数字"]
    problems = []
    if Association.objects.scoped().filter(code__startswith=new_code).exists():
        problems.append(f"代码 {new_code} 或其下级代码已在使用")
    if association.level != Level.PROVINCE and nearest(new_code) is None:
        problems.append(f"名录中没有 {new_code} 的上级")
    if _changed_after(association.code, on=on):
        problems.append("该协会或其下级在生效日期之后已有代码变更，请按先后顺序登记")
    return problems


def preview_merge(source: Association, *, into: Association, on: date) -> MergePreview:
    """Count what stands in the way of a merger and say why it would be refused, if it would."""
    return MergePreview(
        source=source,
        into=into,
        below=living_below(source, on=on),
        problems=tuple(merge_problems(source, into=into, on=on)),
    )


def merge_problems(source: Association, *, into: Association, on: date) -> list[str]:
    """Say why one association cannot go into the other on the day."""
    problems = []
    if source.pk == into.pk:
        problems.append("不能并入自身")
    if source.level != into.level:
        problems.append("只能并入同一层级的协会")
    if source.due_until is not None or into.due_until is not None:
        problems.append("两个协会都须是现有的协会")
    if source.established_on is not None and on <= source.established_on:
        problems.append("合并日期须晚于成立日期")
    if source.due_from is not None and on <= source.due_from:
        problems.append("合并日期须晚于应建起始日期")
    left = living_below(source, on=on)
    if left:
        problems.append(f"{source.short_name}之下还有 {left} 个协会，请先变更其代码或撤销")
    return problems


def living_below(association: Association, *, on: date) -> int:
    """Count the associations strictly below one that are due or established on the day."""
    below = Association.objects.under(association.code).exclude(pk=association.pk)
    return below.alive(on=on).count()


def nearest(code: str) -> Association | None:
    """Find the nearest existing association above a code that may not exist itself."""
    above = [each for each in scopes_above(code) if each != code]
    return Association.objects.scoped().filter(code__in=above).order_by("-level", "-code").first()


def subtree_rows(code: str) -> tuple[LevelRows, ...]:
    """Count the rows of a subtree by level."""
    counts = Association.objects.under(code).order_by("level").values_list("level").annotate(Count("pk"))
    return tuple(LevelRows(level=Level(level), count=count) for level, count in counts)


def _changed_after(code: str, *, on: date) -> bool:
    changes = Succession.objects.scoped().filter(
        association__code__startswith=code, kind=SuccessionKind.RECODE, on__gt=on
    )
    return changes.exists()
