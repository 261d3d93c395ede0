"""Parents and children: queries, drawings, and terms in the trash."""

from __future__ import annotations

import re
import shutil

import pytest

import bionty as bt
import lamindb as ln


@pytest.fixture
def family(instance) -> dict[str, bt.CellType]:
    """cell ← leukocyte ← lymphocyte ← T cell, B cell."""
    names = ("cell", "leukocyte", "lymphocyte", "T cell", "B cell")
    terms = {name: bt.CellType(name=name).save() for name in names}
    for child, parent in (
        ("leukocyte", "cell"),
        ("lymphocyte", "leukocyte"),
        ("T cell", "lymphocyte"),
        ("B cell", "lymphocyte"),
    ):
        terms[child].parents.add(terms[parent])
    return terms


def test_own_terms_in_a_public_hierarchy(sources) -> None:
    neuron = bt.CellType.from_source(name="neuron").save()
    state = bt.CellType(name="my neuron cell state", description="explains X").save()
    state.parents.add(neuron)
    assert state.uid == "2YDPJJsiwD6LIX"
    assert state.query_parents().get(name="neural cell").source.name == "cl"
    assert neuron.query_children().to_list("name") == ["my neuron cell state"]
    graph = state.view_parents(distance=2, return_graph=True)
    assert labels_of(graph) == [
        "my neuron cell state",
        "neuron",
        "electrically responsive cell",
        "electrically signaling cell",
        "neural cell",
    ]
    focal = graph.source.splitlines()[3]
    assert focal.startswith('\t"2YDPJJsiwD6LIX" [')
    assert "#10b981" in focal
    edges = [line.strip().split(" ")[:3] for line in graph.body if "->" in line]
    assert ['"3QnZfoBkwSvMUz"', "->", '"2YDPJJsiwD6LIX"'] in [
        [part if part[0] in '"-' else f'"{part}"' for part in edge] for edge in edges
    ]
    assert len(edges) == 4


@pytest.mark.parametrize(
    ("distance", "labels"),
    [
        (1, ["T cell", "lymphocyte"]),
        (2, ["T cell", "lymphocyte", "leukocyte"]),
        (5, ["T cell", "lymphocyte", "leukocyte", "cell"]),
    ],
)
def test_distance_is_the_number_of_levels(family, count_queries, distance, labels) -> None:
    with count_queries() as queries:
        graph = family["T cell"].view_parents(distance=distance, return_graph=True)
    assert queries.count <= min(distance, 4)
    assert labels_of(graph) == labels


def labels_of(graph) -> list[str]:
    """Labels of the nodes of a graph, in order."""
    found = (re.search(r'label=("[^"]*"|[^\s\]]+)', line) for line in graph.body)
    return [match[1].strip('"') for match in found if match]


def test_children_and_other_labels(family) -> None:
    below = family["leukocyte"].view_children(return_graph=True)
    assert labels_of(below) == ["leukocyte", "lymphocyte", "T cell", "B cell"]
    both = family["lymphocyte"].view_parents(
        "uid", with_children=True, distance=1, return_graph=True
    )
    names = ("lymphocyte", "leukocyte", "T cell", "B cell")
    assert labels_of(both) == [family[name].uid for name in names]


def test_without_graphviz_there_is_a_tree(family, monkeypatch, capsys) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    capsys.readouterr()
    assert family["lymphocyte"].view_parents(with_children=True) is None
    out = capsys.readouterr().out
    assert [name for name in family if name in out] == list(family)
    assert "install graphviz" in out


def test_unsaved_records_and_unknown_fields(family) -> None:
    with pytest.raises(ValueError, match="is not saved"):
        bt.CellType(name="new").view_parents()
    with pytest.raises(Exception, match="Unknown field 'nam'"):
        family["cell"].view_children("nam")


def test_other_registries_have_drawings(instance) -> None:
    child, parent = (ln.ULabel(name=name).save() for name in "ab")
    child.parents.add(parent)
    assert labels_of(child.view_parents(return_graph=True)) == ["a", "b"]


# -- trash


def test_a_trashed_term_hides_nothing_beyond(family) -> None:
    family["lymphocyte"].delete()
    above = family["T cell"].query_parents()
    assert sorted(above.to_list("name")) == ["cell", "leukocyte"]
    below = family["leukocyte"].query_children()
    assert sorted(below.to_list("name")) == ["B cell", "T cell"]
    graph = family["T cell"].view_parents(distance=1, return_graph=True)
    assert labels_of(graph) == ["T cell", "leukocyte"]


def test_parents_and_children_leave_out_the_trash(family) -> None:
    lymphocyte = family["lymphocyte"]
    lymphocyte.delete()
    assert family["T cell"].parents.to_list() == []
    assert family["T cell"].parents.count() == 0
    assert family["leukocyte"].children.exists() is False
    family["T cell"].parents.set([family["cell"]])
    lymphocyte.restore()
    assert sorted(family["T cell"].parents.to_list("name")) == ["cell", "lymphocyte"]


def test_a_trashed_record_comes_back(sources, capsys) -> None:
    ln.settings.verbosity = "hint"
    first = bt.CellType.from_source(name="T cell").save()
    first.description = "old"
    first.save()
    first.delete()
    assert not bt.CellType.filter(name="T cell").exists()
    again = bt.CellType.from_source(name="T cell")
    capsys.readouterr()
    again.save()
    assert capsys.readouterr().out.splitlines() == [
        "→ restored CellType record from trash: 'T cell'"
    ]
    assert again == first
    assert again.created_at == first.created_at
    assert bt.CellType.get(name="T cell").description.startswith("A Type Of Lymphocyte")


def test_trashed_ancestors_come_back(sources) -> None:
    bt.CellType.from_source(name="T cell").save()
    bt.CellType.get(name="lymphocyte").delete()
    bt.CellType.from_source(name="B cell").save()
    assert bt.CellType.filter(name="lymphocyte").exists()


def test_an_import_restores(sources, capsys) -> None:
    ln.settings.verbosity = "hint"
    bt.CellType.import_source()
    bt.CellType.filter(name__in=["T cell", "neuron"]).delete()
    capsys.readouterr()
    bt.CellType.import_source()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "• restored 2 records from trash",
        "✓ import is completed!",
    ]
    assert bt.CellType.filter().count() == 3_324
