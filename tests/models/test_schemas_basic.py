"""Schemas: hash, identity, members, slots, changes of saved schemas."""

from __future__ import annotations

import json
import shutil

import pytest

import lamindb as ln
from lamindb.errors import (
    FieldValidationError,
    InvalidArgument,
    ModuleWasntConfigured,
    ValidationError,
)


@pytest.fixture
def features(instance) -> list[ln.Feature]:
    uids = ["OpQAD5Ifu89t", "7I4u69RiCAVy", "uValv1YfEQib"]
    return [
        ln.Feature(name=name, dtype=str, uid=uid).save()
        for name, uid in zip("abc", uids, strict=True)
    ]


def test_hashes_and_fixed_uids(bionty_instance):
    import bionty as bt

    obs = ln.Schema(itype=ln.Feature).save()
    var = ln.Schema(itype=bt.Gene.ensembl_gene_id).save()
    both = ln.Schema(otype="AnnData", slots={"obs": obs, "var.T": var}).save()
    assert [(s.hash, s.uid) for s in (obs, var, both)] == [
        ("kMi7B_N88uu-YnbTLDU-DA", "0000000000000000"),
        ("1gocc_TJ1RU2bMwDRK-WUA", "0000000000000001"),
        ("aqGWHvyY49W_PHELUMiBMw", "0000000000000002"),
    ]
    assert (obs.itype, obs.dtype, obs.flexible) == ("Feature", None, True)
    assert (var.itype, var.dtype) == ("bionty.Gene.ensembl_gene_id", "num")
    assert both.slots == {"obs": obs, "var.T": var}
    assert list(both.members) == []
    assert ln.Schema(slots={"var.T": var, "obs": obs}, otype="AnnData") == both
    both.name = "renamed"
    assert both.save().hash == "aqGWHvyY49W_PHELUMiBMw"


def test_members_of_other_registries(bionty_instance):
    import bionty as bt

    schema = ln.Schema(itype=bt.Gene.symbol)
    assert schema.itype == "bionty.Gene.symbol"
    assert list(schema.save().members) == []


def test_schemas_of_a_database_of_lamindb_2_12(in_tmp, test_data):
    store = in_tmp / "store"
    shutil.copytree(test_data / "existing-2.12" / "sqlite" / "store", store)
    for path in [store, *store.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    ln.connect(str(store))
    schemas = ln.Schema.filter(is_type=False)
    expected = json.loads((test_data / "existing-2.12/sqlite/expected.json").read_text())["schemas"]
    assert len(schemas) == len(expected) == 2
    for facts in expected:
        schema = ln.Schema.get(facts["uid"])
        members = list(schema.members)
        assert schema.save().hash == facts["hash"]
        same = ln.Schema(members) if members else ln.Schema(itype=schema.itype)
        assert (same, same.hash, same.n_members) == (schema, facts["hash"], facts["n_members"])
        assert f"Features ({len(members)})" in schema.describe(return_str=True) or not members


def test_hash_of_members(features):
    a, b, c = features
    schema = ln.Schema([a, b, c])
    assert schema.hash == "Z_dmk1WendD15s2FyBW1HA"
    assert ln.Schema([a, b], index=c).hash == "drtQMP4N4xEebS49DO-9Jw"
    assert ln.Schema([a, b, c], index=c).hash == "drtQMP4N4xEebS49DO-9Jw"
    different = [
        schema,
        ln.Schema([a, b]),
        ln.Schema([a, b, c], ordered_set=True),
        ln.Schema([c, b, a], ordered_set=True),
        ln.Schema([a, b, c], maximal_set=True),
        ln.Schema([a, b, c], minimal_set=False),
        ln.Schema([a, b, c], flexible=True),
        ln.Schema([a, b, c], coerce=True),
        ln.Schema([a, b, c], suffix=".parquet"),
        ln.Schema([a, b, c.with_config(optional=True)]),
    ]
    assert len({s.hash for s in different}) == len(different)
    assert ln.Schema([a, b, c], coerce=False, otype="DataFrame", name="x").hash == schema.hash


def test_members_keep_their_order(features):
    a, b, c = features
    passed = [c, a, b.with_config(optional=True)]
    schema = ln.Schema(passed, name="s")
    assert schema.members == [c, a, b]
    schema.save()
    assert len(passed) == 3
    assert list(schema.members) == [c, a, b]
    assert schema.n_members == 3
    assert (schema.itype, schema.flexible, schema.minimal_set) == ("Feature", False, True)
    assert list(schema.optionals.get()) == [b]
    assert list(ln.Schema.filter(features__name="a")) == [schema]
    indexed = ln.Schema([a, b], index=c).save()
    assert list(indexed.members) == [c, a, b]
    assert indexed.index == c
    assert indexed._aux == {"af": {"3": c.uid}}


def test_same_schema_is_returned(features, capsys):
    a, b, _ = features
    schema = ln.Schema([a, b]).save()
    again = ln.Schema([b, a], name="named")
    assert again == schema
    output = capsys.readouterr().out
    assert "→ returning schema with same hash: Schema(" in output
    assert "! updated name from None to named" in output
    again.save()
    assert ln.Schema.get(name="named") == schema
    assert ln.Schema([a, b], name="other").name == "named"
    assert "keeping the original" in capsys.readouterr().out
    assert ln.Schema([a, b], lookup=False).save() != schema
    ordered = ln.Schema([a, b], ordered_set=True).save()
    assert ln.Schema([b, a], ordered_set=True) != ordered
    assert ln.Schema([a, b], ordered_set=True) == ordered


def test_same_name_updates(features, capsys):
    a, b, c = features
    schema = ln.Schema([a, b], name="s").save()
    old = schema.hash
    changed = ln.Schema([c, a], name="s", maximal_set=True)
    assert changed == schema
    assert "returning Schema with same name: 's'" in capsys.readouterr().out
    assert list(ln.Schema.get(name="s").members) == [a, b]
    changed.save()
    assert "you're removing these features: ['b']" in capsys.readouterr().out
    stored = ln.Schema.get(name="s")
    assert list(stored.members) == [c, a]
    assert stored.maximal_set
    assert stored.hash == changed.hash != old


def test_a_trashed_schema_is_revived(features):
    schema = ln.Schema(features).save()
    schema.delete()
    again = ln.Schema(features, name="new").save()
    assert again == schema
    stored = ln.Schema.get(name="new")
    assert (stored.id, stored.branch_id) == (schema.id, 1)
    assert list(stored.members) == features
    assert ln.Schema.filter(branch=None).count() == 1


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: ln.Schema(), InvalidArgument, "Please pass features or slots or itype"),
        (lambda f: ln.Schema(name="s"), InvalidArgument, "Please pass features or slots or itype"),
        (lambda f: ln.Schema(f, "s"), ValueError, "Only one non-keyword arg allowed: features"),
        (lambda f: ln.Schema(f[0]), ValueError, "not a single feature"),
        (lambda f: ln.Schema(["a"]), TypeError, "features has to store feature records"),
        (lambda f: ln.Schema("a"), TypeError, "features has to store feature records"),
        (lambda f: ln.Schema([]), ValueError, "the list is empty"),
        (lambda f: ln.Schema([f[0], f[0]]), InvalidArgument, "given twice"),
        (lambda f: ln.Schema(f, nam="s"), FieldValidationError, "Did you mean 'name'"),
        (lambda f: ln.Schema(f, index="a"), TypeError, "index must be a Feature"),
        (lambda f: ln.Schema(f, suffix="csv"), FieldValidationError, "Invalid suffix 'csv'"),
        (lambda f: ln.Schema(f, suffix=".nope"), FieldValidationError, "canonical suffix: "),
        (lambda f: ln.Schema(f, itype=ln.ULabel), InvalidArgument, "does not match itype ULabel"),
        (lambda f: ln.Schema(f, n_members=9), InvalidArgument, "n_members only without"),
        (lambda f: ln.Schema(itype="Nope"), InvalidArgument, "itype 'Nope' is no registry"),
        (lambda f: ln.Schema(itype="feature"), InvalidArgument, "is not a registry"),
        (lambda f: ln.Schema(itype="Feature.x"), InvalidArgument, "has no field 'x'"),
        (lambda f: ln.Schema(itype=3), InvalidArgument, "itype has to be a registry"),
        (lambda f: ln.Schema(itype=f[0]), InvalidArgument, "saved feature type"),
        (lambda f: ln.Schema(itype="bionty.Gene"), ModuleWasntConfigured, "needs the module"),
        (lambda f: ln.Schema(itype="Feature", dtype="x"), InvalidArgument, "dtype of a schema"),
        (lambda f: ln.Schema(slots={"obs": 3}, otype="AnnData"), TypeError, "'obs' is 3"),
        (
            lambda f: ln.Schema(slots={"obs": ln.Schema(f)}, otype="AnnData"),
            InvalidArgument,
            "schema for obs .* must be saved before use",
        ),
        (lambda f: ln.Schema(f, name="n" * 151), FieldValidationError, "at most 150"),
        (lambda f: ln.Schema(f, type="t"), ValueError, "is_type=True"),
    ],
)
def test_wrong_arguments(features, call, error, text):
    with pytest.raises(error, match=text):
        call(features)
    assert ln.Schema.filter().count() == 0


def test_further_wrong_members(features):
    with pytest.raises(ValueError, match="Can only create schema from validated features"):
        ln.Schema([ln.Feature(name="new", dtype=int)])
    label = ln.ULabel(name="l").save()
    with pytest.raises(TypeError, match="schema can only contain a single type"):
        ln.Schema([features[0], label])
    with pytest.raises(InvalidArgument, match="records of ULabel cannot be members"):
        ln.Schema([label])
    component = ln.Schema(features).save()
    with pytest.raises(InvalidArgument, match="Please pass otype != None"):
        ln.Schema(slots={"obs": component})
    assert ln.Schema(slots={"__external__": component}).save().slots == {"__external__": component}


def test_types(features):
    kind = ln.Schema(name="Assay", is_type=True).save()
    assert (kind.hash, kind.flexible, list(kind.members)) == (None, None, [])
    schema = ln.Schema(features, name="s", type=kind).save()
    assert list(kind.schemas.all()) == [schema]
    measured = ln.Feature(name="Measured", is_type=True).save()
    assert ln.Schema(itype=measured).save().itype == f"Feature[{measured.uid}]"


def test_old_spellings(features, capsys):
    with pytest.warns(DeprecationWarning, match="use coerce="):
        schema = ln.Schema(features, coerce_dtype=True).save()
    with pytest.warns(DeprecationWarning, match="coerce"):
        assert schema.coerce_dtype is True
    with pytest.warns(DeprecationWarning, match="n_members"):
        assert schema.n == 3
    with pytest.warns(DeprecationWarning, match="use n_members="):
        assert ln.Schema(itype=ln.Feature, n=4).n_members == 4
    with pytest.warns(DeprecationWarning, match="use slots="):
        composite = ln.Schema(components={"obs": schema}, otype="AnnData", itype="Composite")
    assert (composite.itype, composite.slots) == (None, {"obs": schema})
    assert "itype='Composite' is deprecated" in capsys.readouterr().out


def test_changing_a_saved_schema(features, in_tmp, capsys):
    a, b, c = features
    schema = ln.Schema([a, b], name="s").save()
    (in_tmp / "a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    ln.Artifact.filter(id=artifact.id).update(schema=schema)
    first = schema.hash
    schema.add(c)
    schema.save()
    output = capsys.readouterr().out
    assert "! you updated the schema hash" in output
    assert artifact.uid in output
    assert list(schema.members) == [a, b, c]
    assert (schema.n_members, schema.optionals.get_uids()) == (3, [c.uid])
    second = schema.hash
    schema.optionals.remove(c)
    schema.optionals.add([b, b])
    schema.save()
    assert schema.optionals.get_uids() == [b.uid]
    assert len({first, second, schema.hash}) == 3
    schema.optionals.set([])
    schema.remove(c)
    capsys.readouterr()
    assert schema.save().hash == first
    assert "! you're removing these features: ['c']" in capsys.readouterr().out
    schema.index = a
    assert schema.save().hash != first
    assert ln.Schema.get(name="s").index == a
    schema.index = None
    assert schema.save().hash == first == ln.Schema.get(name="s").hash
    schema.flexible = True
    assert schema.save().hash != first


def test_wrong_changes(features):
    a, b, c = features
    schema = ln.Schema([a, b]).save()
    other = ln.Schema([a, b], maximal_set=True).save()
    with pytest.raises(NotImplementedError, match="make a new schema"):
        schema.add(c, optional=False)
    with pytest.raises(NotImplementedError, match="maximal_set"):
        other.remove(a)
    for call in (schema.add, schema.remove, schema.optionals.add, schema.optionals.set):
        with pytest.raises(TypeError, match="features must be a list of Feature records"):
            call("a")
    with pytest.raises(ValueError, match="Feature not part of the schema"):
        schema.optionals.add(c)
    with pytest.raises(AssertionError, match="Save the schema before"):
        ln.Schema([c]).index = c
    schema.maximal_set = True
    with pytest.raises(ValidationError, match=f"Another schema already has this hash.*{other.uid}"):
        schema.save()
    assert not ln.Schema.get(schema.id).maximal_set


def test_a_failed_save_writes_nothing(features):
    schema = ln.Schema(features)
    schema._pending.records.append(features[0])  # the link is unique
    with pytest.raises(Exception, match=r"(?i)unique"):
        schema.save()
    assert schema._state.adding
    assert ln.Schema.filter().count() == 0


def test_members_are_protected(features):
    from django.db.models import ProtectedError

    schema = ln.Schema(features).save()
    with pytest.raises(ProtectedError):
        features[0].delete(permanent=True)
    schema.delete(permanent=True)
    assert ln.Feature.filter().count() == 3


def test_query_counts_do_not_grow(features, count_queries):
    counts = []
    for members in (features[:1], features):
        with count_queries() as queries:
            ln.Schema(members).save()
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7
