import pytest

from lamindb.base.dtypes import CatAlternative, CatDtype, parse
from lamindb.base.filters import parse_filter_string, quote_filter_value
from lamindb.errors import ValidationError


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("a__id=1, b=x", {"a__id": ("a", "id", "1"), "b": ("b", None, "x")}),
        ("a=1,b=2", {"a": ("a", None, "1"), "b": ("b", None, "2")}),
        (
            "source__organism__name=human",
            {"source__organism__name": ("source", "organism__name", "human")},
        ),
        ('name="a,b", c=d', {"name": ("name", None, "a,b"), "c": ("c", None, "d")}),
        ("name='a,b'", {"name": ("name", None, "a,b")}),
        ("name=Crohn's disease", {"name": ("name", None, "Crohn's disease")}),
        ("name='it's, fine'", {"name": ("name", None, "it's, fine")}),
        ("name = a=b ", {"name": ("name", None, "a=b")}),
    ],
)
def test_parse_filter_string(filters, expected):
    assert parse_filter_string(filters) == expected


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ("", "filter '' has no '='"),
        ("a", "filter 'a' has no '='"),
        ("a=1, b", "filter 'b' has no '='"),
        ("=x", "filter '=x' has an empty key"),
        ("a=", "filter 'a' has an empty value"),
        ("a=''", "filter 'a' has an empty value"),
        ("a=1,,b=2", "filter '' has no '='"),
        ("a='x", "starts with ' but doesn't end with it"),
        ('a="x, b=y', "starts with \" but doesn't end with it"),
    ],
)
def test_malformed_filters(filters, text):
    with pytest.raises(ValueError) as error:
        parse_filter_string(filters)
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("abc", "abc"),
        ("Crohn's disease", "Crohn's disease"),
        ("a,b", '"a,b"'),
        ('say "a,b"', "'say \"a,b\"'"),
        ("a[1]", '"a[1]"'),
        ("a|b", '"a|b"'),
        (" a", '" a"'),
        ("'a'", "\"'a'\""),
        (1, "1"),
        (True, "True"),
    ],
)
def test_quoted_values_survive_in_a_dtype(value, quoted):
    assert quote_filter_value(value) == quoted
    alternative = CatAlternative("bionty.Disease", "name", filters=f"description={quoted}")
    dtype = CatDtype((alternative, CatAlternative("ULabel")))
    assert parse(str(dtype)) == dtype
    assert alternative.parsed_filters() == {"description": ("description", None, str(value))}


def test_value_with_both_quotes_and_a_comma():
    with pytest.raises(ValidationError, match="contains both ' and \""):
        quote_filter_value("""'a', "b" """)
