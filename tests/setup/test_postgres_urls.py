"""URLs of Postgres databases."""

from __future__ import annotations

import pytest

from lamindb.setup import postgres

URL = "postgresql://anna:s3cr%40t@db.example.com:5433/research"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_schemes_with_the_same_meaning(scheme):
    url = f"{scheme}://anna@localhost/research"
    assert postgres.normalized_url(url) == "postgresql://anna@localhost/research"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://localhost/x", "Invalid scheme: 'mysql'"),
        ("sqlite:///x.db", "Invalid scheme: 'sqlite'"),
        ("research", "Invalid scheme: 'research'"),
        (
            "postgresql://anna:secret@localhost",
            r"Database name missing in postgresql://anna:\*\*\*@",
        ),
        ("postgresql://anna:secret@localhost:x/db", r"Invalid port in postgresql://anna:\*\*\*@"),
    ],
)
def test_other_urls_are_refused_without_showing_the_password(url, message):
    with pytest.raises(ValueError, match=message) as error:
        postgres.normalized_url(url)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (URL, "postgresql://anna:***@***:5433/research"),
        ("postgresql://anna@localhost/x", "postgresql://anna@***/x"),
        ("postgresql://localhost/x", "postgresql://***/x"),
        ("postgresql://a:b@[::1]:5432/x?password=b", "postgresql://a:***@***:5432/x"),
    ],
)
def test_passwords_and_hosts_are_masked(url, masked):
    assert postgres.masked_url(url) == masked


@pytest.mark.parametrize(
    ("host", "require", "sslmode"),
    [
        ("localhost", None, None),
        ("127.0.0.1", None, None),
        ("0.0.0.0", None, None),
        ("db.example.com", None, "require"),
        ("db.example.com", "true", "require"),
        ("db.example.com", "false", None),
    ],
)
def test_other_machines_need_tls(monkeypatch, host, require, sslmode):
    if require:
        monkeypatch.setenv("LAMIN_DB_SSL_REQUIRE", require)
    options = postgres.connection_options(f"postgresql://{host}/x")
    assert options.get("sslmode") == sslmode


def test_options_of_the_url_win(monkeypatch):
    assert postgres.connection_options(f"{URL}?sslmode=verify-full") == {
        "connect_timeout": 20,
        "sslmode": "verify-full",
    }
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "3")
    assert postgres.connection_options(URL)["connect_timeout"] == 3
    assert postgres.connection_url(URL) == f"{URL}?connect_timeout=3&sslmode=require"


def test_settings_for_django():
    config = postgres.django_config(URL)
    assert config.pop("OPTIONS") == {"connect_timeout": 20, "sslmode": "require"}
    assert config == {
        "ENGINE": "lamindb.setup.backends.postgresql",
        "NAME": "research",
        "USER": "anna",
        "PASSWORD": "s3cr@t",
        "HOST": "db.example.com",
        "PORT": "5433",
        "CONN_MAX_AGE": 299,
        "CONN_HEALTH_CHECKS": True,
    }


@pytest.mark.parametrize(
    ("user", "is_read_only"),
    [("public", True), ("team_read", True), ("readonly", True), ("anna", False), ("thread", False)],
)
def test_users_that_may_only_read(user, is_read_only):
    assert postgres.is_read_only(f"postgresql://{user}@localhost/x") is is_read_only
