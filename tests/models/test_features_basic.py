"""Features: dtypes of all kinds, identity by name, renames, features of data."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import (
    FieldValidationError,
    InvalidArgument,
    ModuleWasntConfigured,
    ValidationError,
)
from lamindb.models.feature import parse_dtype, parse_filter_string, resolve_relation_filters


@pytest.mark.parametrize(
    ("dtype", "stored", "read"),
    [
        (int, "int", int),
        (float, "float", float),
        (str, "str", str),
        (bool, "bool", bool),
        (dict, "dict", dict),
        (datetime.date, "date", datetime.date),
        (datetime.datetime, "datetime", datetime.datetime),
        ("num", "num", float),
        ("path", "path", None),
        ("url", "url", str),
        ("datetime64[ns, UTC]", "datetime64[ns, UTC]", datetime.datetime),
        ("object", "object", None),
        (np.dtype("int32"), "int", int),
        (np.dtype("float32"), "float", float),
        (pd.CategoricalDtype(["a"]), "cat[ULabel]", ln.ULabel.name),
        (list[str], "list[str]", list[str]),
        (list[float], "list[float]", list[float]),
        (ln.ULabel, "cat[ULabel]", ln.ULabel.name),
        (ln.Record, "cat[Record]", ln.Record.name),
        (ln.User, "cat[User]", ln.User.handle),
        (ln.Artifact, "cat[Artifact]", ln.Artifact.key),
        (ln.Transform, "cat[Transform]", ln.Transform.key),
        (ln.ULabel.uid, "cat[ULabel.uid]", ln.ULabel.uid),
        (ln.ULabel.name, "cat[ULabel]", ln.ULabel.name),
        (list[ln.ULabel], "list[cat[ULabel]]", list[ln.ULabel.name]),
        (
            [ln.ULabel, ln.Record.uid],
            "cat[ULabel|Record.uid]",
            [ln.ULabel.name, ln.Record.uid],
        ),
        (
            ln.ULabel.uid | ln.Record.uid | ln.User.uid,
            "cat[ULabel.uid|Record.uid|User.uid]",
            [ln.ULabel.uid, ln.Record.uid, ln.User.uid],
        ),
        (ln.ULabel | ln.Record.uid, "cat[ULabel|Record.uid]", [ln.ULabel.name, ln.Record.uid]),
        (ln.ULabel | ln.Record, "cat[ULabel|Record]", [ln.ULabel.name, ln.Record.name]),
        ("cat[]", "cat[]", None),
    ],
)  # fmt: skip
def test_dtypes(instance, dtype, stored, read):
    feature = ln.Feature(name="f", dtype=dtype).save()
    assert feature.dtype_as_str == ln.Feature.get(name="f")._dtype_str == stored
    assert feature.dtype_as_object == read
    assert ln.Feature.get(dtype_as_str=stored) == feature


def test_bionty_dtypes(bionty_instance):
    import bionty as bt

    assert ln.Feature(name="a", dtype=bt.CellType)._dtype_str == "cat[bionty.CellType]"
    feature = ln.Feature(name="b", dtype=bt.CellType.ontology_id).save()
    assert feature._dtype_str == "cat[bionty.CellType.ontology_id]"
    assert parse_dtype(feature._dtype_str) == [
        {
            "registry": bt.CellType,
            "registry_str": "bionty.CellType",
            "filter_str": "",
            "field_str": "ontology_id",
            "field": bt.CellType.ontology_id,
        }
    ]


@pytest.mark.parametrize(
    ("kwargs", "error", "text"),
    [
        ({"dtype": int}, FieldValidationError, r"\['name'\] are required"),
        ({"name": "", "dtype": int}, FieldValidationError, r"\['name'\] are required"),
        ({"name": 3, "dtype": int}, FieldValidationError, "has to be a string, not 3"),
        ({"name": "f" * 151, "dtype": int}, FieldValidationError, "at most 150"),
        ({"name": "f"}, ValidationError, "Please pass dtype, one of {'num', 'int'"),
        ({"name": "f", "dtyp": int}, FieldValidationError, "Did you mean 'dtype'"),
        ({"name": "f", "dtype": "intt"}, ValueError, "dtype is 'intt' but has to be one of"),
        ({"name": "f", "dtype": "cat"}, ValueError, "has to name a registry"),
        ({"name": "f", "dtype": tuple}, ValueError, "dtype has to be a registry, a ulabel"),
        ({"name": "f", "dtype": 3}, ValueError, "dtype has to be a registry, a ulabel"),
        ({"name": "f", "dtype": list}, ValueError, "dtype has to be a registry, a ulabel"),
        ({"name": "f", "dtype": []}, ValueError, "dtype has to be a registry, a ulabel"),
        ({"name": "f", "dtype": [int]}, ValueError, "list of registries or fields"),
        ({"name": "f", "dtype": ln.Feature}, ValidationError, "'Feature' is an invalid dtype"),
        ({"name": "f", "dtype": ln.Storage}, ValidationError, "'Storage' is an invalid dtype"),
        ({"name": "f", "dtype": "cat[Branch]"}, ValidationError, "'Branch' is an invalid dtype"),
        ({"name": "f", "dtype": "cat[Nope]"}, ValidationError, "'Nope' is an invalid dtype"),
        ({"name": "f", "dtype": "cat[ULabel.x]"}, ValidationError, "ULabel has no field 'x'"),
        ({"name": "f", "dtype": "cat[ULabel[x=1]]"}, ValidationError, "ULabel has no field 'x'"),
        ({"name": "f", "dtype": "cat[Record[abc]]"}, ln.Record.DoesNotExist, "with uid 'abc'"),
        ({"name": "f", "dtype": "cat[bionty.Gene]"}, ModuleWasntConfigured, "needs the module"),
        ({"name": "f", "dtype": int, "type": "t"}, ValueError, "is_type=True"),
        ({"name": "f", "dtype": int, "uid": "1"}, ValidationError, "exactly 12"),
        ({"name": "f", "dtype": int, "cat_filters": {"name": "a"}}, ValidationError, "categorical"),
        ({"name": "f", "cat_filters": {"name": "a"}}, ValidationError, "pass dtype too"),
        ({"name": "f", "dtype": int, "values_through": "name"}, InvalidArgument, "not supported"),
        (
            {"name": "f", "dtype": [ln.ULabel, ln.Record], "cat_filters": {"name": "a"}},
            ValidationError,
            "incompatible with union dtypes",
        ),
        (
            {"name": "f", "dtype": ln.ULabel, "cat_filters": {"name": None}},
            ValidationError,
            "Empty value in filter name",
        ),
        (
            {"name": "f", "dtype": ln.ULabel, "cat_filters": {"colour": "red"}},
            ValidationError,
            "ULabel has no field 'colour'",
        ),
        (
            {"name": "f", "dtype": "cat[ULabel[name=a]]", "cat_filters": {"name": "b"}},
            ValidationError,
            "incompatible with nested dtypes",
        ),
    ],
)  # fmt: skip
def test_wrong_arguments(instance, kwargs, error, text):
    with pytest.raises(error, match=text):
        ln.Feature(**kwargs)
    assert ln.Feature.filter().count() == 0


def test_positional_arguments_are_refused(instance):
    with pytest.raises(ValueError, match="keyword arguments only"):
        ln.Feature("f", dtype=int)


def test_types_as_dtype(instance, capsys):
    sample = ln.Record(name="Sample", is_type=True)
    with pytest.raises(InvalidArgument, match="Cannot serialize unsaved objects"):
        ln.Feature(name="f", dtype=sample)
    sample.save()
    tumor = ln.Record(name="Tumor", is_type=True, type=sample).save()
    feature = ln.Feature(name="f", dtype=tumor).save()
    assert feature._dtype_str == f"cat[Record[{tumor.uid}]]"
    assert feature.dtype_as_object == tumor
    with pytest.warns(DeprecationWarning, match="dtype_as_str"):
        assert feature.dtype == "cat[Record[Sample[Tumor]]]"
    assert ln.Feature(name="l", dtype=list[tumor])._dtype_str == f"list[cat[Record[{tumor.uid}]]]"
    plain = ln.Record(name="S-01", type=tumor).save()
    with pytest.raises(InvalidArgument, match="Cannot serialize non-type Record 'S-01'"):
        ln.Feature(name="g", dtype=plain)
    with pytest.raises(InvalidArgument, match="Cannot create a union dtype"):
        ln.Feature(name="g", dtype=[ln.ULabel, tumor])
    with pytest.raises(InvalidArgument, match="is not a type: is_type is False"):
        parse_dtype(f"cat[Record[{plain.uid}]]", check_exists=True)
    tumor.delete()
    capsys.readouterr()
    assert feature.dtype_as_object == tumor
    assert "from trash" in capsys.readouterr().out


def test_filters(instance):
    kind = ln.ULabel(name="Kind", is_type=True).save()
    other = ln.ULabel(name="Other", is_type=True).save()
    label = ln.ULabel(name="a", type=kind).save()

    def dtype(dtype: object, **filters: object) -> str:
        return ln.Feature(name="f", dtype=dtype, cat_filters=filters)._dtype_str

    assert dtype(ln.ULabel, type=kind) == f"cat[ULabel[{kind.uid}]]"
    assert (
        dtype(kind, is_type=True, name="a,b")
        == f'cat[ULabel[{kind.uid}, is_type=True, name="a,b"]]'
    )
    assert dtype(kind, type=kind) == f"cat[ULabel[{kind.uid}]]"
    user = ln.User.get(handle="anonymous")
    assert dtype(ln.ULabel, created_by=user) == f"cat[ULabel[created_by__uid={user.uid}]]"
    assert dtype(ln.ULabel, created_by__handle=user) == "cat[ULabel[created_by__handle=anonymous]]"
    for filters, error, text in [
        ({"type": other}, ValidationError, "Conflicting typed dtype"),
        ({"type": label}, InvalidArgument, "non-type ULabel 'a'"),
        ({"parents": ln.ULabel(name="new")}, InvalidArgument, "unsaved objects"),
        ({"created_by__x": user}, ValidationError, "SQLRecord User has no attribute 'x'"),
        ({"name": "a\",'b"}, ValidationError, "contains both"),
    ]:
        with pytest.raises(error, match=text):
            dtype(kind, **filters)


def test_a_string_is_discouraged(instance, capsys):
    ln.Feature(name="f", dtype="int")
    assert "! rather than passing a string 'int' to dtype" in capsys.readouterr().out
    ln.Feature(name="g", dtype="num")
    assert "rather than" not in capsys.readouterr().out


def test_identity_by_name(instance, capsys):
    feature = ln.Feature(name="f", dtype=int, nullable=False, default_value=3, coerce=True).save()
    again = ln.Feature(name="f", dtype=int, description="new")
    assert again == feature
    output = capsys.readouterr().out
    assert "returning Feature with same name: 'f'" in output
    assert "updated description from None to new" in output
    again.save()
    stored = ln.Feature.get(name="f")
    assert (stored.nullable, stored.default_value, stored.coerce) == (False, 3, True)
    assert stored.description == "new"
    with pytest.raises(ValidationError, match="already exists with dtype int, you passed float"):
        ln.Feature(name="f", dtype=float)


def test_types_and_defaults(instance):
    kind = ln.Feature(name="QC", is_type=True).save()
    assert (kind.nullable, kind._dtype_str, kind._aux) == (None, None, {})
    root = ln.Feature(name="f", dtype=int, type=None).save()
    inner = ln.Feature(name="f", dtype=float, type=kind, unit="h", synonyms="a|b").save()
    assert root != inner
    assert (inner.nullable, inner.coerce, inner.unit, inner.synonyms) == (True, None, "h", "a|b")
    assert inner.dtype_as_object is float
    assert kind.dtype_as_object is None
    assert ln.Feature(name="f", dtype=float, type=kind) == inner
    shaped = ln.Feature(name="s", dtype=float, array_rank=1, array_size=3, array_shape=[3]).save()
    assert ln.Feature.get(name="s").array_shape == [3] == shaped.array_shape


def test_old_spellings(instance):
    with pytest.warns(DeprecationWarning, match="use coerce="):
        feature = ln.Feature(name="f", dtype=int, coerce_dtype=True).save()
    assert feature.coerce is True
    with pytest.warns(DeprecationWarning, match="(?i)use .?coerce"):
        assert feature.coerce_dtype is True
    with pytest.warns(DeprecationWarning, match="(?i)use .?coerce"):
        feature.coerce_dtype = None
    assert feature.coerce is None
    with pytest.warns(DeprecationWarning, match="dtype_as_str"):
        assert ln.Feature.get(dtype="int") == feature
    with pytest.warns(DeprecationWarning, match="from_dataframe"):
        ln.Feature.from_df(pd.DataFrame({"x": [1]}))


def test_renaming_keeps_the_old_name(instance):
    feature = ln.Feature(name="old", dtype=int, synonyms="ancient").save()
    feature.name = "new"
    feature.save()
    for record in (feature, ln.Feature.get(name="new")):
        assert record.synonyms == "ancient|old"
        assert list(record._aux["renamed"].values()) == ["old"]
    feature.description = "no further rename"
    feature.save()
    assert ln.Feature.get(name="new").synonyms == "ancient|old"


def test_renaming_a_feature_of_artifacts_warns(instance, in_tmp, capsys):
    feature = ln.Feature(name="old", dtype=int).save()
    schema = ln.Schema([feature]).save()
    (in_tmp / "a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    artifact.schemas.add(schema)
    feature.name = "new"
    feature.save()
    output = capsys.readouterr().out
    assert "! by renaming feature from 'old' to 'new' 1 artifact no longer matches" in output
    assert artifact.uid in output


def test_dtype_of_a_used_feature_is_fixed(instance):
    feature = ln.Feature(name="f", dtype=int).save()
    feature._dtype_str = "float"
    feature.save()
    ln.Schema([feature]).save()
    feature._dtype_str = "str"
    with pytest.raises(ValidationError, match="from float to str: it is used by SchemaFeature"):
        feature.save()
    assert ln.Feature.get(name="f")._dtype_str == "float"


def test_features_of_a_data_frame(instance, capsys, count_queries):
    ln.Feature(name="b", dtype=float).save()
    df = pd.DataFrame(
        {
            "a": [1, 2],
            "b": [0.5, 1.0],
            "c": ["x", "x"],
            "d": pd.Categorical(["u", "v"]),
            "e": pd.to_datetime(["2024-01-01", "2024-01-02"]),
        }
    )
    with count_queries() as queries:
        features = ln.Feature.from_dataframe(df)
    assert queries.count == 1
    assert "You have few permissible values for feature c" in capsys.readouterr().out
    features.save()
    assert [(f.name, f._dtype_str) for f in features] == [
        ("a", "int"), ("b", "float"), ("c", "str"), ("d", "cat[ULabel]"), ("e", "datetime"),
    ]  # fmt: skip
    assert ln.Feature.filter().count() == 5
    assert ln.Feature.get(name="a").nullable is True
    with pytest.raises(ValidationError, match="Feature b already exists with dtype float"):
        ln.Feature.from_dataframe(pd.DataFrame({"b": [1]}))
    with pytest.raises(ValueError, match="field must be a Feature FieldAttr"):
        ln.Feature.from_dataframe(df, field=ln.ULabel.name)


def test_features_of_columns_of_objects(instance, capsys):
    df = pd.DataFrame(
        {
            "lists": [["a", "b"], ["c"], None],
            "numbers": [[1], [2, 3], []],
            "nothing": [[], [], []],
            "dicts": [{"a": 1}, None, {}],
            "dates": [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2)],
            "flags": pd.Series([True, False, True], dtype=object),
            "mixed": ["a", ["b"], 3],
            "empty": [None, None, None],
            "text": ["a", "b", None],
        }
    )
    features = ln.Feature.from_dataframe(df).save()
    assert {f.name: f._dtype_str for f in features} == {
        "lists": "list[str]",
        "numbers": "list[int]",
        "nothing": "list[str]",
        "dicts": "dict",
        "dates": "date",
        "flags": "bool",
        "mixed": "str",
        "empty": "str",
        "text": "str",
    }
    assert "few permissible values" not in capsys.readouterr().out


def test_features_of_a_dictionary(instance):
    kind = ln.Feature(name="study", is_type=True).save()
    label = ln.ULabel(name="l").save()
    today = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    values = {
        "a": (1, "int"),
        "b": (True, "bool"),
        "c": ("text", "str"),
        "d": ("2024-01-01", "date"),
        "e": ("2024-01-01 10:00", "datetime"),
        "f": ([1, 2], "list[int]"),
        "g": (["x"], "list[str]"),
        "h": (label, "cat[ULabel]"),
        "i": ([label], "list[cat[ULabel]]"),
        "j": ({"k": 1}, "dict"),
        "k": (today, "datetime64[ns, UTC]"),
        "l": (np.array([1.5]), "list[float]"),
        "m": (np.float32(1.5), "float"),
    }
    features = ln.Feature.from_dict({k: v for k, (v, _) in values.items()}, type=kind).save()
    assert {f.name: f._dtype_str for f in features} == {k: d for k, (_, d) in values.items()}
    assert kind.features.count() == len(values)
    for value in (None, [1, "a"], []):
        with pytest.raises(ValueError, match="cannot infer the dtype of 'n'"):
            ln.Feature.from_dict({"n": value})
    with pytest.raises(ValueError, match="is_type=True"):
        ln.Feature.from_dict({"n": 1}, type=features[0])


def test_with_config(instance):
    feature = ln.Feature(name="f", dtype=int)
    assert feature.with_config(optional=True) == (feature, {"optional": True})
    assert feature.with_config() == (feature, {})


def test_filters_mean_records(instance):
    user = ln.User.get(handle="anonymous")
    filters = parse_filter_string("created_by__handle=anonymous, name='a, b'")
    assert resolve_relation_filters(filters, ln.ULabel) == {"created_by": user, "name": "a, b"}
    with pytest.raises(ln.User.DoesNotExist):
        resolve_relation_filters(parse_filter_string("created_by__handle=nobody"), ln.ULabel)


def test_a_dtype_whose_type_is_gone(instance):
    kind = ln.Record(name="Kind", is_type=True).save()
    feature = ln.Feature(name="f", dtype=kind).save()
    kind.delete(permanent=True)
    with pytest.raises(ln.Record.DoesNotExist, match=f"type of Record with uid '{kind.uid}'"):
        _ = feature.dtype_as_object
    with pytest.raises(ln.Record.DoesNotExist, match="does not exist"):
        parse_dtype(feature._dtype_str, check_exists=True)


def test_similar_names_are_shown_to_a_person(instance, monkeypatch, capsys):
    ln.Feature(name="temperature", dtype=float).save()
    ln.Feature(name="temperatures", dtype=float)
    assert "similar names" not in capsys.readouterr().out
    monkeypatch.setattr("lamindb.models.feature_create.can_ask", lambda: True)
    ln.Feature(name="temperatures", dtype=float)
    assert "there are similar names: 'temperature'" in capsys.readouterr().out
    monkeypatch.setattr(ln.settings.creation, "search_names", False)
    ln.Feature(name="temperatures", dtype=float)
    assert "similar names" not in capsys.readouterr().out


def test_constructor_takes_one_query(instance, count_queries):
    ln.Feature(name="warm up", dtype=ln.ULabel).save()
    with count_queries() as queries:
        ln.Feature(name="f", dtype=ln.ULabel)
    assert queries.count == 1
