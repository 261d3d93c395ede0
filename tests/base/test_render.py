import pytest

from lamindb.base.render import Node, columns, format_size, tree, truncate, two_columns

HEADER = [
    "uid: HknNfVvoY5EsnxkY0000",
    "run: 126YlZa (tutorial.ipynb)",
    "kind: dataset",
    "otype: DataFrame",
    "hash: 0E5-eyY-mQBw83oqN20Wjw",
    "size: 10.1 KB",
    "branch: main",
    "space: all",
    "created_at: 2026-03-15 20:52:06 UTC",
    "created_by: anonymous",
    "n_observations: 3",
]
TITLE = "Artifact: my_datasets/rnaseq1.parquet (0000)"
PATH = "/data/lamindb-tutorial/.lamindb/HknNfVvoY5EsnxkY0000.parquet"


def describe(**options):
    """The artifact of the tutorial with a label and two slots."""
    obs = columns(
        [["obs (2)"], ["assay_oid", "bionty.ExperimentalFactor.ontology_id", "EFO:0008913"]]
    )
    var = columns([["var.T (3 bionty.Gene.ensembl_gene_id)"], ["CD14", "num"]])
    labels = columns(
        [
            [".ulabels", "ULabel", "DMSO, IFNG"],
            [".cell_types", "bionty.CellType", "T cell, B cell, CD8-positive, alpha-beta T cell"],
        ]
    )
    sections = [
        Node("\n".join(two_columns(HEADER))),
        Node(f"storage/path: \n{PATH}"),
        Node("Dataset features", [Node("\n".join(obs)), Node("\n".join(var))]),
        Node("Labels", [Node("\n".join(labels))]),
    ]
    return tree(f"{TITLE}\n|   description: My updated description", sections, **options)


def test_description_of_an_artifact():
    assert describe() == (
        "Artifact: my_datasets/rnaseq1.parquet (0000)\n"
        "|   description: My updated description\n"
        "├── uid: HknNfVvoY5EsnxkY0000            run: 126YlZa (tutorial.ipynb)\n"
        "│   kind: dataset                        otype: DataFrame             \n"
        "│   hash: 0E5-eyY-mQBw83oqN20Wjw         size: 10.1 KB                \n"
        "│   branch: main                         space: all                   \n"
        "│   created_at: 2026-03-15 20:52:06 UTC  created_by: anonymous        \n"
        "│   n_observations: 3                                                 \n"
        "├── storage/path: \n"
        f"│   {PATH}\n"
        "├── Dataset features\n"
        f"│   ├── obs (2){' ' * 100}\n"
        "│   │   assay_oid                      bionty.ExperimentalFactor.ontology…  "
        "EFO:0008913                            \n"
        f"│   └── var.T (3 bionty.Gene.ensembl…{' ' * 78}\n"
        f"│       CD14                           num{' ' * 73}\n"
        "└── Labels\n"
        "    └── .ulabels                       ULabel                               "
        "DMSO, IFNG                             \n"
        "        .cell_types                    bionty.CellType                      "
        "T cell, B cell, CD8-positive, alpha-be…"
    )


def test_plain_text_has_no_trailing_blanks():
    stripped = describe(strip=True).splitlines()
    assert stripped == [line.rstrip() for line in describe().splitlines()]
    assert all(not line.endswith(" ") for line in stripped)


def test_guides_can_be_styled():
    drawn = tree("t", [Node("a\nb", [Node("c")]), Node("d\ne")], style_guide="<{}>".format)
    assert drawn == "t\n<├── >a\n<│   >b\n<│   ><└── >c\n<└── >d\n    e"


def test_title_only():
    assert tree("ULabel: a", []) == "ULabel: a"


def test_long_lines_wrap_at_blanks_below_their_guide():
    drawn = tree("t", [Node(f"storage/path: {PATH}"), Node("one two three")], width=14)
    assert drawn == f"t\n├── storage/path: \n│   {PATH}\n└── one two \n    three"
    assert tree("t", [Node("one two three")], width=17) == "t\n└── one two three"


def test_wrapping_knows_the_depth():
    drawn = tree("t", [Node("a", [Node("one two")])], width=14)
    assert drawn == "t\n└── a\n    └── one \n        two"


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        ([], []),
        (["uid: x"], ["uid: x"]),
        (["a", "bbb"], ["a  bbb"]),
        (["a", "bbb", "cc", "d"], ["a   bbb", "cc  d  "]),
        (["a", "bbb", "cc"], ["a   bbb", "cc     "]),
    ],
)
def test_two_columns(cells, lines):
    assert two_columns(cells) == lines


def test_columns_cut_and_pad():
    assert columns([["donor", "str"], ["a long name", "x\ny"]], widths=(6, 3)) == [
        "donor   str",
        "a lon…  x y",
    ]


@pytest.mark.parametrize(
    ("text", "cut"), [("abc", "abc"), ("abcd", "ab…"), ("", ""), ("äöüß", "äö…")]
)
def test_truncate(text, cut):
    assert truncate(text, 3) == cut


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (None, "None"),
        (0, "0 B"),
        (6, "6 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (10354, "10.1 KB"),
        (30232, "29.5 KB"),
        (1024**2 - 1, "1.0 MB"),
        (768 * 1024**2, "768.0 MB"),
        (5 * 1024**3, "5.0 GB"),
        (3 * 1024**4, "3.0 TB"),
        (5000 * 1024**4, "5000.0 TB"),
    ],
)
def test_format_size(n_bytes, text):
    assert format_size(n_bytes) == text
