"""What a batch has written, and what stands against taking it back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import DO_NOTHING, Count, ManyToOneRel, Model, Q

from .models import ImportBatch
from .plans import Context
from .types import ImportType

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Written:
    """The records of one model that a batch made and changed."""

    label: str
    made: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Why a batch cannot be taken back: the row of the file, and what happened to its record."""

    line: int
    message: str


def written_by(batch: ImportBatch, import_type: ImportType) -> list[Written]:
    """Count what a batch made and changed, by model."""
    counts = batch.rows.values("model").annotate(
        made=Count("pk", filter=Q(before__isnull=True)), changed=Count("pk", filter=Q(before__isnull=False))
    )
    by_model = {each["model"]: each for each in counts}
    return [
        Written(label=str(model._meta.verbose_name), made=found["made"], changed=found["changed"])
        for model in import_type.models
        if (found := by_model.get(model._meta.label_lower))
    ]


def obstacles_to_undo(batch: ImportBatch, import_type: ImportType, context: Context) -> list[Obstacle]:
    """List what stands against an undo: rows changed, gone, out of reach, and the first that lean on one."""
    found: list[Obstacle] = []
    for model in import_type.models:
        found += _moved_on(batch, model, context)
        found += _leant_on(batch, model)
    return sorted(found, key=lambda each: each.line)


def _moved_on(batch: ImportBatch, model: type[Model], context: Context) -> Iterator[Obstacle]:
    rows = batch.rows.filter(model=model._meta.label_lower)
    current = dict(context.mine(model).filter(pk__in=rows.values("key")).values_list("pk", "version"))
    label = model._meta.verbose_name
    for line, key, version in rows.order_by("line").values_list("line", "key", "version"):
        if key not in current:
            yield Obstacle(line=line, message=f"{label}已被删除，或已不在您的管理范围内")
        elif current[key] != version:
            yield Obstacle(line=line, message=f"{label}在导入之后又被修改过")


def _leant_on(batch: ImportBatch, model: type[Model]) -> Iterator[Obstacle]:
    made = batch.rows.filter(model=model._meta.label_lower, before__isnull=True)
    if not made.exists():
        return
    lines = dict(made.values_list("key", "line"))
    for relation in _relations(model):
        other = relation.related_model
        own = batch.rows.filter(model=other._meta.label_lower, before__isnull=True)
        name = relation.field.attname
        # Whoever leans on it may lie beyond the user's reach, and holds it all the same.
        leaning = other._base_manager.filter(**{f"{name}__in": made.values("key")})
        leaning = leaning.exclude(pk__in=own.values("key"))
        for key in leaning.values_list(name, flat=True)[:SHOWN]:
            yield Obstacle(
                line=lines[key],
                message=f"导入之后登记的{other._meta.verbose_name}引用了这一行的{model._meta.verbose_name}",
            )


def _relations(model: type[Model]) -> Sequence[ManyToOneRel]:
    """Name the foreign keys to a model; those of its history hold nothing."""
    return [
        relation
        for relation in model._meta.related_objects
        if isinstance(relation, ManyToOneRel) and relation.on_delete is not DO_NOTHING
    ]
