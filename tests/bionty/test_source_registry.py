"""The registry `Source`: its rows, which one is used, keeping it up to date."""

from __future__ import annotations

import pytest

import bionty as bt
import lamindb as ln
from bionty._organism import OrganismNotSet
from bionty.models.source_choice import get_source_record
from lamindb.errors import FieldValidationError


def new_source(**values) -> bt.Source:
    """A source of cell types, saved."""
    defaults = {"entity": "bionty.CellType", "organism": "all", "name": "cl", "version": "1"}
    return bt.Source(**{**defaults, **values}).save()


def used(entity: str) -> list[str]:
    """Names and versions in use."""
    rows = bt.Source.filter(entity=entity, currently_used=True).order_by("id")
    return [f"{row.name} {row.version}" for row in rows]


# -- constructor


def test_missing_fields(instance) -> None:
    with pytest.raises(FieldValidationError) as error:
        bt.Source(entity="bionty.CellType")
    assert str(error.value) == "['name', 'version', 'organism'] are required."
    with pytest.raises(FieldValidationError, match="Did you mean 'version'"):
        bt.Source(entity="bionty.CellType", verson="1")


@pytest.mark.parametrize(
    ("values", "uid"),
    [
        (("bionty.Disease", "mondo", "all", "2023-04-04"), "Hgw08Vk3"),
        (("BioSample", "ncbi", "all", "2023-09"), "5JnVODh4"),
        (("bionty.Ethnicity", "hancestro", "human", "3.0"), "MJRqduf9"),
    ],
)
def test_uids(instance, values, uid) -> None:
    names = ("entity", "name", "organism", "version")
    assert bt.Source(**dict(zip(names, values, strict=True))).uid == uid


def test_a_source_that_exists_is_returned(instance, capsys) -> None:
    first = new_source()
    again = new_source(description="text")
    assert again == first
    assert bt.Source.get(first.id).description == "text"
    assert "returning source with same entity, name, organism, version" in capsys.readouterr().out
    first.delete()
    assert new_source() == first
    assert bt.Source.filter(id=first.id, branch_id=1).exists()


# -- which one is used


def test_another_version_becomes_the_default(instance) -> None:
    source = new_source()
    assert used("bionty.CellType") == ["cl 2026-06-08"]
    source.currently_used = True
    source.save()
    assert used("bionty.CellType") == ["cl 1"]


def test_another_name_becomes_the_default(instance) -> None:
    clo = bt.Source.get(entity="bionty.CellLine", name="clo")
    clo.currently_used = True
    clo.save()
    assert used("bionty.CellLine") == ["clo 2022-03-21"]
    assert get_source_record(bt.CellLine) == clo


def test_a_new_source_can_be_the_default(instance) -> None:
    new_source(name="mine", currently_used=True)
    assert used("bionty.CellType") == ["mine 1"]


def test_other_organisms_keep_their_default(instance) -> None:
    new_source(entity="bionty.Gene", organism="human", name="ensembl", currently_used=True)
    assert used("bionty.Gene") == ["ensembl release-116", "ensembl release-116", "ensembl 1"]
    assert bt.Source.filter(entity="bionty.Disease", currently_used=True).count() == 2


@pytest.mark.parametrize(
    ("registry", "organism", "expected"),
    [
        ("CellType", None, ("all", "cl")),
        ("Phenotype", None, ("all", "pato")),
        ("Phenotype", "human", ("human", "hp")),
        ("Disease", None, ("all", "mondo")),
        ("Organism", None, ("vertebrates", "ensembl")),
        ("Organism", "bacteria", ("bacteria", "ensembl")),
        ("DevelopmentalStage", None, ("human", "hsapdv")),
        ("Ethnicity", None, ("human", "hancestro")),
        ("Gene", "human", ("human", "ensembl")),
        ("Gene", "Homo sapiens", ("human", "ensembl")),
        ("Protein", "Rattus norvegicus", ("rattus norvegicus", "uniprot")),
        ("Protein", "rat", ("rattus norvegicus", "uniprot")),
    ],
)
def test_which_source_is_chosen(bionty_instance, registry, organism, expected) -> None:
    source = get_source_record(getattr(bt, registry), organism)
    assert (source.organism, source.name) == expected


def test_an_organism_without_scientific_name(instance) -> None:
    mine = bt.Organism(name="my mouse").save()
    with pytest.raises(ValueError, match=r"No source record found for filter \{'entity': 'bionty"):
        get_source_record(bt.Gene, mine)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: get_source_record(bt.CellMarker),
            OrganismNotSet,
            "`organism` is required to get Source record for CellMarker!",
        ),
        (
            lambda: get_source_record(bt.CellType, source="cl"),
            TypeError,
            "has to be a `bt.Source` object, not a str: 'cl'",
        ),
        (
            lambda: get_source_record(bt.CellType, source=bt.Source.get(name="mondo")),
            ValueError,
            "please pass a source record of the same entity: bionty.CellType, not bionty.Disease",
        ),
        (
            lambda: get_source_record(bt.CellType, organism="fish"),
            ValueError,
            r"No source record found for filter .*'organism': 'fish'.*There are sources for: all",
        ),
    ],
)
def test_what_is_no_source(bionty_instance, call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()


# -- synchronization


def test_missing_sources_come_back(instance, capsys) -> None:
    bt.Source.filter(name="cl").delete(permanent=True)
    bt.Source.get(name="uberon").delete()
    row = bt.Source.get(name="mondo")
    row.url = "changed"
    row.save()
    ln.settings.verbosity = "hint"
    capsys.readouterr()
    bt.core.sync_public_sources()
    assert capsys.readouterr().out.splitlines() == [
        "✓ added new source: bionty.CellType, all, cl, 2026-06-08",
        "✓ updated source: bionty.Tissue, all, uberon, 2026-06-23",
        "✓ updated source: bionty.Disease, all, mondo, 2026-09-01",
        "✓ synced up Source registry with the latest public sources",
    ]
    assert bt.Source.filter().count() == 43
    assert used("bionty.CellType") == ["cl 2026-06-08"]
    bt.core.sync_public_sources()
    assert capsys.readouterr().out.splitlines() == [
        "✓ synced up Source registry with the latest public sources"
    ]


def test_an_older_default_stays_unless_asked(instance) -> None:
    bt.Source.filter(name="cl").delete(permanent=True)
    new_source(version="2020-01-01", currently_used=True)
    for number in range(30):
        new_source(name=f"other {number}")
    bt.core.sync_public_sources()
    assert used("bionty.CellType") == ["cl 2020-01-01"]
    bt.core.sync_all_sources_to_latest(update_currently_used=True)
    assert used("bionty.CellType") == ["cl 2026-06-08"]


def test_numbers_in_versions_count_as_numbers(instance) -> None:
    new_source(name="x", version="release-9", currently_used=True)
    new_source(name="x", version="release-10")
    bt.core.sync_public_sources(update_currently_used=True)
    assert used("bionty.CellType") == ["x release-10"]


# -- deletion


def test_a_source_with_records_is_protected(instance) -> None:
    from django.db.models import ProtectedError

    source = new_source()
    bt.CellType(name="a", source=source).save()
    with pytest.raises(ProtectedError):
        source.delete(permanent=True)
