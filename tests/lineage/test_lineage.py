"""Which runs, artifacts and collections belong to the lineage of a record."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument
from lamindb.lineage import lineage_graph, text_tree
from tests.lineage.pipelines import artifact, edges, labels, make_artifact, make_run


@pytest.fixture
def pipeline(instance) -> ln.Artifact:
    """a.py → in; b.py: in → out, sibling; c.py: out, other → final; d.py: sibling → side."""
    make_run("a.py", writes=["in.txt"])
    make_run("b.py", [artifact("in.txt")], ["out.txt", "sibling.txt"], 2, entrypoint="main")
    other = make_artifact("other.txt", make_run("x.py"))
    make_run("c.py", [artifact("out.txt"), other], ["final.txt"], 3)
    make_run("d.py", [artifact("sibling.txt")], ["side.txt"], 4)
    return artifact("out.txt")


UPSTREAM = [
    "a.py → in.txt",
    "b.py: main → out.txt",
    "b.py: main → sibling.txt",
    "in.txt → b.py: main",
]
DOWNSTREAM = [
    "c.py → final.txt",
    "d.py → side.txt",
    "other.txt → c.py",
    "out.txt → c.py",
    "sibling.txt → d.py",
]


def test_upstream_and_consumers_of_siblings_in_one_query(pipeline, count_queries) -> None:
    pipeline = ln.Artifact.get(pipeline.uid)
    with count_queries() as queries:
        graph = lineage_graph(pipeline)
    assert queries.count == 1
    assert edges(graph) == sorted([*UPSTREAM, *DOWNSTREAM])
    assert graph.focus == f"artifact_{pipeline.uid}"


def test_what_made_an_input_of_a_consumer_is_not_followed(pipeline) -> None:
    assert "x.py" not in labels(lineage_graph(pipeline))
    assert "x.py" in labels(lineage_graph(artifact("final.txt")))


def test_without_children(pipeline, count_queries) -> None:
    with count_queries() as queries:
        graph = lineage_graph(pipeline, with_children=False)
    assert queries.count == 1
    assert edges(graph) == UPSTREAM


def test_of_a_run(pipeline) -> None:
    graph = lineage_graph(pipeline.run)
    assert graph.focus == f"run_{pipeline.run.uid}"
    assert edges(graph) == sorted([*UPSTREAM, *DOWNSTREAM])
    assert edges(lineage_graph(pipeline.run, with_children=False)) == UPSTREAM


@pytest.mark.parametrize("distance", [1, 1.0])
def test_a_distance_limits_the_runs(pipeline, distance) -> None:
    graph = lineage_graph(artifact("final.txt"), distance=distance)
    assert labels(graph) == {"out.txt", "other.txt", "c.py", "final.txt"}
    graph = lineage_graph(artifact("in.txt"), distance=distance)
    assert labels(graph) == {"a.py", "in.txt", "b.py: main", "out.txt", "sibling.txt"}
    assert labels(graph) | {"other.txt", "c.py", "final.txt", "d.py", "side.txt"} == labels(
        lineage_graph(pipeline.run, distance=distance)
    )
    assert "a.py" in labels(lineage_graph(artifact("final.txt"), distance=3))


@pytest.mark.parametrize("distance", [0, -1, 1.5, True])
def test_a_distance_is_a_positive_whole_number(pipeline, distance) -> None:
    message = f"distance has to be a positive whole number or None, not {distance}"
    with pytest.raises(InvalidArgument, match=message):
        pipeline.view_lineage(distance=distance)


def test_consumers_of_an_artifact_without_a_run(instance) -> None:
    lone = make_artifact("lone.txt")
    assert edges(lineage_graph(lone)) == []
    assert labels(lineage_graph(lone)) == {"lone.txt"}
    make_run("a.py", [lone], ["out.txt"])
    assert edges(lineage_graph(lone)) == ["a.py → out.txt", "lone.txt → a.py"]
    assert labels(lineage_graph(lone, with_children=False)) == {"lone.txt"}


def test_an_artifact_without_a_key_is_called_by_its_uid(instance) -> None:
    keyless = make_artifact(None)
    assert labels(lineage_graph(keyless)) == {keyless.uid}


def test_collections_are_read_and_made(instance) -> None:
    make_run("a.py", writes=["1.txt", "2.txt"])
    members = [artifact("1.txt"), artifact("2.txt")]
    run = make_run("collect.py", members, minute=1)
    collection = ln.Collection(members, key="both", run=run).save()
    make_run("train.py", [collection], ["model.txt"], 2)
    expected = [
        "1.txt → collect.py",
        "2.txt → collect.py",
        "a.py → 1.txt",
        "a.py → 2.txt",
        "both → train.py",
        "collect.py → both",
        "train.py → model.txt",
    ]
    assert edges(lineage_graph(collection)) == expected
    assert edges(lineage_graph(artifact("model.txt"))) == expected
    assert edges(lineage_graph(artifact("1.txt"))) == expected
    assert lineage_graph(collection).focus == f"collection_{collection.uid}"


def test_the_same_key_of_an_artifact_and_a_collection(instance) -> None:
    member = make_artifact("data.txt")
    run = make_run("collect.py", [member])
    collection = ln.Collection([member], key="data.txt", run=run).save()
    assert member.pk == collection.pk
    graph = lineage_graph(collection)
    assert list(graph.edges) == [
        (f"artifact_{member.uid}", f"run_{run.uid}"),
        (f"run_{run.uid}", f"collection_{collection.uid}"),
    ]


def test_what_existed_already_is_an_output_that_was_made_again(instance) -> None:
    source = make_artifact("in.txt")
    make_run("a.py", [source], ["out.txt"])
    out = artifact("out.txt")
    again = make_run("a2.py", [source], minute=1)
    out.recreating_runs.add(again)
    make_run("b.py", [out], ["end.txt"], 2)
    assert edges(lineage_graph(out, with_children=False)) == ["a.py → out.txt", "in.txt → a.py"]
    graph = lineage_graph(again)
    assert {"a2.py → out.txt", "out.txt → b.py", "b.py → end.txt"} < set(edges(graph))
    made_again = [edge for edge, is_again in graph.edges.items() if is_again]
    assert made_again == [(f"run_{again.uid}", f"artifact_{out.uid}")]


def test_cycles_across_runs_end(instance) -> None:
    first = make_run("a.py", writes=["a.txt"])
    make_run("b.py", [artifact("a.txt")], ["b.txt"], 1)
    artifact("b.txt").input_of_runs.add(first)
    cycle = ["a.py → a.txt", "a.txt → b.py", "b.py → b.txt", "b.txt → a.py"]
    for distance in (None, 50):
        for key in ("a.txt", "b.txt"):
            assert edges(lineage_graph(artifact(key), distance=distance)) == cycle
    assert text_tree(lineage_graph(artifact("a.txt"), with_children=False)).count("a.txt") == 2


def test_inputs_that_are_outputs_of_the_same_run(instance, capsys) -> None:
    run = make_run("a.py", writes=["a.txt", "b.txt"])
    for key in ("b.txt", "a.txt"):
        artifact(key).input_of_runs.add(run)
    capsys.readouterr()
    graph = lineage_graph(artifact("a.txt"))
    assert capsys.readouterr().out == (
        f"! The following artifacts are both inputs and outputs of Run(uid={run.uid}):"
        " a.txt, b.txt → Only showing as outputs.\n"
    )
    assert edges(graph) == ["a.py → a.txt", "a.py → b.txt"]


def test_trash_is_left_out_and_the_archive_is_not(pipeline) -> None:
    ln.Artifact.objects.filter(key="in.txt").update(branch_id=-1)
    ln.Artifact.objects.filter(key="final.txt").update(branch_id=0)
    ln.Run.objects.filter(transform__key="d.py").update(branch_id=-1)
    assert edges(lineage_graph(pipeline)) == [
        "b.py: main → out.txt",
        "b.py: main → sibling.txt",
        "c.py → final.txt",
        "other.txt → c.py",
        "out.txt → c.py",
    ]


def test_of_what_is_in_the_trash(pipeline) -> None:
    ln.Artifact.objects.filter(key="out.txt").update(branch_id=-1)
    trashed = artifact("out.txt")
    assert edges(lineage_graph(trashed)) == sorted([*UPSTREAM, *DOWNSTREAM])
    assert "out.txt" not in labels(lineage_graph(artifact("final.txt")))


def test_other_branches_are_seen_from_there_only(pipeline) -> None:
    branch = ln.Branch(name="draft").save()
    ln.setup.settings.branch = branch
    run = make_run("draft.py", [pipeline], ["draft.txt"], 5)
    draft = artifact("draft.txt")
    assert run.branch_id == draft.branch_id == branch.id
    assert "draft.txt" in labels(lineage_graph(pipeline))
    ln.setup.settings.branch = "main"
    assert "draft.py" not in labels(lineage_graph(pipeline))
    assert {"draft.py → draft.txt", "out.txt → draft.py"} < set(edges(lineage_graph(draft)))


def test_runs_that_copied_are_named_by_what_they_did(instance) -> None:
    key = "__lamindb_transfer__/abcdefghijkl"
    description = "Transfer from `laminlabs/lamindata`"
    transform = ln.Transform(key=key, description=description).save()
    copied = make_artifact("copied.txt", ln.Run(transform).save())
    assert edges(lineage_graph(copied)) == [f"{description} → copied.txt"]
    ln.Transform.objects.filter(pk=transform.pk).update(description=None)
    assert edges(lineage_graph(copied)) == [f"{key} → copied.txt"]


def test_a_long_chain_takes_one_query(instance, count_queries) -> None:
    record = make_artifact("0.txt")
    for number in range(1, 40):
        make_run(f"{number}.py", [record], [f"{number}.txt"], number)
        record = artifact(f"{number}.txt")
    with count_queries() as queries:
        graph = lineage_graph(record)
    assert queries.count == 1
    assert len(graph.nodes) == 79
    assert len(graph.edges) == 78
    text = text_tree(graph)
    assert text.count("\n") == 20
    assert text.endswith(" …")


def test_unsaved_records_and_other_registries(instance) -> None:
    with pytest.raises(ValueError, match="is not saved, please save it"):
        ln.Run(ln.Transform(key="a.py").save()).view_lineage()
    with pytest.raises(InvalidArgument, match="ULabel has no lineage of data, pass a run"):
        lineage_graph(ln.ULabel(name="label").save())
