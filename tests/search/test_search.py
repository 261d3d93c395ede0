"""`search`: what is found, in which order, and what may follow."""

from __future__ import annotations

import itertools
import random

import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lamindb.models.bulk import save
from lamindb.search.needle import Needle

# Short strings occur in uids by chance, so most searches here are for longer ones.


def labels(*names: str, **fields) -> list[ln.ULabel]:
    return [ln.ULabel(name=name, **fields).save() for name in names]


def names(string: str, **options) -> list[str]:
    return ln.ULabel.search(string, **options).to_list("name")


def test_equal_before_synonym_before_word_before_beginning_before_part(instance) -> None:
    labels("CD8 T cell", "NKT cells", "my T cell", "T cell, alpha", "T cells", "B cell")
    labels("effector|T cell|x", "T cell")
    assert names("T cell") == [
        "T cell",
        "effector|T cell|x",
        # equally good ones: short names first
        "my T cell",
        "CD8 T cell",
        "T cell, alpha",
        "T cells",
        "NKT cells",
    ]


def test_equally_good_names_of_the_same_length_are_ordered_by_id(instance) -> None:
    labels("item 3", "item 1", "item 2", "item 10")
    assert names("item") == ["item 3", "item 1", "item 2", "item 10"]


def test_all_text_fields_count(instance) -> None:
    first, second = labels("first", "second")
    labels("third", description="about the second")
    labels("fourth", reference="second", reference_type="SECOND")
    assert names("second") == ["fourth", "second", "third"]
    assert ln.ULabel.search(first.uid).one() == first
    assert ln.ULabel.search(second.uid[2:]).one() == second


def test_fields_can_be_chosen(instance) -> None:
    labels("a", description="b")
    labels("b", reference="a")
    assert names("a", field="name") == ["a"]
    assert names("a", field=ln.ULabel.reference) == ["b"]
    assert names("a", field=["name", ln.ULabel.reference]) == ["a", "b"]
    assert names("a", field=["description"]) == []


def test_artifacts_are_found_by_hash_and_key(instance, in_tmp) -> None:
    (in_tmp / "a.txt").write_text("content")
    artifact = ln.Artifact("a.txt", key="folder/iris.txt").save()
    assert ln.Artifact.search(artifact.hash).one() == artifact
    assert ln.Artifact.search("iris").one() == artifact
    assert ln.Artifact.filter(suffix=".txt").search("folder/").one() == artifact
    assert not ln.Artifact.filter(suffix=".csv").search("iris").exists()


@pytest.mark.parametrize(
    "string", ["50%", "_", "\\", "a.b", "(x", "[", "^", "$", "|", "'", '"', "*", "?", "%s", "\n"]
)
def test_no_character_is_special(instance, string) -> None:
    labels("none of them 5000 a-b")
    wanted = labels(f"x{string}y")
    # blanks around the string do not count
    expected = wanted if string.strip() else list(ln.ULabel.filter().order_by("id"))
    assert sorted(ln.ULabel.search(string), key=lambda label: label.id) == expected


def test_upper_and_lower_case_letters(instance) -> None:
    labels("Müller", "müller", "MÜLLER", "Muller", "mzller")
    assert names("müller") == ["Müller", "müller", "MÜLLER"]
    assert names("müller", case_sensitive=True) == ["müller"]
    assert names("MULLER", case_sensitive=True) == []
    assert names("Muller", case_sensitive=True) == ["Muller"]
    assert names("mULLER") == ["Muller"]


def test_the_order_is_that_of_the_points(instance) -> None:
    """Both databases agree with Python, for all kinds of strings."""
    draw = random.Random(1)
    parts = ["T cell", "t", "CELL", "é", "É", "ſ", "|", " ", ".", ",", ";:", "x", "%", "_", "\n"]
    texts = list({"".join(draw.choices(parts, k=draw.randint(1, 5))) for _ in range(300)})
    save([ln.ULabel(name=text, description=draw.choice([None, *texts])) for text in texts])
    records = list(ln.ULabel.filter())
    for string, case_sensitive in itertools.product([*texts[:20], "t", "é"], [False, True]):
        needle = Needle(string.strip(), case_sensitive)
        if not needle.text:
            continue
        points = {r.id: needle.points(r.uid, r.name, r.description) for r in records}
        expected = sorted(
            (record for record in records if points[record.id]),
            key=lambda record: (-points[record.id], len(record.name), record.id),
        )
        found = ln.ULabel.search(string, limit=None, case_sensitive=case_sensitive)
        assert found.to_list("id") == [record.id for record in expected], string


def test_blanks_around_the_string_do_not_count(instance) -> None:
    labels("a b")
    assert names("  a ") == ["a b"]
    assert names(" a", field="description") == []


def test_an_empty_string_finds_everything(instance) -> None:
    labels("long", "a")
    assert names("") == ["a", "long"]
    assert names(" ", limit=1) == ["a"]


def test_no_text_has_a_null_character(instance) -> None:
    labels("a")
    assert names("a\0") == []


def test_long_strings(instance) -> None:
    text = "long " * 5_000
    labels("a", description=f"{text} a")
    labels("b", description=f"{text} b")
    assert names(f"{text} B") == ["b"]


def test_the_number_of_records_is_limited(instance) -> None:
    labels(*(f"item{number}" for number in range(25)))
    assert len(names("item")) == 20
    assert names("item", limit=2) == ["item0", "item1"]
    assert len(names("item", limit=None)) == 25
    assert names("item", limit=0) == []


def test_records_that_are_not_visible_are_not_found(instance) -> None:
    trashed, visible = labels("item 1", "item 2")
    trashed.delete()
    assert names("item") == ["item 2"]
    assert list(ln.ULabel.filter().search("item")) == [visible]
    assert list(ln.ULabel.filter(branch=None).search("item")) == [trashed, visible]
    assert list(ln.ULabel.filter(branch_id=-1).search("item")) == [trashed]
    assert list(ln.ULabel.objects.search("item")) == [trashed, visible]


def test_sets_and_related_managers_restrict_what_is_found(instance) -> None:
    parent, child, _ = labels("parent", "item child", "item stranger")
    child.parents.add(parent)
    assert parent.children.search("item").to_list("name") == ["item child"]
    assert ln.ULabel.filter(name__startswith="item").search("child").one() == child
    assert ln.ULabel.filter(parents=parent).search("stranger").one_or_none() is None
    assert ln.User.search("anonymous").one().handle == "anonymous"


def test_what_may_follow(instance) -> None:
    labels("item 1", "item 2", "my item")
    found = ln.ULabel.search("item", limit=None)
    assert type(found).__name__ == "BasicQuerySet"
    assert found.filter(name__endswith="2").one().name == "item 2"
    assert found.exclude(name="item 1").to_list("name") == ["item 2", "my item"]
    assert found.order_by("-name").first().name == "my item"
    assert found.search("my i").one().name == "my item"
    assert (found.count(), found.exists(), found.first().name) == (3, True, "item 1")
    assert ln.ULabel.search("item", limit=2).count() == 2
    with pytest.raises(TypeError, match="slice"):
        ln.ULabel.search("item").filter(name="item 1")
    with pytest.raises(TypeError, match="slice"):
        ln.ULabel.filter()[:5].search("item")


def test_a_search_is_read_when_it_is_used(instance, count_queries) -> None:
    labels("item 1")
    with count_queries() as queries:
        found = ln.ULabel.search("item")
        assert queries.count == 0
        labels("item 2")
        before = queries.count
        assert [label.name for label in found] == ["item 1", "item 2"]
        assert queries.count == before + 1


def test_data_frames_keep_the_order(instance) -> None:
    labels("my item", "item", "item for you")
    assert ln.ULabel.search("item").to_dataframe()["name"].tolist() == [
        "item",
        "my item",
        "item for you",
    ]
    unlimited = ln.ULabel.search("item", limit=None).to_dataframe()
    assert unlimited["name"].tolist() == ["item", "my item", "item for you"]


def test_records_without_name_come_last_among_equals(instance) -> None:
    ln.Record(description="a").save()
    ln.Record(name="x" * 100, description="a").save()
    assert ln.Record.search("a", field="description").to_list("name") == ["x" * 100, None]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ln.ULabel.search(None), ValueError, "Cannot search for None"),
        (lambda: ln.ULabel.search(5), ValueError, "Cannot search for 5, please pass a string"),
        (lambda: ln.ULabel.search("a", field="nam"), FieldError, "Did you mean 'name'"),
        (lambda: ln.ULabel.search("a", field=["name", "x"]), FieldError, "Unknown field 'x'"),
        (lambda: ln.ULabel.search("a", field=ln.Record.name), FieldError, "no field of ULabel"),
        (lambda: ln.ULabel.search("a", field=5), FieldError, "5 is no field of ULabel"),
        (lambda: ln.ULabel.search("a", field="created_by"), FieldError, "holds no text.*name"),
        (lambda: ln.Artifact.search("a", field="size"), FieldError, "Cannot search 'size'"),
        (lambda: ln.ULabel.search("a", limit=-1), ValueError, "Negative"),
    ],
)
def test_wrong_searches(instance, call, error, text) -> None:
    with pytest.raises(error, match=text):
        call()
