"""Graphs as text of graphviz, of Mermaid and as trees: exactly, and with hostile labels."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

import pytest

import lamindb as ln
from lamindb.lineage import lineage_graph, mermaid, text_tree
from lamindb.lineage.graph import Graph, Node, one_line
from lamindb.lineage.render_graphviz import digraph
from tests.lineage.pipelines import artifact, make_artifact, make_run

HOSTILE = [
    "</text><script>alert(1)</script>",
    "<b>bold</b>",
    "<",
    "quote \" and ' and `tick`",
    "back\\slash \\N \\l",
    "amp & #entity; &lt;",
    "newline\nand\ttab\r",
    "control \x00\x1b[31m\x7f\ufffe",
    "direction \u202etxt.exe",
    "ünïcödé 数据 🧬",
    "end",
    "%s {0} [x](y) --> z]]",
]


@pytest.fixture
def pipeline(instance) -> tuple[ln.Run, ln.Run]:
    """Run a.py made in.parquet; function main in b.py read it and made out.parquet."""
    first = make_run("a.py", writes=["in.parquet"])
    return first, make_run("b.py", [artifact("in.parquet")], ["out.parquet"], 2, entrypoint="main")


def test_graphviz(pipeline) -> None:
    a, b = pipeline
    source, out = artifact("in.parquet"), artifact("out.parquet")
    grey = '<FONT COLOR="GREY" POINT-SIZE="10">run at 2026-03-15 20:5'
    box = 'shape=box style="rounded,filled"'
    assert out.view_lineage(return_graph=True).source == (
        f"digraph artifact_{out.uid} {{\n"
        "\tnode [color=darkgrey fillcolor=white fontname=Helvetica fontsize=10]\n"
        "\tedge [arrowsize=0.5]\n"
        f"\tartifact_{source.uid} [label=<in.parquet> fillcolor=white {box}]\n"
        f"\trun_{b.uid} [label=<b.py: main<BR/>{grey}2:00 UTC</FONT>>"
        f' fillcolor="#eff2ff" {box}]\n'
        f"\tartifact_{source.uid} -> run_{b.uid} [color=dimgrey]\n"
        f"\tartifact_{out.uid} [label=<out.parquet> fillcolor=white shape=box"
        ' style="rounded,filled,bold"]\n'
        f"\trun_{b.uid} -> artifact_{out.uid} [color=dimgrey]\n"
        f"\trun_{a.uid} [label=<a.py<BR/>{grey}0:00 UTC</FONT>>"
        f' fillcolor="#eff2ff" {box}]\n'
        f"\trun_{a.uid} -> artifact_{source.uid} [color=dimgrey]\n"
        "}\n"
    )


def test_text(pipeline) -> None:
    out = artifact("out.parquet")
    assert text_tree(lineage_graph(out)) == (
        "out.parquet  *\n"
        "└── run b.py: main (2026-03-15 20:52:00 UTC)\n"
        "    └── in.parquet\n"
        "        └── run a.py (2026-03-15 20:50:00 UTC)"
    )


def test_text_of_what_is_used(pipeline) -> None:
    b = pipeline[1]
    make_artifact("sibling.txt", b)
    reads = [artifact("out.parquet"), artifact("sibling.txt"), make_artifact("other.txt")]
    make_run("c.py", reads, ["end.txt"], 3)
    assert text_tree(lineage_graph(artifact("out.parquet"))) == (
        "out.parquet  *\n"
        "└── run b.py: main (2026-03-15 20:52:00 UTC)\n"
        "    ├── in.parquet\n"
        "    │   └── run a.py (2026-03-15 20:50:00 UTC)\n"
        "    └── → sibling.txt\n"
        "        └── run c.py (2026-03-15 20:53:00 UTC) …\n"
        "\n"
        "used by\n"
        "└── run c.py (2026-03-15 20:53:00 UTC)\n"
        "    ├── end.txt\n"
        "    ├── ← sibling.txt\n"
        "    └── ← other.txt"
    )
    assert text_tree(lineage_graph(b, with_children=False)) == (
        "run b.py: main (2026-03-15 20:52:00 UTC)  *\n"
        "└── in.parquet\n"
        "    └── run a.py (2026-03-15 20:50:00 UTC)\n"
        "\n"
        "used by\n"
        "├── out.parquet\n"
        "└── sibling.txt"
    )


def test_mermaid(pipeline) -> None:
    b = pipeline[1]
    source, out = artifact("in.parquet"), artifact("out.parquet")
    again = make_run("c.py", minute=3)
    out.recreating_runs.add(again)
    assert mermaid(lineage_graph(again, with_children=False)) == (
        "flowchart TD\n"
        f'    run_{again.uid}("c.py<br/>run at 2026-03-15 20:53:00 UTC"):::run\n'
        f'    artifact_{out.uid}("out.parquet"):::artifact\n'
        f"    run_{again.uid} -.-> artifact_{out.uid}\n"
        "    classDef run fill:#eff2ff,stroke:darkgrey\n"
        "    classDef artifact fill:white,stroke:darkgrey\n"
        f"    style run_{again.uid} stroke-width:3px"
    )
    assert f"artifact_{source.uid} --> run_{b.uid}" in mermaid(lineage_graph(b))


def test_the_same_graph_gives_the_same_text(pipeline) -> None:
    for key in ("5.txt", "3.txt", "4.txt"):
        make_artifact(key, pipeline[1])
    sources = {artifact("in.parquet").view_lineage(return_graph=True).source for _ in range(5)}
    assert len(sources) == 1
    source = sources.pop()
    places = [source.index(f"<{key}.txt>") for key in (5, 3, 4)]
    assert places == sorted(places)


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("kind", ["record", "artifact", "run"])
def test_hostile_labels_are_drawn_as_they_are(dot, kind, label) -> None:
    graph = Graph("focus", above="parents" if kind == "record" else None)
    time = "2026-03-15" if kind == "run" else ""
    graph.connect(Node("focus", one_line(label), kind, time), Node("other", "other", kind))
    svg = digraph(graph).pipe(format="svg", encoding="utf-8")
    drawing = ElementTree.fromstring(svg)
    names = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert names <= {"svg", "g", "title", "polygon", "path", "text"}
    texts = ["".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    shown = [" ".join(text.replace("\u2060", "").split()) for text in texts]
    assert " ".join(one_line(label).split()) in shown


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_stay_on_one_line(label) -> None:
    graph = Graph("focus")
    graph.connect(Node("focus", one_line(label), "artifact"), Node("r", "r", "run"))
    assert text_tree(graph).splitlines() == [f"{one_line(label)}  *", "", "used by", "└── run r"]
    box = mermaid(graph).splitlines()[1]
    inner = box.removeprefix('    focus("').removesuffix('"):::artifact')
    assert not set('"<>`\\&') & set(inner)
    assert "\x1b" not in box


def test_hostile_keys_in_a_database(instance, dot, tmp_path) -> None:
    key = 'a <script>"&ü/数据.txt'
    run = make_run(f"{key[:-4]}.py", writes=[key], entrypoint="<b>")
    graph = artifact(key).view_lineage(return_graph=True)
    path = graph.render(directory=str(tmp_path / "images"), format="svg")
    texts = ElementTree.parse(path).getroot().itertext()
    shown = {text.strip() for text in texts}
    assert {key, f"{run.transform.key}: <b>"} <= shown


def test_r_renders_images(pipeline, dot, tmp_path) -> None:
    graph = artifact("out.parquet").view_lineage(with_children=True, return_graph=True)
    for image_format, magic in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        path = graph.render(directory=str(tmp_path), format=image_format)
        with open(path, "rb") as file:
            assert file.read(5).startswith(magic[:4])
    assert "image/svg+xml" in graph._repr_mimebundle_()


def test_dot_is_the_real_one(dot) -> None:
    result = subprocess.run([dot, "-V"], capture_output=True, text=True, check=True)
    assert "graphviz version" in result.stderr


def test_ids_that_need_quotes(dot) -> None:
    graph = Graph('artifact_a-"b')
    graph.connect(Node("run_ü", "run", "run"), Node(graph.focus, "a", "artifact"))
    assert 'run_ü -> "artifact_a-\\"b" [color=dimgrey]' in digraph(graph).source
    svg = ElementTree.fromstring(digraph(graph).pipe(format="svg", encoding="utf-8"))
    titles = [title.text for title in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[1:] == ["run_ü", 'artifact_a-"b', 'run_ü->artifact_a-"b']
