"""`schema.describe()`: facts, members and slots as text."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.base.dates import format_datetime
from lamindb.base.render import two_columns
from lamindb.models.schema_members import write_setting


@pytest.fixture
def schema(instance) -> ln.Schema:
    """A schema with an index, categories, lists and a default value."""
    perturbation = ln.ULabel(name="Perturbation [in vitro]", is_type=True).save()
    sample = ln.Feature(name="sample", dtype=str).save()
    features = [
        ln.Feature(name="perturbation", dtype=perturbation, nullable=False).save(),
        ln.Feature(name="dose [mg]", dtype=float, coerce=True, default_value=0.5).save(),
        ln.Feature(name="donors", dtype=list[ln.Record]).save().with_config(optional=True),
        ln.Feature(name="tissue", dtype=[ln.ULabel, ln.Record.uid]).save(),
    ]
    kind = ln.Schema(name="Assay", is_type=True).save()
    return ln.Schema(features, index=sample, name="doses [mg]", type=kind, ordered_set=True).save()


def test_members(schema, capsys):
    facts = two_columns(
        [
            f"uid: {schema.uid}",
            "ordered_set: True",
            "branch: main",
            "space: all",
            f"created_at: {format_datetime(schema.created_at)}",
            "created_by: anonymous",
        ]
    )
    first, second, third = [line.rstrip() for line in facts]
    assert (
        schema.describe(return_str=True)
        == f"""\
Schema: Assay · doses [mg]
├── {first}
│   {second}
│   {third}
└── Features (5 including index: sample)
    name          dtype                            optional  nullable  coerce  default_value
    sample        str                              ✗         ✓         ✗       unset
    perturbation  ULabel[Perturbation [in vitro]]  ✗         ✗         ✗       unset
    dose [mg]     float                            ✗         ✓         ✓       0.5
    donors        list[Record]                     ✓         ✓         ✗       unset
    tissue        ULabel|Record.uid                ✗         ✓         ✗       unset"""
    )
    assert schema.describe() is None
    assert "Schema: Assay · doses [mg]\n" in capsys.readouterr().out
    lines = schema.type.describe(return_str=True).splitlines()
    assert lines[0] == "Schema: Assay"
    assert lines[1].endswith("is_type: True")


def test_flags_that_differ(instance):
    feature = ln.Feature(name="f", dtype=int).save()
    schema = ln.Schema(
        [feature],
        minimal_set=False,
        maximal_set=True,
        flexible=True,
        coerce=True,
        otype="DataFrame",
        suffix=".parquet",
    ).save()
    text = schema.describe(return_str=True)
    assert text.startswith("Schema: unnamed\n")
    for flag in (
        "otype: DataFrame",
        "suffix: .parquet",
        "coerce: True",
        "minimal_set: False",
        "maximal_set: True",
        "flexible: True",
    ):
        assert flag in text
    assert "ordered_set" not in text
    assert text.splitlines()[-1] == "    f     int    ✓         ✓         ✓       unset"


def test_slots_and_identifier_types(bionty_instance):
    import bionty as bt

    human = bt.Organism(name="human", scientific_name="homo_sapiens").save()
    gene = bt.Gene(symbol="CD4", ensembl_gene_id="ENSG00000010610", organism=human).save()
    any_feature = ln.Schema(itype=ln.Feature, name="valid_features").save()
    any_gene = ln.Schema(itype=bt.Gene.ensembl_gene_id).save()
    one_gene = ln.Schema([gene], name="genes", maximal_set=True).save()
    schema = ln.Schema(
        otype="AnnData",
        slots={"obs": any_feature, "var.T": any_gene, "raw": one_gene},
        name="counts",
    ).save()
    lines = schema.describe(return_str=True).splitlines()
    assert lines[lines.index("├── obs: valid_features") :] == [
        "├── obs: valid_features",
        "│   └── Feature",
        "├── var.T: unnamed",
        "│   └── bionty.Gene.ensembl_gene_id",
        "│       dtype: num",
        "└── raw: genes",
        "    maximal_set: True",
        "    └── bionty.Gene (1)",
        "        CD4  num",
    ]


def test_long_and_hidden_members(instance):
    features = ln.models.SQLRecordList(
        [ln.Feature(name=f"f{i}", dtype=int) for i in range(102)]
    ).save()
    schema = ln.Schema(features).save()
    assert "Features (102)" in schema.describe(return_str=True)
    assert schema.describe(return_str=True).endswith("\n    … 2 more")
    assert schema.describe(return_str=True, n_max_features=1).endswith("\n    … 101 more")
    assert (
        schema.describe(return_str=True, n_max_features=102).splitlines()[-1].startswith("    f101")
    )
    assert schema.describe(return_str=True, n_max_features=0).splitlines()[-3:] == [
        "└── Features (102)",
        "    name  dtype  optional  nullable  coerce  default_value",
        "    … 102 more",
    ]
    write_setting(schema, "4", [features[0].uid])
    schema.save()
    assert "Features (101)" in schema.describe(return_str=True)
    assert "Features (102)" in schema.describe(return_str=True, include="hidden")


def test_an_explicit_order(schema):
    names = ["tissue", "sample", "donors"]
    write_setting(schema, "2", [ln.Feature.get(name=name).uid for name in names])
    schema.save()
    shown = [*names, "perturbation", "dose [mg]"]
    assert list(schema.members.to_list("name")) == shown
    lines = schema.describe(return_str=True).splitlines()[-5:]
    assert [line[4:17].strip() for line in lines] == shown


def test_unsaved_trashed_and_registry(instance, capsys):
    feature = ln.Feature(name="f", dtype=int).save()
    schema = ln.Schema([feature])
    with pytest.raises(ValueError, match="Schema must be saved before describing"):
        schema.describe()
    schema.save().delete()
    schema.describe()
    assert "! This schema is in the trash." in capsys.readouterr().out
    assert ln.Schema.describe(return_str=True).startswith("Schema\n  Simple fields\n")


def test_notes(instance):
    schema = ln.Schema(itype=ln.Feature).save()
    ln.models.SchemaBlock(schema=schema, content="why", kind="comment").save()
    assert schema.describe(return_str=True).endswith("└── Feature")
    assert schema.describe(return_str=True, include="comments").endswith(":\nwhy")


def test_query_counts_do_not_grow(instance, count_queries):
    kind = ln.ULabel(name="Kind", is_type=True).save()
    features = ln.models.SQLRecordList(
        [ln.Feature(name=f"f{i}", dtype=kind if i % 2 else float) for i in range(1000)]
    ).save()
    counts = []
    for members in (features[:3], features):
        flat = ln.Schema(members, name=f"flat {len(members)}").save()
        parts = [
            ln.Schema(members[i:], maximal_set=True).save() for i in range(1, len(members[:6]))
        ]
        slots = {f"slot{i}": part for i, part in enumerate(parts)}
        deep = ln.Schema(slots=slots, otype="AnnData").save()
        for schema in (flat, deep):
            with count_queries() as queries:
                schema.describe(return_str=True)
            counts.append(queries.count)
    assert counts[:2] == counts[2:] == [6, 7]
