"""The registry of personal data accounts for every model and field of the rooms."""

import re

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from members.models import Family, Person
from portal.records import personal_data
from portal.records.personal_data import RegistryError, models_free_of_personal_data, registry
from portal.records.registry import registered
from portal.records.subjects import has_field, subject_model

ROOMS = ("portal.", "associations", "members", "tasks")
SAMPLES = {"phone": "13812345678", "address": "某省某市某县某镇某村12号", "id-number": "360102199003071234"}


def own_models():
    return {
        model
        for model in apps.get_models()
        if model._meta.app_config.name.startswith(ROOMS) and not hasattr(model, "pgh_tracked_model")
    }


def models_of_libraries():
    return {
        model
        for model in apps.get_models()
        if not model._meta.app_config.name.startswith(ROOMS) and model._meta.managed and not model._meta.proxy
    }


def test_every_model_is_in_the_registry_or_declared_free():
    named, free = set(registry()), set(models_free_of_personal_data())

    assert named | free == own_models() | models_of_libraries()
    assert named & free == set()


def test_every_record_that_points_at_somebody_says_whom_it_is_about():
    """What hangs on a person or a family must be found by a copy and by an erasure."""
    pointing = {
        (model, field.name)
        for model in own_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in (Person, Family)
    }
    about = {(entry.model, (entry.subject or "").split("__")[0]) for entry in registry().values()}

    # A group is not about its leader: an erasure takes the leader's key out of it. A pair holds two keys.
    assert {(model.__name__, name) for model, name in pointing - about} == {
        ("MemberGroup", "leader"),
        ("DistinctPair", "first"),
        ("DistinctPair", "second"),
    }


def test_everybody_whom_records_are_about_is_their_own_subject():
    subjects = {subject_model(entry) for entry in registry().values() if entry.subject is not None}

    assert {registry()[model].subject for model in subjects} == {""}


@pytest.mark.parametrize("record_type", registered(), ids=lambda each: each.slug)
def test_masked_fields_are_masked_in_every_column(record_type):
    """A column that shows a masked field shows it by its mask, on pages and exports."""
    entry = registry().get(record_type.model)
    masks = entry.masks if entry else {}
    columns = {column.name: column for column in record_type.columns}

    for name in set(masks) & set(columns) - set(record_type.opens):
        label = next(key for key, mask in personal_data.MASKS.items() if mask == masks[name])
        record = record_type.model(**{name: SAMPLES[label]})
        assert columns[name].read(record) == masks[name].hide(SAMPLES[label]) != SAMPLES[label]


def test_columns_of_other_types_show_no_masked_field():
    """A column named like a masked field shows a field of its own type, on which the registry decides."""
    masked = {name for entry in registry().values() for name in entry.masks}
    shown = {
        (record_type.slug, column.name)
        for record_type in registered()
        for column in record_type.columns
        if column.name in masked and not has_field(record_type.model, column.name)
    }

    assert shown == set()


BAD = {
    "未登记": "models:\n  Look: {purpose: a, basis: a, seen_by: a, kept: a, fields: {}}",
    "已不存在": "models:\n  Look: {purpose: a, basis: a, seen_by: a, kept: a, fields: {}, other: [gone]}",
    "没有 Nobody": "free_of_personal_data: [Nobody]",
    "不认识 color": "models:\n  Look: {color: red, purpose: a, basis: a, seen_by: a, kept: a, fields: {}}",
    "缺少 kept": "models:\n  Look: {purpose: a, basis: a, seen_by: a, fields: {}}",
    "不能清空": (
        "models:\n  Look: {purpose: a, basis: a, seen_by: a, kept: a,"
        " fields: {at: {category: work, erasure: blank}}}"
    ),
    # Of a library every column is named, so that an upgrade that brings one is noticed.
    "没有 axes.AccessLog": "free_of_personal_data: [axes.AccessLog]",
    "没有 Gone": "libraries_free_of_personal_data: {axes.Gone: {label: a, columns: []}}",
    "未登记 ['session_data']": (
        "libraries_free_of_personal_data: {sessions.Session: {label: a, columns: [expire_date]}}"
    ),
    "未登记 ['expire_date']": (
        "models:\n  sessions.Session:"
        " {purpose: a, basis: a, seen_by: a, kept: a, fields: {}, other: [session_data]}"
    ),
    "because": "models:\n  Look: {subject: self, purpose: a, basis: a, seen_by: a, kept: a, fields: {}}",
    "color": (
        "models:\n  Look: {purpose: a, basis: a, seen_by: a, kept: a,"
        " fields: {at: {category: color, erasure: keep}}}"
    ),
}


@pytest.mark.parametrize("words", BAD)
def test_registry_that_is_wrong_names_its_place(words, tmp_path, monkeypatch):
    file = tmp_path / personal_data.FILE
    file.write_text(BAD[words], encoding="utf-8")
    monkeypatch.setattr(personal_data, "_files", lambda: [(apps.get_app_config("audit"), file)])

    with pytest.raises(RegistryError, match=re.escape(words)) as refused:
        (personal_data.registry.__wrapped__(), models_free_of_personal_data())

    assert tmp_path.name in str(refused.value)
