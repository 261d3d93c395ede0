"""validate, inspect, standardize, from_values: values compared with a registry."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import lamindb as ln
from lamindb.errors import FieldValidationError, InvalidArgument, ValidationError
from lamindb.models.bulk import save_records
from lamindb.models.initialization import initialize
from lamindb.models.similar_terms import FEW

MANY = [f"nothing {i}" for i in range(FEW + 1)]
"""So many unknown values that those beside them are looked up in another way."""

METHODS = ("validate", "inspect", "standardize", "from_values")


def save_features(synonyms: dict[str, str | None]) -> list[ln.Feature]:
    """Features as they are stored, in this order."""
    features = [ln.Feature.__new__(ln.Feature) for _ in synonyms]
    for feature, (name, joined) in zip(features, synonyms.items(), strict=True):
        initialize(feature, {"name": name, "_dtype_str": "str", "synonyms": joined})
    save_records(features)
    return features


@pytest.fixture
def labels(instance) -> list[ln.ULabel]:
    """Labels a, b and c."""
    return [ln.ULabel(name=name).save() for name in "abc"]


@pytest.fixture
def cells(instance) -> list[ln.Feature]:
    """A registry with synonyms; the tests read best with names of cell types."""
    return save_features(
        {
            "T cell": "T-cell|T lymphocyte",
            "B cell": "B-cell|lymphocyte",
            "NK cell": None,
            "neuron": "nerve cell|lymphocyte",
        }
    )


# -- validate


def test_validate_compares_exactly(labels) -> None:
    mask = ln.ULabel.validate(["a", "A", " a", "b", "x", "a"], mute=True)
    assert isinstance(mask, np.ndarray)
    assert mask.dtype == bool
    assert mask.tolist() == [True, False, False, True, False, True]


def test_missing_values_are_never_valid(labels) -> None:
    ln.ULabel(name="nan").save()
    values = ["a", None, "", float("nan"), pd.NA, pd.NaT, "nan"]
    assert ln.ULabel.validate(values).tolist() == [True, *[False] * 5, True]


def test_a_single_value_gives_a_single_answer(labels) -> None:
    assert ln.ULabel.validate("a") is np.True_
    assert ln.ULabel.validate("x") is np.False_
    assert ln.ULabel.standardize("x") == "x"
    assert ln.ULabel.inspect("a").validated == ["a"]
    assert ln.ULabel.from_values("a").one() == labels[0]


def test_values_come_in_many_containers(labels) -> None:
    for values in (
        ["a", "x"],
        ("a", "x"),
        {"a": 1, "x": 2},
        (value for value in "ax"),
        [["a"], "x"],
        [np.array(["a", "x"])],
        np.array(["a", "x"]),
        pd.Series(["a", "x"], index=[7, 8]),
        pd.Index(["a", "x"]),
        pd.Categorical(["a", "x"]),
        pa.chunked_array([["a"], ["x"]]),
    ):
        assert ln.ULabel.validate(values).tolist() == [True, False], type(values)


def test_no_values(labels) -> None:
    assert ln.ULabel.validate([]).tolist() == []
    assert ln.ULabel.standardize([]) == []
    assert ln.ULabel.from_values([], create=True).to_list() == []
    result = ln.ULabel.inspect([None])
    assert (result.n_unique, result.n_empty, result.frac_validated) == (0, 1, 0.0)


def test_validate_by_other_fields(labels) -> None:
    assert ln.ULabel.validate([labels[0].uid, "x"], field="uid").tolist() == [True, False]
    assert ln.ULabel.validate(["a"], field=ln.ULabel.name).tolist() == [True]
    assert ln.User.validate(["anonymous", "nobody"]).tolist() == [True, False]
    paper = ln.Reference(name="paper", pubmed_id=31, date=datetime.date(2024, 1, 2)).save()
    assert ln.Reference.validate([31, 32, None], field="pubmed_id").tolist() == [True, False, False]
    assert ln.Reference.validate(pd.Series([31, None]), field="pubmed_id").tolist() == [True, False]
    assert ln.Reference.validate([31.5, 10**30], field="pubmed_id").tolist() == [False, False]
    assert ln.Reference.validate([paper.date], field="date").tolist() == [True]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((["a"], "nam"), AttributeError, "Unknown field 'nam'.*Did you mean 'name'"),
        ((["a"], "run"), AttributeError, "'run' of ULabel is a relation"),
        ((["a"], 5), AttributeError, "5 is no field of ULabel"),
        ((["a"], ln.Project.name), ValueError, "FieldAttr.Project.name. is no field of ULabel"),
        (([1, 2.5],), TypeError, "identifiers are 'numeric' but field_values are 'str/categ"),
        ((5,), TypeError, "identifiers are 'numeric'"),
        ((["a"], "id"), TypeError, "identifiers are 'str/categorical' but field_values are 'num"),
        ((None,), TypeError, "pass a list of values, not None"),
        (([{"a": 1}],), TypeError, "values have to be strings or numbers: unhashable type: 'dict'"),
    ],
)
def test_bad_arguments_reach_no_database(instance, count_queries, arguments, error, text) -> None:
    for method in METHODS:
        with count_queries() as queries, pytest.raises(error, match=text):
            getattr(ln.ULabel, method)(*arguments)
        assert queries.count == 0


def test_methods_of_the_registry_are_not_methods_of_records(labels) -> None:
    for method in METHODS:
        text = rf"ULabel.{method}\(\) is a class method and must be called on the ULabel class"
        with pytest.raises(TypeError, match=text):
            getattr(labels[0], method)(["a"])


def test_a_registry_without_names_needs_a_field(instance) -> None:
    with pytest.raises(AttributeError, match="ArtifactULabel has no name field: pass the `field`"):
        ln.models.ArtifactULabel.filter().validate(["a"])


CHARACTERS = """a'b a"b a%b a_b a\\b {a} [1] Äß 日本 🧬 a\x1eb""".split(" ")


def test_any_character_may_be_in_a_value(instance) -> None:
    values = [*CHARACTERS, "a\nb", " a", "a|b"]
    ln.ULabel.from_values(values, create=True).save()
    save_features({f"feature {i}": f"x|{value}" for i, value in enumerate(values)})
    for i, value in enumerate(values):
        assert ln.ULabel.validate([value, value + "x"]).tolist() == [True, False]
        assert ln.ULabel.from_values([value]).one().name == value
        expected = value if "|" in value else f"feature {i}"
        assert ln.Feature.standardize([value], keep="last") == [expected]
    assert ln.Feature.standardize(values) == [*(f"feature {i}" for i in range(13)), "a|b"]


def test_what_a_database_cannot_hold_is_not_valid(labels, cells) -> None:
    for value in ("a\x00", "a\x00b", "a\ud800"):
        assert ln.ULabel.validate([value, "a"]).tolist() == [False, True]
        assert ln.Feature.inspect([value], mute=True).non_validated == [value]
        assert ln.Feature.standardize([value]) == [value]


def test_only_records_on_visible_branches_count(labels) -> None:
    labels[0].delete()
    assert ln.ULabel.validate(["a", "b"]).tolist() == [False, True]
    assert ln.ULabel.from_values(["a", "b"]).to_list() == [labels[1]]
    created = ln.ULabel.from_values(["a"], create=True).save().one()
    assert created.id != labels[0].id


def test_sets_restrict_what_counts(labels) -> None:
    plates = ln.ULabel(name="Plate", is_type=True).save()
    ln.ULabel(name="p1", type=plates).save()
    assert ln.ULabel.filter(type=plates).validate(["p1", "a"]).tolist() == [True, False]
    assert ln.ULabel.filter(type=plates).inspect(["p1", "a"]).non_validated == ["a"]
    newest = ln.ULabel.filter().order_by("-id")[:1]
    assert newest.validate(["p1", "a"]).tolist() == [True, False]
    labels[0].delete()
    assert ln.ULabel.objects.all().validate(["a"]).tolist() == [True]


def test_sets_restrict_synonyms(cells) -> None:
    few = ln.Feature.filter(name="neuron")
    assert few.standardize(["lymphocyte", "T-cell"]) == ["neuron", "T-cell"]
    assert ln.Feature.filter().order_by("id")[:2].standardize(["nerve cell"]) == ["nerve cell"]


def test_what_validate_says(labels, capsys) -> None:
    ln.settings.verbosity = "success"
    ln.ULabel.validate(["a", "x", "y", "x"])
    assert capsys.readouterr().out.splitlines() == [
        "✓ 1 unique term (33.30%) is validated for name",
        "! 2 unique terms (66.70%) are not validated for name: 'x', 'y'",
    ]
    ln.ULabel.validate([f"x{i}" for i in range(11)])
    assert capsys.readouterr().out.endswith("'x8', 'x9', ...\n")
    ln.ULabel.validate(["x"], mute=True)
    assert capsys.readouterr().out == ""


def test_an_empty_registry_is_pointed_out(instance, capsys) -> None:
    assert ln.ULabel.validate(["a"]).tolist() == [False]
    message = "! Your ULabel registry is empty, consider populating it first!\n"
    assert capsys.readouterr().out == message
    ln.ULabel.inspect(["a"])
    assert capsys.readouterr().out.startswith(message)


# -- inspect


def test_inspect_says_what_is_valid(labels, capsys) -> None:
    result = ln.ULabel.inspect(["x", "a", "b", "x", None, "", "A"])
    assert result.validated == result["validated"] == result["mapped"] == ["a", "b"]
    assert result.non_validated == result["non_validated"] == result["not_mapped"] == ["x", "A"]
    assert (result.n_unique, result.n_empty, result.frac_validated) == (4, 3, 50.0)
    assert result.synonyms_mapper == {}
    assert result.df["__validated__"].to_dict() == {"x": False, "a": True, "b": True, "A": False}
    with pytest.raises(KeyError, match="choose one of validated, non_validated"):
        result["other"]
    assert capsys.readouterr().out.splitlines() == [
        "! received 4 unique terms, 3 empty/duplicated terms are ignored",
        "! 2 unique terms (50.00%) are not validated for name: 'x', 'A'",
        "   couldn't validate 2 terms: 'x', 'A'",
        "→  if you are sure, create new records via ULabel() and save to your registry",
    ]


def test_inspect_finds_synonyms_and_casings_of_names(cells, capsys) -> None:
    result = ln.Feature.inspect(["lymphocyte", "t-cell", "x", "NEURON", "T cell"])
    assert result.validated == ["T cell"]
    assert result.non_validated == ["lymphocyte", "t-cell", "x", "NEURON"]
    assert list(result.synonyms_mapper.items()) == [
        ("lymphocyte", "B cell"),
        ("t-cell", "T cell"),
        ("NEURON", "neuron"),
    ]
    assert repr(result).startswith("InspectResult(validated=['T cell'], non_validated=['lympho")
    assert capsys.readouterr().out.splitlines()[1:] == [
        "   detected 3 Feature terms with inconsistent casing/synonyms: "
        "'lymphocyte', 't-cell', 'NEURON'",
        "→  standardize terms via .standardize()",
        "   couldn't validate 1 term: 'x'",
        "→  if you are sure, create new records via Feature() and save to your registry",
    ]
    uid = cells[0].uid
    assert ln.Feature.inspect([uid.swapcase()], field="uid").synonyms_mapper == {}


# -- standardize


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (["T cell", "t cell", "T-cell", "t-CELL"], {}, ["T cell"] * 4),
        (["x", None, "", "NK CELL"], {}, ["x", None, "", "NK cell"]),
        ([["T-cell"], ["x"]], {}, ["T cell", "x"]),
        (["Nerve Cell", "nerve cell"], {"case_sensitive": True}, ["Nerve Cell", "neuron"]),
        (["NEURON"], {"case_sensitive": True}, ["NEURON"]),
        (["lymphocyte"], {}, ["B cell"]),
        (["lymphocyte"], {"keep": "last"}, ["neuron"]),
        (["lymphocyte", "T-cell"], {"keep": False}, [["B cell", "neuron"], "T cell"]),
        (["lympho", "cell", "T-cell|T lymphocyte", "|"], {}, None),
        (
            ["T-cell", "t cell", "T cell", "x"],
            {"return_field": "description"},
            ["d", "d", "d", "x"],
        ),
        (["T-cell", "T cell"], {"return_mapper": True}, {"T-cell": "T cell"}),
        (["T-cell"], {"synonyms_field": "description"}, None),
        (["D"], {"synonyms_field": "description"}, ["T cell"]),
        (["D", "T-cell"], {"field": "description"}, ["d", "T-cell"]),
    ],
)
def test_standardize(cells, values, options, expected) -> None:
    cells[0].description = "d"
    cells[0].save()
    expected = values if expected is None else expected
    assert ln.Feature.standardize(values, **options) == expected
    found = ln.Feature.standardize([*values, *MANY], **options)
    assert found == (expected if isinstance(expected, dict) else [*expected, *MANY])


def test_upper_and_lower_case_beyond_ascii(instance) -> None:
    save_features({"Zelle Ä": "Öhrchen|straße", "ΣΊΓΜΑ": None, "İstanbul": "Q"})
    values = ["zelle ä", "ÖHRCHEN", "STRAßE", "σίγμα", "q"]
    expected = ["Zelle Ä", "Zelle Ä", "Zelle Ä", "ΣΊΓΜΑ", "İstanbul"]
    assert ln.Feature.standardize(values) == expected
    assert ln.Feature.standardize([*values, *MANY]) == [*expected, *MANY]


def test_equal_terms_come_before_other_casings_before_synonyms(instance) -> None:
    save_features({"one": "Two|three", "two": "ONE", "THREE": None})
    assert ln.Feature.standardize(["Two", "ONE", "three"]) == ["two", "one", "THREE"]


def test_the_first_record_of_a_term_counts(instance) -> None:
    first, second = save_features({"a": None, "A": None})
    for record, text in ((first, "1"), (second, "2")):
        record.name, record.description = "a", text
        record.save()
    assert ln.Feature.standardize(["a", "A"], return_field="description") == ["1", "1"]


def test_registries_without_synonyms_change_nothing(labels, count_queries) -> None:
    with count_queries() as queries:
        assert ln.ULabel.standardize(["A", None, "x"]) == ["A", None, "x"]
    assert queries.count == 0
    uids = [labels[0].uid, "A"]
    assert ln.ULabel.standardize(["a", "A"], return_field="uid") == uids
    with pytest.raises(AttributeError, match="Unknown field 'alias'"):
        ln.ULabel.standardize(["a"], synonyms_field="alias")


def test_wrong_keep(cells) -> None:
    with pytest.raises(ValueError, match="keep='all' is not valid, choose one of: 'first'"):
        ln.Feature.standardize(["a"], keep="all")


def test_standardize_says_how_much_changed(cells, capsys) -> None:
    ln.Feature.standardize(["T-cell", "x", "x", None])
    assert capsys.readouterr().out == "• standardized 1/2 terms\n"
    ln.Feature.standardize(["T-cell"], mute=True)
    ln.Feature.standardize(["T cell"])
    assert capsys.readouterr().out == ""


# -- from_values


def test_from_values_returns_each_record_once_in_order(cells, capsys) -> None:
    ln.settings.verbosity = "success"
    found = ln.Feature.from_values(["x", "t-cell", "neuron", None, "T cell", "neuron", "y"])
    assert found == [cells[0], cells[3]]
    assert isinstance(found, ln.models.SQLRecordList)
    assert capsys.readouterr().out.splitlines() == [
        "✓ loaded 2 Feature records matching name: 'neuron', 'T cell'",
        "✓ loaded 1 Feature record matching synonyms: 't-cell'",
        "• did not create Feature records for 2 non-validated names: 'x', 'y'",
    ]


def test_values_without_record_are_listed(labels, capsys) -> None:
    assert ln.ULabel.from_values([f"x{i}" for i in range(21)]) == []
    assert capsys.readouterr().out.endswith("'x18', 'x19', ...\n")
    ln.ULabel.from_values(["x"], field="reference")
    text = "• did not create ULabel record for 1 non-validated reference: 'x'\n"
    assert capsys.readouterr().out == text
    ln.ULabel.from_values(["x"], mute=True)
    assert capsys.readouterr().out == ""


def test_from_values_creates_what_is_missing(labels, capsys) -> None:
    records = ln.ULabel.from_values(["x", "b", "", "y", "x"], create=True)
    assert records.to_list("name") == ["x", "b", "y"]
    assert records[1] == labels[1]
    assert [record.pk is None for record in records] == [True, False, True]
    assert ln.ULabel.filter().count() == 3
    assert records.save() is records
    assert ln.ULabel.get(name="y") == records[2]
    assert ln.ULabel.filter().count() == 5
    assert records[0].created_by.handle == "anonymous"
    assert capsys.readouterr().out == ""


def test_created_records_live_on_the_current_branch(instance) -> None:
    branch = ln.Branch(name="experiment").save()
    ln.setup.settings.branch = branch
    label = ln.ULabel.from_values(["a"], create=True).save().one()
    assert (label.branch_id, label.created_on_id) == (branch.id, branch.id)


def test_names_in_several_types(instance) -> None:
    types = [ln.ULabel(name=name, is_type=True).save() for name in ("Batch", "Plate")]
    ones = [ln.ULabel(name="1", type=type_).save() for type_ in types]
    assert ln.ULabel.from_values(["1"]) == ones
    assert ln.ULabel.from_values(["1", "2"], create=True).to_list("pk") == [ones[0].pk, None]


def test_two_lists_of_new_names_become_one_row_each(instance) -> None:
    one = ln.ULabel.from_values(["a", "b"], create=True)
    two = ln.ULabel.from_values(["b", "c"], create=True)
    one.save()
    two.save()
    assert two[0] == one[1]
    assert sorted(ln.ULabel.filter().to_list("name")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        (["a", "x" * 151], None, "name of ULabel has 151 characters, at most 150"),
        (["x"], "reference", r"\['name'\] are required"),
    ],
)
def test_records_that_cannot_be_made(labels, values, field, text) -> None:
    with pytest.raises(FieldValidationError, match=text):
        ln.ULabel.from_values(values, field=field, create=True)
    assert ln.ULabel.filter().count() == 3


def test_registries_with_a_constructor_of_their_own_use_it(instance, count_queries) -> None:
    saved = ln.Project(name="a").save()
    with count_queries() as queries:
        records = ln.Project.from_values(["a", *(f"b{i}" for i in range(100))], create=True)
    assert queries.count == 1
    assert records[0] == saved
    assert records.save().to_list("name") == ln.Project.filter().order_by("id").to_list("name")
    with pytest.raises(ValidationError, match="pass dtype"):
        ln.Feature.from_values(["a"], create=True)
    assert ln.Project(name="b5") == records[6]


# -- numbers of queries


@pytest.mark.parametrize("n", [10, 5_000])
def test_queries_do_not_grow_with_the_values(cells, count_queries, n) -> None:
    save_features({f"feature {i}": f"alias {i}" for i in range(n)})
    names = [f"feature {i}" for i in range(n)]
    aliases = [f"ALIAS {i}" for i in range(n)]
    for call, limit in (
        (lambda: ln.Feature.validate(names), 1),
        (lambda: ln.Feature.inspect([*names, *aliases]), 4),
        (lambda: ln.Feature.standardize([*names, *aliases], return_field="uid"), 4),
        (lambda: ln.Feature.from_values([*names, *aliases, "x"]), 4),
        (lambda: ln.ULabel.from_values(names, create=True).save(), 5),
    ):
        with count_queries() as queries:
            call()
        assert 1 <= queries.count <= limit, queries.statements
    assert ln.ULabel.filter().count() == n


# -- organisms, sources, public terms


@pytest.fixture
def genes(bionty_instance):
    import bionty as bt

    source = bt.Source.filter().first() or bt.Source(
        entity="bionty.Gene", organism="human", name="ensembl", version="1"
    )
    source.save()
    human, mouse = (bt.Organism(name=name).save() for name in ("human", "mouse"))
    return [
        bt.Gene(symbol="TP53", synonyms="p53", organism=human, source=source).save(),
        bt.Gene(symbol="Trp53", synonyms="p53", organism=mouse).save(),
    ]


def test_organisms_and_sources_restrict_what_counts(genes) -> None:
    import bionty as bt

    symbols = ["TP53", "Trp53"]
    mouse = genes[1].organism
    assert bt.Gene.validate(symbols).tolist() == [True, True]
    assert bt.Gene.validate(symbols, organism="human").tolist() == [True, False]
    assert bt.Gene.validate(symbols, organism=mouse).tolist() == [False, True]
    assert bt.Gene.inspect(["p53"], organism=mouse).synonyms_mapper == {"p53": "Trp53"}
    assert bt.Gene.standardize("p53", organism="mouse") == "Trp53"
    assert bt.Gene.from_values(["p53"], organism="mouse").one() == genes[1]
    source = genes[0].source
    assert bt.Gene.validate(symbols, source=source).tolist() == [True, True]
    assert bt.Gene.validate(symbols, source=source, strict_source=True).tolist() == [True, False]


@pytest.mark.parametrize("name", ["organism", "source"])
def test_registries_without_organism_or_source_refuse_them(instance, name) -> None:
    for method in METHODS:
        text = f"ULabel has no {name}: leave out {name}='human'"
        with pytest.raises(InvalidArgument, match=text):
            getattr(ln.ULabel, method)(["a"], **{name: "human"})


class Atlas:
    """A public source with one term."""

    def known(self, values):
        return {"lung"} & set(values)

    def standardized(self, values, *, return_field, case_sensitive, keep):
        assert (return_field, case_sensitive, keep) == ("name", False, "first")
        return {value: "lung" for value in values if value == "pulmo"}

    def new_records(self, values):
        import bionty as bt

        return {value: [bt.Tissue(name="lung")] for value in values if value in ("lung", "pulmo")}


def test_public_terms_are_what_is_asked_last(bionty_instance, monkeypatch, capsys) -> None:
    import bionty as bt

    heart = bt.Tissue(name="heart", synonyms="cor").save()
    asked = []

    def find(field, organism, source):
        asked.append((field, organism, source))
        return Atlas()

    monkeypatch.setattr(bt.Tissue, "_public_terms", find)
    assert bt.Tissue.from_values(["lung", "COR", "foo"]).to_list("name") == ["heart", "lung"]
    assert "did not create Tissue record for 1 non-validated name: 'foo'" in capsys.readouterr().out
    assert bt.Tissue.inspect(["lung", "cor", "gut"]).non_validated == ["lung", "cor", "gut"]
    assert capsys.readouterr().out.splitlines()[3:] == [
        "   detected 1 Tissue term in public source for name: 'lung'",
        "→  add records from public source to your Tissue registry via .from_values()",
        "   couldn't validate 1 term: 'gut'",
        "→  if you are sure, create new records via Tissue() and save to your registry",
    ]
    assert bt.Tissue.standardize(["pulmo", "cor", "x"]) == ["lung", "heart", "x"]
    assert capsys.readouterr().out.splitlines() == [
        "• standardized 2/3 terms",
        "! found 1 synonym in public source: ['pulmo']",
        "  please add corresponding Tissue records via: `.from_values(['lung'])`",
    ]
    assert asked == [("name", None, None)] * 3
    assert bt.Tissue.standardize(["pulmo"], from_source=False) == ["pulmo"]
    assert bt.Tissue.from_values(["heart"]).one() == heart
    assert len(asked) == 3
