"""Fixtures for all tests. Every test is isolated from the user's settings and from the network.

With LAMIN_TEST_STRICT=1 (set in CI) a skip counts as a failure, so that nothing goes untested
because something is missing; only a reason that starts with "n/a:" ("n/a: running as root") may
skip. A reason that starts with "extra:" names a heavy optional package; CI installs these in a step
of its own and runs the tests that name them with LAMIN_TEST_EXTRAS=1, which makes such a skip a
failure too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.support import network, postgres, processes, queries, s3

REPOSITORY = processes.ROOT


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[network.NetworkBlock]:
    """Refuse outgoing connections and fail the test that attempted one."""
    for name in network.PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PYTHONPATH", processes.PYTHONPATH)
    block = network.NetworkBlock()
    block.install()
    yield block
    block.uninstall()
    assert not block.attempts, f"the test tried to reach the network: {block.attempts}"


@pytest.fixture(autouse=True)
def settings_dir(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Give the test its own settings and cache folder; leave no instance connected."""
    for name in list(os.environ):
        if name.startswith(("LAMIN_", "LAMINDB_")) and not name.startswith("LAMIN_TEST_"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("settings")
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(home))
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("BIONTY_OFFLINE", "1")
    # tables that take long to make are made once per session
    monkeypatch.setenv("BIONTY_ROOT_DIR", str(tmp_path_factory.getbasetemp() / "bionty"))
    yield home / ".lamin"
    _reset_session()


def _reset_session() -> None:
    """Connect no instance, forget the user, and close what the test left open."""
    if "lamindb.base.log" in sys.modules:
        from lamindb.base.log import logger

        logger.set_verbosity("warning")
    if "lamindb.setup.session" in sys.modules:
        import lamindb.setup

        lamindb.setup.disconnect(mute=True)
        lamindb.setup.settings.set_user(None)  # the next test has its own settings folder
    _close_connections()


def _close_connections() -> None:
    """Close Django's connections, if Django is in use."""
    if "django.db" in sys.modules:
        from django.conf import settings
        from django.db import connections

        if settings.configured:
            connections.close_all()


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sqlite_instance(in_tmp: Path) -> Any:
    """A fresh, connected SQLite instance in the working directory: its InstanceSettings."""
    return _init()


@pytest.fixture
def instance(sqlite_instance: Any) -> Any:
    """A fresh, connected instance; some folders run their tests on Postgres as well."""
    return sqlite_instance


@pytest.fixture
def bionty_instance(in_tmp: Path) -> Any:
    """Like `instance`, with the bionty module."""
    return _init(modules="bionty")


def _init(**options: Any) -> Any:
    import lamindb.setup

    lamindb.setup.init(storage="./store", name="test", **options)
    return lamindb.setup.settings.instance


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A Postgres server for this test session, started by the first test that needs one."""
    try:
        server = postgres.start_server()
    except postgres.PostgresUnavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """URL of a new, empty Postgres database."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    _close_connections()
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def _filled_postgres(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """Name of a database that all tests of `postgres_instance` share."""
    name = postgres_server.create_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def postgres_instance(
    in_tmp: Path, postgres_server: postgres.PostgresServer, _filled_postgres: str
) -> Iterator[Any]:
    """Like `instance`, on Postgres; the tables are made once, their rows for each test."""
    postgres_server.wipe(_filled_postgres)
    yield _init(db=postgres_server.url(_filled_postgres))
    _close_connections()


@pytest.fixture(scope="session")
def _filled_bionty_postgres(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """Name of a database that all tests of `postgres_bionty_instance` share."""
    name = postgres_server.create_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def postgres_bionty_instance(
    in_tmp: Path, postgres_server: postgres.PostgresServer, _filled_bionty_postgres: str
) -> Iterator[Any]:
    """Like `postgres_instance`, with the bionty module."""
    postgres_server.wipe(_filled_bionty_postgres)
    yield _init(db=postgres_server.url(_filled_bionty_postgres), modules="bionty")
    _close_connections()


@pytest.fixture(params=["sqlite", "postgres"])
def instance_on_both(request: pytest.FixtureRequest) -> Any:
    """A fresh, connected instance in the working directory, once on each database."""
    return request.getfixturevalue(f"{request.param}_instance")


@pytest.fixture(params=["sqlite", "postgres"])
def bionty_on_both(request: pytest.FixtureRequest) -> Any:
    """Like `instance_on_both`, with the bionty module."""
    name = "postgres_bionty_instance" if request.param == "postgres" else "bionty_instance"
    return request.getfixturevalue(name)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.S3Server]:
    """An S3 endpoint for this test session (moto), started by the first test that needs one."""
    try:
        server = s3.start_moto()
    except s3.S3Unavailable as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def s3_credentials(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials of the test servers in the environment, and no others."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    empty = tmp_path_factory.mktemp("aws") / "none"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(empty))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(empty))
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(s3_server: s3.S3Server, s3_credentials: None) -> s3.Bucket:
    """A fresh S3 bucket; its `url()` names the endpoint: `s3://bucket?endpoint_url=http://…`."""
    return s3.Bucket(s3_server)


@pytest.fixture
def default_bucket(bucket: s3.Bucket, monkeypatch: pytest.MonkeyPatch) -> s3.Bucket:
    """Like `bucket`, and plain URLs `s3://bucket/key` lead to its endpoint too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint_url)
    return bucket


@pytest.fixture
def count_queries() -> type[queries.QueryCounter]:
    """Count SQL statements: `with count_queries() as queries: …; assert queries.count == 1`."""
    return queries.QueryCounter


@pytest.fixture
def run_python() -> Callable[..., CompletedProcess[str]]:
    """Run a script in a fresh interpreter: `run_python("print(1)", cwd=…, env={…}).stdout`."""
    return processes.run_python


@pytest.fixture
def run_cli() -> Callable[..., CompletedProcess[str]]:
    """Run the command line in a fresh interpreter: `run_cli("init", "--storage", "./x")`."""
    return processes.run_cli


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder with ontology tables and an existing instance: $LAMIN_TEST_DATA."""
    folder = Path(os.environ.get("LAMIN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}: set LAMIN_TEST_DATA")
    return folder.resolve()


def _is_strict() -> bool:
    return os.environ.get("LAMIN_TEST_STRICT", "") not in ("", "0")


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In strict mode, turn a skip into a failure that gives the reason."""
    if not (_is_strict() and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    allowed = ("n/a:",) if os.environ.get("LAMIN_TEST_EXTRAS") else ("n/a:", "extra:")
    if not reason.removeprefix("Skipped: ").startswith(allowed):
        report.outcome = "failed"
        report.longrepr = f"skipped although LAMIN_TEST_STRICT is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Apply strict mode to tests."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Apply strict mode to whole files (`pytest.importorskip`)."""
    report = yield
    _fail_if_skipped(report)
    return report
