"""On SQLite, repeated searches of a large table use its text in memory, and miss no change."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest
from django.db import connection, transaction

import lamindb as ln
from lamindb.search.sqlite import MIN_ROWS
from lamindb.search.text_index import MAX_MATCHES, TextIndex, build_index, can_find


@pytest.fixture
def many(sqlite_instance) -> int:
    """As many labels as an index is worthwhile for."""
    rows = [(f"{n:08}", f"label {n}", ln.setup.settings.user.id) for n in range(MIN_ROWS)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO lamindb_ulabel (uid, name, created_by_id) VALUES (%s, %s, %s)", rows
        )
    return len(rows)


@pytest.fixture
def search(many, count_queries):
    """Names that a search finds, and whether it used an index."""

    def search(string: str, **options) -> tuple[list[str], bool]:
        with count_queries() as queries:
            found = ln.ULabel.search(string, **options).to_list("name")
        return found, '."id" IN (' in queries.statements[-1]

    return search


def test_the_second_search_builds_an_index(search) -> None:
    expected = ["label 123", *(f"label {n}" for n in range(1230, 1240))]
    assert search("label 123") == (expected, False)
    assert search("label 123") == (expected, True)
    assert search("LABEL 123") == (expected, True)
    assert search("el 123", field="name", limit=2) == (expected[:2], True)
    assert search("00000123") == (["label 123"], True)
    assert search("00000123", field="name") == ([], True)
    assert search("Label 123", case_sensitive=True) == ([], True)
    assert search("no such label") == ([], True)


@pytest.mark.parametrize("string", ["müller", "a\nb", "a\x1fb"])
def test_some_strings_are_left_to_the_database(search, string) -> None:
    search("x")
    search("x")
    assert search(string) == ([], False)


def test_too_many_matches_are_left_to_the_database(search, many) -> None:
    assert many > MAX_MATCHES
    search("label")
    assert search("label", limit=2) == (["label 0", "label 1"], False)


def test_own_changes_are_found(search) -> None:
    label = ln.ULabel.get(name="label 77")
    for name in ("wanted", "renamed wanted"):
        search(name)
        assert search(name) == ([], True)
        label.name = name
        label.save()
        assert search(name) == ([name], False)
    search("wanted")
    label.delete()
    assert search("wanted")[0] == []


def test_changes_of_other_connections_are_found(search, sqlite_instance) -> None:
    search("wanted")
    assert search("wanted") == ([], True)
    with closing(sqlite3.connect(sqlite_instance.sqlite_file)) as other, other:
        other.execute("UPDATE lamindb_ulabel SET name = 'wanted' WHERE name = 'label 5'")
    assert search("wanted") == (["wanted"], False)
    assert search("wanted") == (["wanted"], True)


def test_transactions_that_are_rolled_back_leave_no_trace(search) -> None:
    with pytest.raises(InterruptedError), transaction.atomic():
        ln.ULabel.objects.filter(name="label 5").update(name="moved")
        assert search("moved") == (["moved"], False)
        assert search("moved") == (["moved"], False)
        assert search("label 5", limit=1) == (["label 50"], False)
        raise InterruptedError
    assert search("moved") == ([], False)
    assert search("moved") == ([], True)
    assert search("label 5", limit=1) == (["label 5"], True)


def test_a_set_that_was_compiled_before_a_change_is_compiled_again(search) -> None:
    search("wanted")
    found = ln.ULabel.search("wanted")
    assert not found.exists()
    ln.ULabel(name="wanted").save()
    assert found.all().one().name == "wanted"


def test_another_instance_has_its_own_index(search) -> None:
    search("label 1")
    search("label 1")
    ln.setup.init(storage="./other", name="other")
    assert search("label 1") == ([], False)
    assert search("label 1") == ([], False)  # too small


def test_each_thread_has_its_own_index(search) -> None:
    search("label 123")
    results = []

    def run() -> None:
        results.extend(search("label 123", limit=1) for _ in range(2))
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert results == [(["label 123"], False), (["label 123"], True)]


def test_a_search_during_a_search(search) -> None:
    """SQLite refuses to define a function while a statement runs."""
    found = [
        (outer.name, search(outer.name, limit=1)[0])
        for outer in ln.ULabel.search("label 99", limit=3).iterator()
    ]
    assert found == [
        ("label 99", ["label 99"]),
        ("label 990", ["label 990"]),
        ("label 991", ["label 991"]),
    ]


def test_no_index_of_a_table_with_much_text(many) -> None:
    connection.ensure_connection()
    table = (connection.connection, "lamindb_ulabel", "id", ["name"])
    assert build_index(*table, max_bytes=1_000) is None
    assert build_index(*table).find("label 123")[0] == ln.ULabel.get(name="label 123").id


def test_find_in_an_index() -> None:
    index = TextIndex([(3, b"control\x1fc"), (8, b""), (5, b"treated")])
    assert index.find("C") == [3]
    assert index.find("t") == [3, 5]
    assert index.find("ea") == [5]
    assert index.find("lt") == []
    assert TextIndex([]).find("a") == []
    assert TextIndex([(n, b"a") for n in range(MAX_MATCHES)]).find("a") == list(range(MAX_MATCHES))
    assert TextIndex([(n, b"a") for n in range(MAX_MATCHES + 1)]).find("a") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("T cell", True), ("50%", True), ("é", False), ("a\nb", False), ("\x1e", False)],
)
def test_what_an_index_can_find(text, expected) -> None:
    assert can_find(text) is expected
