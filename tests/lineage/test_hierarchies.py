"""Parents, children, predecessors and successors, drawn level by level."""

from __future__ import annotations

from itertools import pairwise

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument


@pytest.fixture
def family(instance) -> dict[str, ln.ULabel]:
    """cell ⊃ (leukocyte, blood) ⊃ T cell ⊃ CD8 T cell."""
    names = ("cell", "leukocyte", "blood", "T cell", "CD8 T cell")
    labels = {name: ln.ULabel(name=name).save() for name in names}
    for child, parents in {
        "leukocyte": ["cell"],
        "blood": ["cell"],
        "T cell": ["leukocyte", "blood"],
        "CD8 T cell": ["T cell"],
    }.items():
        labels[child].parents.add(*(labels[parent] for parent in parents))
    return labels


@pytest.fixture
def transforms(instance) -> list[ln.Transform]:
    """Four transforms in a row."""
    chain = [ln.Transform(key=key).save() for key in ("a.py", "b.py", "c.py", "d.py")]
    for before, after in pairwise(chain):
        after.predecessors.add(before)
    return chain


def test_source(family) -> None:
    parent, child = family["T cell"], family["CD8 T cell"]
    lines = child.view_parents(distance=1, return_graph=True).source.splitlines()
    assert lines[0].strip('digraph {"') == child.uid
    assert lines[1:3] == [
        '\tnode [color="#065f46" fillcolor=honeydew fontname=Helvetica fontsize=10 shape=box'
        ' style="rounded,filled"]',
        "\tedge [arrowsize=0.5 color=dimgrey]",
    ]
    unquoted = [line.strip().replace('"', "") for line in lines[3:]]
    assert unquoted == [
        f"{child.uid} [label=CD8 T cell fillcolor=#10b981]",
        f"{parent.uid} [label=T cell]",
        f"{parent.uid} -> {child.uid}",
        "}",
    ]


@pytest.mark.parametrize(("distance", "count"), [(1, 2), (2, 4), (3.0, 5), (5, 5)])
def test_a_distance_is_a_number_of_levels(family, count_queries, distance, count) -> None:
    with count_queries() as queries:
        source = family["CD8 T cell"].view_parents(distance=distance, return_graph=True).source
    assert source.count("label=") == count
    assert queries.count <= distance


@pytest.mark.parametrize("distance", [0, 1.5])
def test_a_distance_is_a_positive_whole_number(family, distance) -> None:
    with pytest.raises(InvalidArgument, match="distance has to be a positive whole number"):
        family["cell"].view_children(distance=distance)


def test_text_without_graphviz(family, no_dot, capsys) -> None:
    capsys.readouterr()
    family["T cell"].view_parents(with_children=True)
    assert capsys.readouterr().out.rpartition("•")[0] == (
        "T cell  *\n"
        "├── parents\n"
        "│   ├── leukocyte\n"
        "│   │   └── cell\n"
        "│   └── blood\n"
        "│       └── cell\n"
        "└── children\n"
        "    └── CD8 T cell\n"
    )
    family["cell"].view_children(field="uid")
    uids = {name: label.uid for name, label in family.items()}
    assert capsys.readouterr().out.startswith(
        f"{uids['cell']}  *\n└── children\n    ├── {uids['leukocyte']}\n"
    )


def test_a_cycle_ends(family) -> None:
    child, parent = family["CD8 T cell"], family["cell"]
    ln.ULabel.parents.through.objects.create(from_ulabel_id=parent.id, to_ulabel_id=child.id)
    graph = child.view_parents(with_children=True, distance=50, return_graph=True)
    assert graph.source.count("label=") == 5
    assert graph.source.count("->") == 6


def test_transforms(transforms, count_queries) -> None:
    with count_queries() as queries:
        graph = transforms[2].view_lineage(return_graph=True)
    assert queries.count == 3
    assert [key for key in ("a.py", "b.py", "c.py", "d.py") if key in graph.source] == [
        "a.py",
        "b.py",
        "c.py",
    ]
    both = transforms[1].view_lineage(with_successors=True, distance=1.0, return_graph=True)
    assert [key for key in ("a.py", "b.py", "c.py", "d.py") if key in both.source] == [
        "a.py",
        "b.py",
        "c.py",
    ]
    edge = f"{transforms[0].uid} -> {transforms[1].uid}"
    assert edge in both.source.replace('"', "")


def test_transforms_without_graphviz(transforms, no_dot, capsys) -> None:
    capsys.readouterr()
    transforms[1].view_lineage(with_successors=True)
    assert capsys.readouterr().out.startswith(
        "b.py  *\n"
        "├── predecessors\n"
        "│   └── a.py\n"
        "└── successors\n"
        "    └── c.py\n"
        "        └── d.py\n"
        "• to render graphs"
    )


def test_records_without_parents(instance) -> None:
    from lamindb.lineage import view_hierarchy

    feature = ln.Feature(name="f", dtype="str").save()
    assert not hasattr(feature, "view_parents")
    with pytest.raises(NotImplementedError, match="records of Feature have no parents"):
        view_hierarchy(feature, parents=True, children=False)
    with pytest.raises(ValueError, match="is not saved"):
        ln.ULabel(name="new").view_parents()
