"""A database that is older or newer than the installed packages is noticed on first use."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from lamindb.errors import LaminError
from lamindb.setup import init, schema_version
from lamindb.setup.session import auto_connect


@pytest.fixture
def record(in_tmp, new_process, printed):
    """Change what is recorded about migrations, then start a new process."""
    init(storage="./data", modules="bionty")

    def change(sql: str) -> None:
        with closing(sqlite3.connect("data/.lamindb/lamin.db")) as connection:
            connection.execute(sql)
            connection.commit()
        new_process()
        printed()

    return change


def count_labels() -> int:
    import lamindb as ln

    auto_connect()
    return ln.ULabel.objects.count()


def test_an_up_to_date_database_is_not_mentioned(record, printed):
    record("SELECT 1")
    assert count_labels() == 0
    assert printed() == ["→ connected lamindb: anonymous/data"]


def test_a_newer_database_is_mentioned_once(record, printed):
    record("INSERT INTO django_migrations (app, name, applied) VALUES ('bionty', '0099_x', '')")
    assert count_labels() == 0
    count_labels()
    text = "! the database is ahead of your installed package (bionty 0099_x > 0065_squashed):"
    assert printed() == [
        "→ connected lamindb: anonymous/data",
        f"{text} update bionty, e.g. pip install -U bionty",
    ]


def test_an_older_database_is_mentioned(record, printed, monkeypatch):
    shipped = {"lamindb": ["0193_squashed", "0194_next"], "bionty": ["0065_squashed"]}
    monkeypatch.setattr(schema_version, "shipped_migrations", shipped.get)
    record("SELECT 1")
    assert count_labels() == 0
    text = "! database is behind the installed version (0193_v2_9_part_2 < 0194_next):"
    assert printed()[1:] in (
        [f"{text} lamin migrate deploy"],
        [f"{text.replace('0193_v2_9_part_2', '0193_squashed')} lamin migrate deploy"],
    )


def test_a_missing_column_comes_with_the_hint(record, monkeypatch):
    from django.db import OperationalError, connection

    shipped = {"lamindb": ["0193_squashed", "0194_next"], "bionty": ["0065_squashed"]}
    monkeypatch.setattr(schema_version, "shipped_migrations", shipped.get)
    record("SELECT 1")
    count_labels()
    hint = r"no such column: colour\nthe database is behind .*: lamin migrate deploy"
    with pytest.raises(OperationalError, match=hint), connection.cursor() as cursor:
        cursor.execute("SELECT colour FROM lamindb_ulabel")


def test_a_database_that_is_too_old_is_refused(record):
    record("DELETE FROM django_migrations WHERE app = 'lamindb' AND name >= '0190'")
    with pytest.raises(LaminError, match="The database is far behind the installed version"):
        count_labels()


def test_modules_that_are_not_installed_do_not_matter(record, printed):
    record("INSERT INTO django_migrations (app, name, applied) VALUES ('notinst1', '0099_x', '')")
    assert count_labels() == 0
    assert printed() == ["→ connected lamindb: anonymous/data"]


def test_the_check_is_not_counted_as_a_query(record, count_queries):
    record("SELECT 1")
    auto_connect()
    with count_queries() as queries:
        count_labels()
    assert queries.count == 1


@pytest.mark.parametrize(("name", "number"), [("0193_squashed", 193), ("initial", -1)])
def test_numbers_of_migrations(name, number):
    assert schema_version.number_of(name) == number
