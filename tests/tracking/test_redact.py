"""Secrets never reach the database."""

from __future__ import annotations

import time

import pytest

from lamindb.tracking.redact import (
    PLACEHOLDER,
    is_sensitive_key,
    is_sensitive_value,
    redact_arguments,
    redact_params,
    redact_source,
)


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "api_key",
        "api-key",
        "apikey",
        "apiKey",
        "APIKey",
        "AWS_SECRET_ACCESS_KEY",
        "accesskey",
        "hub.password",
        "PASSWD",
        "private_key",
        "clientSecret",
        "HF_TOKEN",
        "my-token-2",
    ],
)
def test_sensitive_keys(key: str) -> None:
    assert is_sensitive_key(key)


@pytest.mark.parametrize(
    "key", ["tokens", "n_tokens", "tokenizer", "keys", "passwords", "secretary", ""]
)
def test_harmless_keys(key: str) -> None:
    assert not is_sensitive_key(key)


@pytest.mark.parametrize(
    ("value", "sensitive"),
    [
        ("postgresql://me:pw@host:5432/db", True),
        ("postgres://me:p/w@host/db", True),
        ("postgresql+psycopg2://me:pw@host/db", True),
        ("connect to postgresql://me:pw@host/db please", True),
        ("postgresql://me@host/db", False),
        ("postgresql://host/db", False),
        ("s3://bucket/key", False),
        (5, False),
    ],
)
def test_sensitive_values(value: object, sensitive: bool) -> None:
    assert is_sensitive_value(value) is sensitive


def test_params_are_redacted_at_every_depth() -> None:
    params = {
        "lr": 0.1,
        "token": "abc",
        "none_token": None,
        "hub": {"user": "me", "apiKey": 5, "deep": [{"password": "x"}, "postgres://a:b@c/d"]},
    }
    assert redact_params(params) == {
        "lr": 0.1,
        "token": PLACEHOLDER,
        "none_token": None,
        "hub": {
            "user": "me",
            "apiKey": PLACEHOLDER,
            "deep": [{"password": PLACEHOLDER}, PLACEHOLDER],
        },
    }
    assert params["token"] == "abc"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--lr 0.1 in.csv", "--lr 0.1 in.csv"),
        ("--token abc --lr 1", f"--token {PLACEHOLDER} --lr 1"),
        ("--token=abc", f"--token={PLACEHOLDER}"),
        ("--db-password=x y", f"--db-password={PLACEHOLDER} y"),
        ("api_key=abc n=1", f"api_key={PLACEHOLDER} n=1"),
        ("--token --verbose", "--token --verbose"),
        ("--token -abc", f"--token {PLACEHOLDER}"),
        ("--db postgres://u:p@h/d", f"--db {PLACEHOLDER}"),
        ("--db=postgres://u:p@h/d", f"--db={PLACEHOLDER}"),
        ("token abc", "token abc"),
    ],
)
def test_command_lines(arguments: str, expected: str) -> None:
    assert " ".join(redact_arguments(arguments.split())) == expected


@pytest.mark.parametrize(
    ("source", "count"),
    [
        # the three shapes
        ('api_key = "abc"', 1),
        ("self.api_key='abc'", 1),
        ('if (token := "abc"):', 1),
        ('password: "abc"', 1),
        ('os.environ["HF_TOKEN"] = "abc"', 1),
        ('{"password": "abc", "n": 1}', 1),
        # keyword arguments and defaults
        ("connect(api_key='abc', n=1)", 1),
        ('def f(token="abc", *, secret: str = "abc"): pass', 2),
        # further ways to write it
        ('api_key: str = "abc"', 1),
        ('token <- "abc"', 1),
        ('token = r"abc"', 1),
        ('token = """abc\nabc"""', 1),
        ('token = "ab\\"abc"', 1),
        ('password = (\n    "abc"\n    "abc"\n)', 1),
        ('token = "abc" "abc"', 1),
        ('# token = "abc"', 1),
        ("# don't\ntoken = 'abc'", 1),
        ("db = 'postgresql://me:abc@host/db'", 1),
    ],
)
def test_secrets_in_source_code(source: str, count: int) -> None:
    redacted, n_redacted = redact_source(source)
    assert n_redacted == count
    assert "abc" not in redacted
    assert PLACEHOLDER in redacted
    assert redact_source(redacted) == (redacted, 0)


@pytest.mark.parametrize(
    "source",
    [
        'token = os.getenv("TOKEN")',
        'token = os.environ["TOKEN"]',
        'settings = {"token": os.environ["TOKEN"]}',
        "def f(api_key: str): pass",
        "f(api_key=api_key)",
        'n_tokens = "5"',
        'if token == "abc": pass',
        'if token != "abc": pass',
        'password = ""',
        'text = f"{token}"',
        'token = f"{first}{second}"',
        'print("token:", "abc")',
        'x = "token" if a else "abc"',
        'f("token", "abc")',
        'token = load()\n"""A text."""',
    ],
)
def test_harmless_source_code_stays(source: str) -> None:
    assert redact_source(source) == (source, 0)


def test_only_the_literal_changes() -> None:
    source = "import os\n\ntoken = 'abc'  # from the hub\nn = 'abc'\n"
    assert redact_source(source)[0] == source.replace("'abc'", f"'{PLACEHOLDER}'", 1)


@pytest.mark.parametrize("piece", ["a : b", 'x = """', '"', "a = ", "a-", 'x = "a" '])
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    redact_source(piece * 20_000)
    assert time.process_time() - start < 2
