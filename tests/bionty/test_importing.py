"""`import_source`: all terms of a source, and later versions of them."""

from __future__ import annotations

import pandas as pd
import pytest

import bionty as bt
import lamindb as ln
from lamindb.errors import (
    CorruptedOntology,
    FieldValidationError,
    IntegrityError,
    OntologyNotAvailable,
)


def terms(**parents: list[str]) -> pd.DataFrame:
    """A table of terms X:a, X:b … by the letters of their parents."""
    index = pd.Index([f"X:{name}" for name in parents], name="ontology_id")
    return pd.DataFrame(
        {
            "name": [f"term {name}" for name in parents],
            "definition": [f"About {name}." for name in parents],
            "parents": [[f"X:{parent}" for parent in letters] for letters in parents.values()],
        },
        index=index,
    )


def n_links() -> int:
    return bt.CellType.parents.through.objects.count()


def pairs() -> list[tuple[str, str]]:
    """Names of children and parents."""
    links = bt.CellType.parents.through.objects.order_by("id")
    return list(links.values_list("from_celltype__name", "to_celltype__name"))


# -- importing


def test_messages_and_a_second_time(sources, capsys) -> None:
    ln.settings.verbosity = "hint"
    capsys.readouterr()
    bt.CellType.import_source()
    assert capsys.readouterr().out.splitlines() == [
        "• importing CellType records from cl, 2026-03-26",
        "• adding 3324 new records",
        "• adding 4633 parents/children links",
        "✓ import is completed!",
    ]
    bt.CellType.import_source()
    assert capsys.readouterr().out.splitlines() == [
        "• importing CellType records from cl, 2026-03-26",
        "• nothing to add: all terms are in the registry",
        "✓ import is completed!",
    ]


def test_batches(sqlite_sources, capsys, count_queries) -> None:
    ln.settings.verbosity = "hint"
    capsys.readouterr()
    with count_queries() as queries:
        bt.Disease.import_source()
    assert queries.count <= 25
    out = capsys.readouterr().out.splitlines()
    assert out[1:5] == [
        "• adding 27990 new records",
        "→ starting creation of 27990 Disease records in batches of 10000",
        "• processing batch 1/3 for Disease: 10000 records",
        "• processing batch 2/3 for Disease: 10000 records",
    ]


def test_what_exists_stays(sources) -> None:
    mine = bt.CellType(name="my T cell", ontology_id="CL:0000084", description="mine").save()
    bt.CellType.from_source(name="neuron").save()
    bt.CellType.import_source()
    assert bt.CellType.filter().count() == 3_324
    assert n_links() == 4_633
    assert bt.CellType.get(mine.id).name == "my T cell"
    assert mine.parents.to_list("name") == ["lymphocyte"]


def test_times_users_and_branches(sources) -> None:
    branch = ln.Branch(name="draft").save()
    ln.setup.settings.branch = "draft"
    try:
        bt.Ethnicity.import_source()
    finally:
        ln.setup.settings.branch = "main"
    first = bt.Ethnicity.filter(branch=branch).first()
    assert first.created_at == first.updated_at
    assert first.created_by == ln.User.get(handle=ln.setup.settings.user.handle)
    assert (first.branch_id, first.created_on_id, first._aux) == (branch.id, branch.id, None)
    assert bt.Ethnicity.filter().count() == 0


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("cl", TypeError, r"import_source\(\) expects a `bt.Source` object, not a str\."),
        ("tissue", ValueError, "please pass a source record of the same entity: bionty.CellType"),
        ("unsaved", ValueError, "save the source first"),
    ],
)
def test_wrong_sources(sources, source, error, message) -> None:
    objects = {
        "tissue": sources["df_all__uberon__2026-04-01__Tissue.parquet"],
        "unsaved": bt.Source(entity="bionty.CellType", organism="all", name="new", version="1"),
    }
    with pytest.raises(error, match=message):
        bt.CellType.import_source(objects.get(source, source))
    assert bt.CellType.filter().count() == 0


def test_an_unknown_version(sources) -> None:
    source = bt.Source(entity="bionty.CellType", organism="all", name="cl", version="1999").save()
    with pytest.raises(OntologyNotAvailable, match=r"df_all__cl__1999__CellType\.parquet"):
        bt.CellType.import_source(source)
    assert bt.CellType.filter().count() == 0
    assert bt.Source.get(source.id).in_db is False


def test_an_aborted_import_leaves_nothing(sources, monkeypatch) -> None:
    from bionty.models import importing

    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "insert_links", fail)
    with pytest.raises(KeyboardInterrupt):
        bt.CellType.import_source()
    assert bt.CellType.filter().count() == 0
    assert not bt.Source.filter(entity="bionty.CellType", in_db=True).exists()


def test_an_identifier_that_another_record_has(sources, capsys) -> None:
    mine = bt.Organism(name="mine", scientific_name="Homo sapiens").save()
    bt.Organism.import_source()
    assert "! left out terms: 1 Organism records with another uid" in capsys.readouterr().out
    assert bt.Organism.get(scientific_name="Homo sapiens") == mine
    assert bt.Organism.filter().count() == 1 + 64 - 5 - 1  # breeds share the id of the species
    with pytest.raises(IntegrityError, match="have the scientific_name of a term: 'Homo sapiens'"):
        bt.Organism.import_source(ignore_conflicts=False)


def test_genes_with_stable_ids(sources) -> None:
    bt.Gene.import_source(organism="saccharomyces cerevisiae")
    assert bt.Gene.filter().count() == bt.Gene.filter(ensembl_gene_id=None).count() > 7_000
    assert bt.Gene.get(stable_id="YAL001C").symbol == "TFC3"


def test_too_long_values_are_refused(instance) -> None:
    table = pd.DataFrame({"name": ["a" * 300]}, index=pd.Index(["X:1"], name="ontology_id"))
    source = bt.CellType.add_source("mine", df=table)
    with pytest.raises(FieldValidationError, match="name of a term of mine has 300 characters"):
        bt.CellType.import_source(source)
    assert bt.CellType.filter().count() == 0


def test_a_truncated_table(sources, assets, tmp_path, monkeypatch) -> None:
    name = "df_all__cl__2026-03-26__CellType.parquet"
    (tmp_path / name).write_bytes((assets / name).read_bytes()[:10_000])
    monkeypatch.setenv("BIONTY_ASSETS", str(tmp_path))
    for call in (
        lambda: bt.CellType.import_source(sources[name]),
        lambda: bt.CellType.from_source(name="T cell", source=sources[name]),
        lambda: bt.CellType.public(source=sources[name]),
    ):
        with pytest.raises(CorruptedOntology, match=name.replace(".", r"\.")):
            call()
    assert bt.CellType.filter().count() == 0
    assert (tmp_path / name).stat().st_size == 10_000


def test_other_organisms_records(sources) -> None:
    bt.CellMarker.import_source(organism="human")
    bt.Protein.import_source(organism="Homo sapiens")
    assert bt.CellMarker.filter().count() == 393
    assert bt.Protein.filter().count() == 20_366
    assert bt.CellMarker.get(name="CD4").uid == bt.uids.ontology("CD4human")
    assert bt.Organism.filter().to_list("name") == ["human"]


def test_settings_are_read_once_per_call(sources, monkeypatch) -> None:
    from lamindb.models import construction

    calls = []
    for name in ("current_branch_id", "current_space_id"):
        read = getattr(construction, name)
        monkeypatch.setattr(construction, name, lambda read=read: calls.append(read) or read())
    bt.CellType.import_source()
    assert len(calls) <= 2
    calls.clear()
    bt.Tissue.from_values(["lung", "heart", "kidney", "liver", "brain"]).save()
    assert len(calls) <= 4


def test_completeness_follows_what_is_deleted(instance) -> None:
    source = bt.CellType.add_source("mine", df=terms(a=[], b=["a"]))
    bt.CellType.import_source(source)
    stored = lambda: bt.Source.get(source.id).in_db  # noqa: E731
    assert stored()
    bt.CellType.get(name="term b").delete()
    assert not stored()
    bt.CellType.from_source(name="term b", source=source).save()
    assert stored()
    bt.CellType.filter(name="term b").delete(permanent=True)
    assert not stored()


# -- another version


@pytest.fixture
def versions(instance) -> tuple[bt.Source, bt.Source]:
    """Two versions of a table: c gets another parent, b and d another name, e is new."""
    first = terms(a=[], b=["a"], c=["b"], d=["a"])
    second = terms(a=[], b=["a"], c=["a"], d=["a"], e=["a"])
    second["name"] = ["term a", "renamed b", "term c", "renamed d", "term e"]
    second["definition"] = "New."
    second["synonyms"] = ["A|aa", None, None, None, None]
    old = bt.CellType.add_source("mine", df=first, version="1")
    new = bt.CellType.add_source("mine", df=second, version="2")
    return old, new


def test_records_follow_to_another_version(versions, capsys) -> None:
    old, new = versions
    ln.settings.verbosity = "hint"
    bt.CellType.import_source(old)
    own = bt.CellType(name="own").save()
    bt.CellType.get(name="term c").parents.add(own)
    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="x.parquet").save()
    artifact.cell_types.add(bt.CellType.get(name="term d"), bt.CellType.get(name="term a"))
    capsys.readouterr()

    bt.CellType.import_source(new, update_records=True)

    out = capsys.readouterr().out.splitlines()
    assert out == [
        "• updating 3 records...",
        "! 1 record was renamed in mine, 2, but annotates artifacts: it keeps its name and "
        "source: 'X:d'",
        "✓ 3 records updated!",
    ]
    rows = bt.CellType.filter().order_by("id").values_list("name", "source", "description")
    assert list(rows) == [
        ("term a", new.id, "New."),
        ("renamed b", new.id, "New."),
        ("term c", new.id, "New."),
        ("term d", old.id, "About d."),
        ("own", None, None),
    ]
    assert bt.CellType.get(name="term a").synonyms == "A|aa"
    assert pairs() == [
        ("renamed b", "term a"),
        ("term d", "term a"),
        ("term c", "own"),
        ("term c", "term a"),
    ]
    assert bt.Source.get(new.id).currently_used
    bt.CellType.import_source(new)
    assert bt.CellType.filter(name="term e").exists()
    assert not bt.CellType.filter(name="renamed d").exists()


OBSOLETE_SINCE_2025 = ["0000054", "0000055", "0000293", "0000452", "0000627", "4023083"]


def test_real_versions(sources, count_queries, capsys) -> None:
    old = sources["df_all__cl__2025-04-10__CellType.parquet"]
    new = sources["df_all__cl__2026-03-26__CellType.parquet"]
    bt.CellType.import_source(old)
    before = bt.CellType.filter().count()
    with count_queries() as queries:
        bt.CellType.import_source(new, update_records=True)
    assert queries.count <= 20
    assert bt.CellType.filter().count() == before
    kept = bt.CellType.filter(source=old)
    obsolete = kept.order_by("ontology_id").to_list("ontology_id")
    assert obsolete == [f"CL:{n}" for n in OBSOLETE_SINCE_2025]
    out = capsys.readouterr().out
    assert f"! obsolete in cl, 2026-03-26, left as they are: {str(obsolete)[1:-1]}" in out
    assert bt.CellType.filter(source=new).count() == before - kept.count()
    assert bt.Source.get(new.id).currently_used
    assert not bt.Source.get(old.id).currently_used


def test_the_version_has_to_be_named(sources) -> None:
    with pytest.raises(ValueError, match="update_records=True needs the source to update to"):
        bt.CellType.import_source(update_records=True)
