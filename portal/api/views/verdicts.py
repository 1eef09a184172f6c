from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer, ValidationError

from associations.models import Association
from members import queries as members
from members.seat_counts import Seat
from portal.accounts.roles import Permission
from portal.api import figures, queries, shapes
from portal.api.parameters import AsOf, WhatIfBody
from portal.audit.disclosures import record_disclosure
from portal.audit.enums import DisclosureChannel
from portal.oversight import quotas
from portal.oversight.overview import overview_of

from .base import Resource


# Figures of one association on one day.
class Verdict(Resource):
    parameters = AsOf

    def answer(self, shape: type[Serializer], association: Association, **values: Any) -> Response:
        values |= {"association": association.code, "as_of": self.day}
        return Response(shape(values).data)


class Overview(Verdict):
    @extend_schema(summary="总览", parameters=[AsOf], responses=shapes.OverviewShape)
    def get(self, request: Request, code: str) -> Response:
        association = self.association(code)
        overview = overview_of(association, on=self.day)
        return self.answer(
            shapes.OverviewShape,
            association,
            total=overview.total,
            children=overview.children,
            overdue_count=overview.total.reform.overdue_count,
            term_notice_count=overview.terms.count,
        )


class Quotas(Verdict):
    @extend_schema(summary="比例", parameters=[AsOf], responses=shapes.QuotasShape)
    def get(self, request: Request, code: str) -> Response:
        association = self.association(code)
        found = quotas.quotas_of(association, on=self.day)
        return self.answer(shapes.QuotasShape, association, quotas=found)


class WhatIf(Verdict):
    parameters = Resource.parameters

    @extend_schema(summary="比例测算(不保存)", request=WhatIfBody, responses=shapes.QuotasShape)
    def post(self, request: Request, code: str) -> Response:
        association = self.association(code)
        body = WhatIfBody(data=request.data)
        body.is_valid(raise_exception=True)
        self.asked = body.validated_data
        unknown = queries.unknown_seats(request.user, association, self.asked["leave"], on=self.day)
        if unknown:
            raise ValidationError({"leave": [f"该日没有这项任职：{key}" for key in unknown]})
        enter = [Seat(**seat) for seat in self.asked["enter"]]
        found = quotas.what_if(association, on=self.day, leave=self.asked["leave"], enter=enter)
        return self.answer(shapes.QuotasShape, association, quotas=found)


class Council(Verdict):
    is_personal = True

    @extend_schema(summary="理事会组成", parameters=[AsOf], responses=shapes.CouncilShape)
    def get(self, request: Request, code: str) -> Response:
        association = self.association(code)
        sees_people = request.user.scope.covers(Permission.VIEW_PEOPLE, association.code)
        read = partial(members.composition, by=request.user) if sees_people else members.headcounts
        term = members.term_on(association, on=self.day)
        posts = read(association, on=self.day)
        if sees_people:
            self.disclosed(association, count=sum(len(post.occupants) for post in posts))
        return self.answer(
            shapes.CouncilShape,
            association,
            term=term.number if term else None,
            posts=posts,
        )

    def disclosed(self, association: Association, *, count: int) -> None:
        record_disclosure(
            user=self.request.user,
            kind="council",
            channel=DisclosureChannel.API,
            row_count=count,
            query=f"on={self.day}",
            codes=[association.code],
        )


class Reform(Verdict):
    @extend_schema(summary="改革进度", parameters=[AsOf], responses=shapes.ReformShape)
    def get(self, request: Request, code: str) -> Response:
        association = self.association(code)
        found = figures.reform_of(association, on=self.day)
        return self.answer(
            shapes.ReformShape, association, milestones=found.milestones, progress=found.progress
        )
