"""How a notice's state is said and coloured."""

from dataclasses import dataclass

from .enums import NoticeState
from .models import SupervisionNotice
from .supervision.rules import is_overdue

# Codes of components/verdict_badge.html.
TONES = {
    NoticeState.NOTICED: "in-progress",
    NoticeState.ANSWERED: "claimed",
    NoticeState.RETURNED: "returned",
    NoticeState.RAISED: "late",
    NoticeState.CLOSED: "done",
}


@dataclass(frozen=True, kw_only=True)
class NoticeBadge:
    """A state in words with the code that colours it, and whether the answer is overdue."""

    word: str
    tone: str
    is_overdue: bool


def badge_of(notice: SupervisionNotice) -> NoticeBadge:
    """Say where a notice of `standing()` stood on the day asked for."""
    state = NoticeState(notice.state)
    return NoticeBadge(
        word=str(state.label),
        tone=TONES.get(state, "none"),
        is_overdue=is_overdue(state, due_on=notice.due_on, on=notice.asked_on),
    )


def state_words(notice: SupervisionNotice) -> str:
    """Say the same in plain text, for lists and exports."""
    badge = badge_of(notice)
    return f"{badge.word}（逾期）" if badge.is_overdue else badge.word
