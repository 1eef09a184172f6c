"""The shapes of every reply: what the schema says and what the client gets."""

from rest_framework import serializers
from rest_framework.reverse import reverse

from associations.enums import (
    Body,
    Constituency,
    Employment,
    Kind,
    Level,
    Milestone,
    MilestoneState,
    PartyOrganisation,
    Post,
)
from members.enums import Entry
from members.rules import QuotaResult
from portal.jobs.models import JobState
from portal.records.importing.enums import BatchState
from portal.records.models import Export, ExportFormat, ImportBatch
from portal.reports.models import ReportFile, ReportFormat, ReportKind

QUOTA_RESULTS = [(result.value, result.label) for result in QuotaResult]


class PlaceShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class AssociationRow(PlaceShape):
    short_name = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    kind = serializers.ChoiceField(Kind.choices)
    parent_code = serializers.CharField(allow_null=True)
    established_on = serializers.DateField(allow_null=True)
    dissolved_on = serializers.DateField(allow_null=True)


class AssociationFacts(AssociationRow):
    parent_code = serializers.CharField(source="parent.code", default=None, allow_null=True)
    address = serializers.CharField()
    phone = serializers.CharField(help_text="无人员权限时为空")
    host_body = serializers.CharField()
    party_organisation = serializers.ChoiceField(PartyOrganisation.choices)


class LevelCountShape(serializers.Serializer):
    level = serializers.ChoiceField(Level.choices)
    due = serializers.IntegerField(help_text="应建")
    established = serializers.IntegerField(help_text="已建")


class AssociationShape(AssociationFacts):
    ancestors = PlaceShape(many=True, help_text="由上到下")
    coverage = LevelCountShape(many=True, help_text="本级和全部下级，按层级计")


class CitationShape(serializers.Serializer):
    document_number = serializers.CharField()
    title = serializers.CharField()
    clause = serializers.CharField()
    issuer_code = serializers.CharField()
    issuer_name = serializers.CharField()


class BodyQuotaShape(serializers.Serializer):
    body = serializers.ChoiceField(Body.choices)
    total = serializers.IntegerField()
    counted = serializers.IntegerField()
    required_percent = serializers.DecimalField(5, 2, allow_null=True)
    percent = serializers.DecimalField(4, 1, allow_null=True, help_text="截去、不四舍五入")
    verdict = serializers.ChoiceField(QUOTA_RESULTS)
    short_by_replacement = serializers.IntegerField()
    short_by_addition = serializers.IntegerField(allow_null=True)
    rule = CitationShape(allow_null=True)
    weaker_than = CitationShape(allow_null=True)


class DatedShape(serializers.Serializer):
    association = serializers.CharField(help_text="代码")
    as_of = serializers.DateField()


class QuotasShape(DatedShape):
    quotas = BodyQuotaShape(many=True)


class OccupantShape(serializers.Serializer):
    appointment = serializers.IntegerField()
    name = serializers.CharField()
    constituency = serializers.ChoiceField(Constituency.choices)
    employment = serializers.ChoiceField(Employment.choices)
    office_held = serializers.CharField()
    starts_on = serializers.DateField()
    entry = serializers.ChoiceField(Entry.choices)


class PostShape(serializers.Serializer):
    post = serializers.ChoiceField(Post.choices)
    count = serializers.IntegerField()
    occupants = OccupantShape(many=True, help_text="无人员权限时为空")


class CouncilShape(DatedShape):
    term = serializers.IntegerField(allow_null=True, help_text="届次")
    posts = PostShape(many=True)


class ProgressShape(serializers.Serializer):
    required = serializers.IntegerField(help_text="应完成事项的权重")
    claimed = serializers.IntegerField(help_text="已申报待核实事项的权重")
    verified = serializers.IntegerField(help_text="已核实事项的权重")
    overdue = serializers.IntegerField(help_text="逾期事项的权重")
    late = serializers.IntegerField(help_text="晚于期限事项的权重")
    percent = serializers.DecimalField(
        4, 1, allow_null=True, help_text="改革核实率，按权重计，截去、不四舍五入"
    )
    bound_count = serializers.IntegerField(help_text="有要求的事项数，含不计权重和尚未计算的")
    claimed_count = serializers.IntegerField(help_text="已申报待核实的事项数")
    overdue_count = serializers.IntegerField(help_text="逾期的事项数")
    late_count = serializers.IntegerField(help_text="晚于期限的事项数")
    uncomputed_count = serializers.IntegerField(help_text="尚未计算的事项数，不计入权重和核实率")
    uncomputed = serializers.ListField(
        child=serializers.ChoiceField(Milestone.choices), help_text="尚未计算的是哪些事项"
    )


class ScopesProgressShape(serializers.Serializer):
    node = ProgressShape(help_text="本级")
    subtree = ProgressShape(help_text="含全部下级")


class MilestoneShape(serializers.Serializer):
    milestone = serializers.ChoiceField(Milestone.choices)
    state = serializers.ChoiceField(MilestoneState.choices)
    deadline = serializers.DateField(allow_null=True)
    achieved_on = serializers.DateField(allow_null=True)
    document_number = serializers.CharField()
    claimed_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField(source="is_overdue")
    late = serializers.BooleanField(source="is_late")
    weight = serializers.IntegerField()
    rule = CitationShape()
    weaker_than = CitationShape(allow_null=True)


class ReformShape(DatedShape):
    milestones = MilestoneShape(many=True)
    progress = ScopesProgressShape()


class CoverageShape(serializers.Serializer):
    due = serializers.IntegerField(help_text="应建")
    established = serializers.IntegerField(help_text="已建")
    percent = serializers.DecimalField(4, 1, allow_null=True, help_text="建会率，截去、不四舍五入")


class QuotaTallyShape(serializers.Serializer):
    bound = serializers.IntegerField(help_text="有比例规定的协会")
    met = serializers.IntegerField(help_text="其中各机构均达标的")
    percent = serializers.DecimalField(4, 1, allow_null=True, help_text="协会达标率，截去、不四舍五入")


class PlaceFiguresShape(PlaceShape):
    coverage = CoverageShape()
    quotas = QuotaTallyShape()
    reform = ProgressShape()


class OverviewShape(DatedShape):
    total = PlaceFiguresShape(help_text="本级和全部下级")
    children = PlaceFiguresShape(many=True, help_text="各直接下级，均含其全部下级")
    overdue_count = serializers.IntegerField(help_text="逾期的改革事项")
    term_notice_count = serializers.IntegerField(help_text="本级和全部下级六个月内届满或已届满的届")


class JobShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    association = serializers.CharField(source="association.code")
    state = serializers.ChoiceField(JobState.choices)
    progress_done = serializers.IntegerField()
    progress_total = serializers.IntegerField()
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ReportFileShape(serializers.Serializer):
    name = serializers.CharField()
    format = serializers.ChoiceField(ReportFormat.choices)
    size = serializers.IntegerField(help_text="字节")
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: ReportFile) -> str:
        values = {"key": file.report_id, "name": file.name}
        return reverse("api:report_file", kwargs=values, request=self.context["request"])


class ReportShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ReportKind.choices)
    association = serializers.CharField(source="association.code")
    on = serializers.DateField()
    formats = serializers.ListField(child=serializers.ChoiceField(ReportFormat.choices))
    requested_at = serializers.DateTimeField()
    job = JobShape()
    files = ReportFileShape(many=True, help_text="生成后才有")


class ExportShape(serializers.Serializer):
    id = serializers.UUIDField()
    records = serializers.CharField(source="slug", help_text="档案类型")
    format = serializers.ChoiceField(ExportFormat.choices, help_text="超过工作簿容量的改为 csv")
    requested_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="文件保留到此时")
    rows = serializers.IntegerField(source="row_count", allow_null=True)
    size = serializers.IntegerField(allow_null=True, help_text="字节")
    sha256 = serializers.CharField()
    job = JobShape()
    url = serializers.SerializerMethodField(help_text="文件的地址，生成后才有")

    def get_url(self, export: Export) -> str | None:
        if not export.has_file:
            return None
        return reverse("api:export_file", kwargs={"key": export.pk}, request=self.context["request"])


class FaultShape(serializers.Serializer):
    row = serializers.IntegerField(help_text="文件中的行号")
    header = serializers.CharField(help_text="列名")
    message = serializers.CharField()


class ImportShape(serializers.Serializer):
    id = serializers.UUIDField()
    type = serializers.CharField()
    association = serializers.CharField(source="association.code")
    name = serializers.CharField(help_text="文件名")
    size = serializers.IntegerField(help_text="字节")
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(BatchState.choices)
    created = serializers.IntegerField(source="created_count", help_text="新增的行数")
    changed = serializers.IntegerField(source="changed_count", help_text="修改的行数")
    same = serializers.IntegerField(source="same_count", help_text="不变的行数")
    wrong = serializers.IntegerField(source="wrong_count", help_text="有错误的行数")
    faults = FaultShape(many=True, help_text="前50处错误；全部见错误工作簿")
    uploaded_at = serializers.DateTimeField(source="created_at")
    written_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    job = JobShape(allow_null=True)
    errors_url = serializers.SerializerMethodField(help_text="错误工作簿的地址")

    def get_errors_url(self, batch: ImportBatch) -> str | None:
        if not batch.errors_key:
            return None
        return reverse("api:import_errors", kwargs={"key": batch.pk}, request=self.context["request"])
