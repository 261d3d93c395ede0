"""Projects and references: statuses, URLs, DOIs, dates."""

from __future__ import annotations

import datetime

import pytest

import lamindb as ln
from lamindb.base.types import PROJECT_STATUS_TO_CODE
from lamindb.errors import FieldValidationError


def test_a_new_project_is_planned(instance):
    project = ln.Project(name="p", abbr="P", url="https://example.org/p").save()
    assert project.status == "planned"
    for status, code in PROJECT_STATUS_TO_CODE.items():
        project.status = status
        project.save()
        assert ln.Project.get(name="p")._status_code == code
        assert ln.Project.get(status=status) == project
    assert ln.Project(name="p").status == "archived"
    with pytest.raises(ValueError, match="Did you mean 'active'"):
        project.status = "activ"
    with pytest.raises(ValueError, match="Unknown status"):
        ln.Project.filter(status="activ")


@pytest.mark.parametrize("date", ["2024-03-01", datetime.date(2024, 3, 1)])
def test_dates(instance, date):
    ln.Project(name="p", start_date=date).save()
    ln.Reference(name="r", date=date).save()
    assert ln.Project.get(name="p").start_date == datetime.date(2024, 3, 1)
    assert ln.Reference.get(name="r").date == datetime.date(2024, 3, 1)


@pytest.mark.parametrize(
    "doi",
    [
        "10.1038/s41586-019-1234-5",
        "https://doi.org/10.1101/2020.01.01.000001",
        "doi:10.1016/S0140-6736(20)30183-5",
    ],
)
def test_dois(instance, doi):
    ln.Reference(name="r", doi=doi, pubmed_id=31942070, text="abstract").save()
    assert ln.Reference.get(doi=doi).pubmed_id == 31942070


@pytest.mark.parametrize(
    ("registry", "kwargs", "text"),
    [
        (ln.Project, {"url": "nonsense"}, "url='nonsense': Enter a valid URL"),
        (ln.Project, {"start_date": "tomorrow"}, "start_date='tomorrow'"),
        (ln.Project, {"abbr": "a" * 33}, "at most 32"),
        (ln.Reference, {"url": "nonsense"}, "url='nonsense': Enter a valid URL"),
        (ln.Reference, {"doi": "10.1"}, "doi='10.1': Must be a DOI"),
        (ln.Reference, {"doi": "10.1038/a b"}, "Must be a DOI"),
        (ln.Reference, {"pubmed_id": "PMC12"}, "pubmed_id='PMC12'"),
        (ln.Reference, {"date": "2024-13-01"}, "date='2024-13-01'"),
        (ln.Reference, {"doi": "x", "url": "y"}, "url='y'.*doi='x'"),
    ],
)
def test_wrong_values_are_refused_in_constructor_and_save(instance, registry, kwargs, text):
    with pytest.raises(FieldValidationError, match=text):
        registry(name="x", **kwargs)
    record = registry(name="x").save()
    for name, value in kwargs.items():
        setattr(record, name, value)
    with pytest.raises(FieldValidationError, match=text):
        record.save()
    stored = registry.get(name="x")
    assert all(getattr(stored, name) is None for name in kwargs)


def test_positional_arguments_are_refused(instance):
    for registry in (ln.Project, ln.Reference):
        with pytest.raises(FieldValidationError, match="keyword arguments only"):
            registry("x")


def test_predecessors_and_parents(instance):
    one, two = ln.Project(name="one").save(), ln.Project(name="two").save()
    two.predecessors.add(one)
    two.parents.add(one)
    assert list(one.successors.all()) == list(one.children.all()) == [two]
