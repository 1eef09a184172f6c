import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.urls import reverse

from portal.accounts.models import ApiToken, User
from portal.accounts.roles import Permission
from portal.accounts.scope import Scope, ScopedQuerySet
from portal.lib.dates import now


class JobState(models.TextChoices):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


ENDED = (JobState.DONE, JobState.FAILED)
# The kind of a job that is nothing but its children: no worker runs it, it ends with the last of them.
BATCH = "batch"
# Named here and not by the handlers, because pages list jobs without loading what does them.
KIND_TITLES = {
    BATCH: "批量生成报告",
    "report": "生成报告",
    "export": "导出",
    "import-check": "检查导入文件",
    "import-write": "导入",
    "import-undo": "撤销导入",
}
KIND_PAGES = {
    BATCH: "reports:of_job",
    "report": "reports:of_job",
    "import-check": "imports:of_job",
    "import-write": "imports:of_job",
    "import-undo": "imports:of_job",
}


# Pages where whoever asked finds what such a job made; to others they show their own.
KIND_LISTS = {"export": "records:exports"}


# Made of what everybody who sees them may read, for all of them; any other job acts in its asker's name.
SHARED_KINDS = (BATCH, "report")


def allowed_attempts() -> int:
    return settings.JOB_MAX_ATTEMPTS


class JobQuerySet(ScopedQuerySet):
    view_permission = Permission.MAKE_REPORTS

    def open(self) -> Self:
        return self.exclude(state__in=ENDED)

    def abandoned(self) -> Self:
        """Running past the lease, by the clock of the database: the worker is gone."""
        return self.filter(state=JobState.RUNNING, lease_until__lt=Now())

    def claimable(self) -> Self:
        waiting = self.filter(state=JobState.WAITING).exclude(kind=BATCH)
        return (waiting | self.abandoned()).filter(attempts__lt=F("attempts_allowed"))

    def held(self, *, attempt: int) -> Self:
        """Running as that attempt: a worker whose lease was taken over holds nothing."""
        return self.filter(state=JobState.RUNNING, attempts=attempt)

    def with_standing(self) -> Self:
        """Add `standing`, the state as people see it: no worker runs a batch, so it runs once a part has."""
        begun = Job.objects.scoped().filter(parent=OuterRef("pk")).exclude(state=JobState.WAITING)
        running = When(Exists(begun), kind=BATCH, state=JobState.WAITING, then=Value(JobState.RUNNING.value))
        return self.annotate(standing=Case(running, default=F("state")))

    def in_state(self, state: str) -> Self:
        return self.with_standing().filter(standing=state)

    def made_by(self, user) -> Self:
        return self.filter(created_by=user)

    def parts_of(self, batch: "Job") -> Self:
        return self.filter(parent=batch)

    def on_top(self) -> Self:
        """Jobs that somebody asked for, without the parts of a batch."""
        return self.filter(parent__isnull=True)


class Job(models.Model):
    """Long work and how far it has come; this row is the truth, the broker only wakes a worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类型", max_length=40)
    key = models.CharField(max_length=200, unique=True)
    arguments = models.JSONField(default=dict)
    association = models.ForeignKey(
        "associations.Association", on_delete=models.PROTECT, related_name="jobs", verbose_name="协会"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.WAITING)
    # Attempts are never counted from nought again: a number names one attempt of one worker for ever.
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    attempts_allowed = models.PositiveSmallIntegerField("允许尝试次数", default=allowed_attempts)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    result = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="jobs", verbose_name="发起人"
    )
    # Where another system asked: the work is done with no more than its token allows.
    token = models.ForeignKey(
        "accounts.ApiToken", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    # Of rows that were read `with_standing`.
    standing: str

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="job_open",
                condition=Q(state__in=[JobState.WAITING, JobState.RUNNING]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_running_has_lease",
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="job_finished_when_ended",
                condition=Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False)
                | Q(state__in=[JobState.WAITING, JobState.RUNNING], finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"

    @property
    def asker(self) -> User:
        """Whoever asked for the job, with what they may do by now: a grant may have ended, a token died."""
        user = self.created_by
        if self.token_id:
            live = ApiToken.objects.scoped().live(at=now()).filter(pk=self.token_id)
            if token := live.select_related("association").first():
                user.act_by(token)
            else:
                user.scope = Scope(prefixes={})
        return user

    def is_of(self, user: User) -> bool:
        """Tell whether the job is the user's to have tried again; they see it anyhow."""
        return self.kind in SHARED_KINDS or self.created_by_id == user.pk

    @property
    def title(self) -> str:
        """What the job makes, in the words of whoever asked for it, or what its kind is called."""
        return str(self.arguments.get("title") or KIND_TITLES.get(self.kind, self.kind))

    def get_standing_display(self) -> str:
        """Say the state that `with_standing` has added."""
        return JobState(self.standing).label

    @property
    def url(self) -> str:
        """Address of what the job makes, where its kind has a page."""
        return reverse(KIND_PAGES[self.kind], args=[self.pk]) if self.kind in KIND_PAGES else ""

    @property
    def maker_url(self) -> str:
        """Address at which whoever asked for the job finds it again."""
        if self.kind in KIND_LISTS:
            return reverse(KIND_LISTS[self.kind])
        return self.url or reverse("jobs:detail", args=[self.pk])

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class Process(models.TextChoices):
    BEAT = "beat", "定时程序"
    SWEEPER = "sweeper", "任务清扫程序"


class Heartbeat(models.Model):
    """When a process of which there is one alone was last at work, by the clock of the database."""

    process = models.CharField(max_length=10, primary_key=True, choices=Process)
    beaten_at = models.DateTimeField()

    class Meta:
        verbose_name = "心跳"

    def __str__(self) -> str:
        return self.get_process_display()
