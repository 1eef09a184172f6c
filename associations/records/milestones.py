"""The files that prove milestones; the steps themselves are read and taken on the pages of the reform."""

from django.urls import reverse

from associations.models import MilestoneEvent
from portal.records.file_sources import FileSource, register_files


def page_of(event: MilestoneEvent) -> str:
    return reverse("oversight:milestone", args=[event.association.code, event.milestone])


def download_of(event: MilestoneEvent) -> str:
    return reverse("oversight:file", args=[event.pk])


register_files(
    FileSource(
        name="milestone-events",
        model=MilestoneEvent,
        field="file",
        related=("association",),
        page_of=page_of,
        download_of=download_of,
    )
)
