"""The test environment itself: no network, own settings, a real Postgres server."""

from __future__ import annotations

import os
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.network import NetworkBlockedError, is_loopback


def test_connecting_to_another_machine_is_refused(no_network):
    with pytest.raises(NetworkBlockedError, match=r"reach '192\.0\.2\.1' \(port 80\)"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with socket.socket() as sock, pytest.raises(NetworkBlockedError):
        sock.connect_ex(("2001:db8::1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkBlockedError):
        sock.sendto(b"data", ("192.0.2.1", 53))
    assert len(no_network.attempts) == 3
    no_network.attempts.clear()


def test_resolving_a_name_is_refused(no_network):
    with pytest.raises(NetworkBlockedError, match=r"example\.com"):
        urllib.request.urlopen("http://example.com/")
    no_network.attempts.clear()


def test_an_attempt_fails_the_test_even_if_the_error_is_swallowed(pytester_run):
    result = pytester_run(
        """
        import socket

        def test_swallows():
            try:
                socket.create_connection(("192.0.2.1", 80))
            except Exception:
                pass
        """
    )
    assert result.returncode == 1
    assert "the test tried to reach the network: ['192.0.2.1:80']" in result.stdout


def test_loopback_and_unix_sockets_stay_usable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True),
        (b"127.0.0.1", True),
        (None, True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("localhost.example.com", False),
    ],
)
def test_what_counts_as_loopback(host, expected):
    assert is_loopback(host) is expected


def test_child_processes_have_no_network_either(run_python):
    result = run_python("import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)")
    assert result.returncode == 1
    assert "Tests must not use the network" in result.stderr


def test_children_run_where_and_with_what_they_are_told(run_python, tmp_path):
    code = "import os, sys; print(os.getcwd(), os.environ['COLOUR'], sys.stdin.read())"
    result = run_python(code, cwd=tmp_path, env={"COLOUR": "red"}, stdin="hello")
    assert result.stdout.split() == [str(tmp_path), "red", "hello"]


def test_settings_are_isolated(settings_dir, tmp_path_factory):
    assert Path(os.environ["LAMIN_SETTINGS_DIR"], ".lamin") == settings_dir
    assert settings_dir.is_relative_to(tmp_path_factory.getbasetemp())
    assert "LAMIN_CURRENT_INSTANCE" not in os.environ


def test_in_tmp_is_an_empty_working_directory(in_tmp):
    assert Path.cwd() == in_tmp
    assert list(in_tmp.iterdir()) == []


def test_every_test_gets_its_own_empty_postgres_database(postgres_url, postgres_server):
    import psycopg

    other = postgres_server.create_database()
    assert not postgres_url.endswith(f"/{other}")
    with psycopg.connect(postgres_url) as connection:
        version = connection.info.server_version
        tables = "select count(*) from pg_tables where schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
        connection.execute("create table t (x int)")
    postgres_server.drop_database(other)
    assert version >= 150000


def test_only_dropped_databases_are_gone(postgres_server):
    import psycopg

    name = postgres_server.create_database()
    with psycopg.connect(postgres_server.url(name)):
        postgres_server.drop_database(name)  # although somebody is connected
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.url(name))


@pytest.mark.parametrize(
    ("reason", "strict", "extras", "outcome"),
    [
        ("no server found", "", "", "1 skipped"),
        ("no server found", "1", "", "1 failed"),
        ("n/a: running as root", "1", "1", "1 skipped"),
        ("extra: no such package", "1", "", "1 skipped"),
        ("extra: no such package", "1", "1", "1 failed"),
    ],
)
def test_strict_mode_turns_skips_into_failures(pytester_run, reason, strict, extras, outcome):
    code = f"import pytest\ndef test_it():\n    pytest.skip({reason!r})\n"
    result = pytester_run(code, LAMIN_TEST_STRICT=strict, LAMIN_TEST_EXTRAS=extras)
    assert outcome in result.stdout.splitlines()[-1]
    assert reason in result.stdout


def test_strict_mode_covers_missing_imports_of_whole_files(pytester_run):
    code = "import pytest\npytest.importorskip('no_such_library')\ndef test_it(): pass\n"
    assert pytester_run(code, LAMIN_TEST_STRICT="").returncode == 5  # nothing collected
    strict = pytester_run(code, LAMIN_TEST_STRICT="1")
    assert strict.returncode == 2
    assert "no_such_library" in strict.stdout


@pytest.fixture
def pytester_run(tmp_path):
    """Run a test file in a separate pytest process that uses our conftest.py."""
    import textwrap

    from tests.support.processes import ROOT, run_interpreter

    def run(code: str, **env: str):
        path = tmp_path / "test_inner.py"
        path.write_text(textwrap.dedent(code))
        options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
        options += ["-c", str(ROOT / "pyproject.toml"), "-p", "no:xdist", "-rs"]
        return run_interpreter("-B", "-m", "pytest", *options, str(path), cwd=tmp_path, env=env)

    return run


def test_the_interpreter_is_the_one_of_the_tests(run_python):
    assert run_python("import sys; print(sys.executable)").stdout.strip() == sys.executable


def test_queries_are_counted_without_transaction_control(instance, count_queries):
    with count_queries() as queries:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 2")
    assert queries.count == 2
    assert queries.statements == ["SELECT 1", "SELECT 2"]
    with count_queries() as later:
        pass
    assert later.count == 0
