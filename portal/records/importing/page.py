"""What the page of a batch shows and offers."""

from datetime import datetime

from django.urls import reverse

from portal.jobs.queries import view_of
from portal.lib.dates import BEIJING
from portal.lib.page_parts import Crumb, Fact
from portal.records.registry import registered as record_types

from .enums import BatchState
from .models import ImportBatch

ADVICE = {
    BatchState.CHECKING: "正在逐行检查，尚未写入任何内容。",
    BatchState.INVALID: "文件有错误，没有写入任何内容；请按错误原因改正后重新上传。",
    BatchState.READY: "检查通过，尚未写入；请核对下面的数字后确认。",
    BatchState.WRITING: "正在写入，全部写入或全部不写入。",
    BatchState.DONE: "已全部写入。",
    BatchState.UNDOING: "正在撤销，全部撤销或全部不撤销。",
    BatchState.UNDONE: "已全部撤销，档案恢复到导入之前。",
}


def batch_page(batch: ImportBatch) -> dict[str, object]:
    state = BatchState(batch.state)
    has_file = bool(batch.file_key)
    is_judged = state in (BatchState.INVALID, BatchState.READY)
    return {
        "batch": batch,
        "title": str(batch),
        "note": f"导入{batch.label}",
        "label": batch.label,
        "advice": _advice(batch, state, has_file=has_file),
        "view": view_of(batch.job) if batch.job else None,
        "facts": _facts(batch),
        "may_confirm": state == BatchState.READY and has_file,
        "may_undo": state == BatchState.DONE or (state == BatchState.UNDOING and batch.has_failed),
        "may_check_again": has_file and (is_judged or (batch.has_failed and batch.written_at is None)),
        "list_url": _list_url(batch.type) if state == BatchState.DONE else "",
        "is_counted": bool(batch.row_count),
        "is_cut": batch.wrong_count > len({fault["row"] for fault in batch.faults}),
        "crumbs": [Crumb(name="导入", url=reverse("imports:list")), Crumb(name=str(batch))],
    }


def _advice(batch: ImportBatch, state: BatchState, *, has_file: bool) -> str:
    if batch.has_failed:
        return ""
    if not has_file and batch.written_at is None:
        return "文件已按期删除，没有写入任何内容；需要导入的请重新上传。"
    return ADVICE[state]


def _facts(batch: ImportBatch) -> list[Fact]:
    facts = [
        Fact(label="导入内容", value=batch.label),
        Fact(label="文件", value=batch.name),
        Fact(label="协会", value=batch.association.name),
        Fact(label="上传时间", value=_moment(batch.created_at)),
    ]
    if batch.written_at:
        facts.append(Fact(label="导入时间", value=_moment(batch.written_at)))
    if batch.undone_at:
        facts.append(Fact(label="撤销时间", value=_moment(batch.undone_at)))
    return [*facts, Fact(label="文件校验值 SHA-256", value=batch.sha256)]


def _list_url(slug: str) -> str:
    """Return the list of the records that a type of the same name has."""
    return next((each.url("list") for each in record_types() if each.slug == slug), "")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
