import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lamindb.base import dtypes
from lamindb.base.dtypes import CatAlternative, CatDtype, ListDtype, SimpleDtype, parse

SIMPLE = (
    "num",
    "int",
    "float",
    "str",
    "bool",
    "datetime",
    "datetime64[ns, UTC]",
    "date",
    "dict",
    "path",
    "url",
    "object",
)


def cat(*alternatives):
    return CatDtype(alternatives)


def test_the_simple_dtypes_have_a_fixed_order():
    assert dtypes.SIMPLE_DTYPES == SIMPLE


@pytest.mark.parametrize("name", SIMPLE)
def test_simple(name):
    assert parse(name) == SimpleDtype(name)
    assert str(parse(name)) == name
    assert parse(f"list[{name}]") == ListDtype(SimpleDtype(name))


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("cat[]", cat()),
        ("cat[ULabel]", cat(CatAlternative("ULabel"))),
        ("cat[ULabel.uid]", cat(CatAlternative("ULabel", "uid"))),
        ("cat[bionty.CellType]", cat(CatAlternative("bionty.CellType"))),
        (
            "cat[bionty.CellType.ontology_id]",
            cat(CatAlternative("bionty.CellType", "ontology_id")),
        ),
        (
            "cat[bionty.Gene.ensembl_gene_id[source__uid=abc]]",
            cat(CatAlternative("bionty.Gene", "ensembl_gene_id", None, "source__uid=abc")),
        ),
        (
            "cat[bionty.Disease[source__uid=a,organism__name=b]]",
            cat(CatAlternative("bionty.Disease", None, None, "source__uid=a,organism__name=b")),
        ),
        ("cat[Record[2mJAkBs6rvJPuJxn]]", cat(CatAlternative("Record", None, "2mJAkBs6rvJPuJxn"))),
        (
            "cat[Record[2mJ, is_type=True, schema__uid=x]]",
            cat(CatAlternative("Record", None, "2mJ", "is_type=True, schema__uid=x")),
        ),
        ("cat[ULabel[2mJ].uid]", cat(CatAlternative("ULabel", "uid", "2mJ"))),
        (
            'cat[ULabel[2mJ, name="a,b]|c"].uid]',
            cat(CatAlternative("ULabel", "uid", "2mJ", 'name="a,b]|c"')),
        ),
        ("cat[Record[is_type=True]]", cat(CatAlternative("Record", None, None, "is_type=True"))),
        (
            "cat[Record.uid[is_type=True]]",
            cat(CatAlternative("Record", "uid", None, "is_type=True")),
        ),
        # shown instead of the uid: names from the root type to the leaf
        (
            "cat[Record[InstituteA[LabB[Sample]]]]",
            cat(CatAlternative("Record", None, "InstituteA[LabB[Sample]]")),
        ),
        (
            "cat[bionty.Tissue.ontology_id|bionty.CellType.ontology_id]",
            cat(
                CatAlternative("bionty.Tissue", "ontology_id"),
                CatAlternative("bionty.CellType", "ontology_id"),
            ),
        ),
        (
            "cat[Record[abc]|bionty.Gene[source__uid=x]|ULabel]",
            cat(
                CatAlternative("Record", None, "abc"),
                CatAlternative("bionty.Gene", filters="source__uid=x"),
                CatAlternative("ULabel"),
            ),
        ),
        ("list[cat[bionty.CellType]]", ListDtype(cat(CatAlternative("bionty.CellType")))),
        ("list[list[int]]", ListDtype(ListDtype(SimpleDtype("int")))),
    ],
)
def test_parsing_and_writing_are_inverse(text, dtype):
    assert parse(text) == dtype
    assert str(dtype) == text


@pytest.mark.parametrize("text", ["integer", "", "list", "list[x]", "cat [ULabel]", "List[int]"])
def test_unknown_dtype_lists_the_choices(text):
    with pytest.raises(ValueError) as error:
        parse(text)
    named = "x" if text == "list[x]" else text
    choices = ", ".join(map(repr, SIMPLE))
    assert str(error.value).startswith(f"dtype is '{named}' but has to be one of {{{choices}}}!")


def test_misspelled_dtype_gets_a_suggestion():
    with pytest.raises(ValueError, match=r"Did you mean 'float'\?$"):
        parse("floats")


@pytest.mark.parametrize("text", ["cat", "category"])
def test_category_without_registry(text):
    with pytest.raises(ValueError, match=f"dtype is '{text}' but has to name a registry"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cat[ulabel]", "'ulabel' is not a registry"),
        ("cat[ULabel.name.uid]", "'ULabel.name.uid' is not a registry"),
        ("cat[a.b.ULabel]", "'a.b.ULabel' is not a registry"),
        ("cat[bionty.cell_type]", "'bionty.cell_type' is not a registry"),
        ("cat[ULabel|]", "'' is not a registry"),
        ("cat[U Label]", "'U Label' is not a registry"),
        ("cat[ULabel[]]", "the brackets of 'ULabel' are empty"),
        ("cat[Record[, a=b]]", "the brackets of 'Record' are empty"),
        ("cat[Record[abc]", "the bracket before 'abc' is not closed"),
        ("cat[Record[abc]name]", "'name' follows the brackets of 'Record'"),
        ("cat[Record.uid[abc].name]", "'.name' follows the brackets of 'Record'"),
        ("cat[Record[a=b].name]", "the field '.name' of 'Record' has to come before the filters"),
        ("cat[bionty.Gene[abc]]", "filter 'abc' has no '='"),
        ("cat[bionty.Gene[]]", "filter '' has no '='"),
        ("cat[Record[abc, def]]", "filter 'def' has no '='"),
        ("cat[bionty.Gene[a='x]]", "starts with ' but doesn't end with it"),
    ],
)
def test_malformed_categoricals(text, reason):
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value).startswith(f"dtype is '{text}' but ")
    assert reason in str(error.value)


def test_filters_are_parsed_on_request():
    (alternative,) = parse("cat[Record[abc, schema__uid=x]]").alternatives
    assert alternative.parsed_filters() == {"schema__uid": ("schema", "uid", "x")}
    assert CatAlternative("ULabel").parsed_filters() == {}


@pytest.mark.parametrize(
    ("python_type", "name"),
    [
        (int, "int"),
        (float, "float"),
        (str, "str"),
        (bool, "bool"),
        (dict, "dict"),
        (datetime.date, "date"),
        (datetime.datetime, "datetime"),
        (tuple, None),
        (bytes, None),
        (3, None),
        ([int], None),
    ],
)
def test_simple_dtype_of(python_type, name):
    assert dtypes.simple_dtype_of(python_type) == name


@pytest.mark.parametrize(
    ("name", "python_type"),
    [
        ("num", float),
        ("int", int),
        ("url", str),
        ("path", None),
        ("object", None),
        ("date", datetime.date),
        ("datetime", datetime.datetime),
        ("datetime64[ns, UTC]", datetime.datetime),
    ],
)
def test_python_type_of(name, python_type):
    assert dtypes.python_type_of(name) is python_type


def test_python_type_of_a_categorical():
    with pytest.raises(KeyError):
        dtypes.python_type_of("cat[ULabel]")


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (np.dtype("int32"), "int"),
        (np.dtype("uint8"), "int"),
        (np.dtype("float32"), "float"),
        (np.dtype("bool"), "bool"),
        (np.dtype("object"), "str"),
        (np.dtype("U5"), "str"),
        (np.dtype("datetime64[ns]"), "datetime"),
        (np.dtype("datetime64[s]"), "datetime"),
        (pd.Int64Dtype(), "int"),
        (pd.Float32Dtype(), "float"),
        (pd.BooleanDtype(), "bool"),
        (pd.StringDtype(), "str"),
        (pd.StringDtype("pyarrow"), "str"),
        (pd.CategoricalDtype(["a"]), "cat[ULabel]"),
        (pd.DatetimeTZDtype(tz="UTC"), "datetime64[ns, UTC]"),
        (pd.DatetimeTZDtype(tz="Europe/Berlin"), "datetime64[ns, UTC]"),
        (pd.SparseDtype("float64"), "float"),
        (pd.ArrowDtype(pa.int8()), "int"),
        (pd.ArrowDtype(pa.float64()), "float"),
        (pd.ArrowDtype(pa.bool_()), "bool"),
        (pd.ArrowDtype(pa.string()), "str"),
        (pd.ArrowDtype(pa.large_string()), "str"),
        (pd.ArrowDtype(pa.date32()), "date"),
        (pd.ArrowDtype(pa.timestamp("us")), "datetime"),
        (pd.ArrowDtype(pa.timestamp("us", tz="UTC")), "datetime64[ns, UTC]"),
        (pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string())), "cat[ULabel]"),
    ],
)
def test_dtype_of_pandas(dtype, name):
    assert dtypes.dtype_of_pandas(dtype) == name
    assert dtypes.dtype_of_pandas(pd.Series([], dtype=dtype).dtype) == name


@pytest.mark.parametrize(
    "dtype", [np.dtype("timedelta64[ns]"), np.dtype("complex64"), pd.PeriodDtype("D")]
)
def test_column_without_dtype(dtype):
    with pytest.raises(ValueError, match=r"no dtype for columns of type .*: convert the column"):
        dtypes.dtype_of_pandas(dtype)


@pytest.mark.parametrize(
    ("value", "parsed"),
    [({"a": 1}, {"a": 1}), ('{"a": null}', {"a": None}), ("{'a': None}", {"a": None})],
)
def test_dict_values(value, parsed):
    assert dtypes.parse_dict_value(value) == parsed
    assert dtypes.is_dict_value(value)


@pytest.mark.parametrize("value", ["", "a", "[1]", "{", 1, None, ["a"], "__import__('os')"])
def test_no_dict_values(value):
    assert not dtypes.is_dict_value(value)
    with pytest.raises(ValueError, match="is not a dictionary"):
        dtypes.parse_dict_value(value)


@pytest.mark.parametrize(
    ("value", "expected_type", "expected"),
    [
        ([1, [2, 3]], int, True),
        ((1, "a"), int, False),
        ("abc", str, True),
        (["a", b"b"], (str, bytes), True),
        ({"a": 1}, dict, True),
        (1, str, False),
        ([], int, True),
    ],
)
def test_is_list_of_type(value, expected_type, expected):
    assert dtypes.is_list_of_type(value, expected_type) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15T20:52:06Z", "2026-03-15T20:52:06+00:00"),
        ("2026-03-15", "2026-03-15T00:00:00+00:00"),
        ("tomorrow", False),
    ],
)
def test_is_valid_datetime_str(text, expected):
    assert dtypes.is_valid_datetime_str(text) == expected


def test_is_iterable_of_sqlrecord():
    class Record:
        _meta = "of a Django model"

    for records in ([Record()], (Record(), Record()), {Record()}):
        assert dtypes.is_iterable_of_sqlrecord(records)
    for other in ([], ["a"], "abc", {"a": Record()}, 1, None, iter([Record()])):
        assert not dtypes.is_iterable_of_sqlrecord(other)
