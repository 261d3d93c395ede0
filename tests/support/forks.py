"""Runs scripts in processes that are forked from one that has imported everything already.

A fresh interpreter takes a second to import what an artifact needs; a fork takes milliseconds, and
shares nothing with its siblings either: the server process never opens a file, a connection or a
database on behalf of a script.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType

from tests.support.servers import die_with_parent

TIMEOUT = 120  # seconds

SERVER = r"""
import json, os, socket, sys, traceback

import functools
import aiobotocore.session, botocore.loaders, botocore.session, pandas, pyarrow.parquet, s3fs
import django.db

# Half of the first request is reading the description of S3: the forks find it in memory.
botocore.loaders.JSONFileLoader.load_file = functools.cache(
    botocore.loaders.JSONFileLoader().load_file
).__call__
import lamindb as ln
ln.Artifact.filter().count()
django.db.connections.close_all()

requests = socket.socket(fileno=int(sys.argv[1]))

def run(code, arguments, files):
    for descriptor, file in zip((0, 1, 2), (files[0], files[1], files[1])):
        os.dup2(file, descriptor)
    requests.close()
    sys.argv = ["script", *arguments]
    status = 1
    try:
        exec(compile(code, "script", "exec"), {"__name__": "__main__"})
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)

requests.send(b"0")
while True:
    message, files, _, _ = socket.recv_fds(requests, 1_000_000, 2)
    if not message:
        break
    child = os.fork()
    if not child:
        run(*json.loads(message), files)
    for file in files:
        os.close(file)
    requests.send(str(child).encode())
    if not requests.recv(1):
        break
    requests.send(str(os.waitpid(child, 0)[1]).encode())
"""


class Child:
    """A script that runs in a fork.

    Attributes
    ----------
    pid : int
    output : str
        What it printed so far, standard output and errors together.
    """

    def __init__(self, server: socket.socket, pid: int, stdin: int, stdout: int) -> None:
        self._server = server
        self._stdin = stdin
        self._stdout = os.fdopen(stdout, "rb")
        self.pid = pid
        self.output = ""

    def wait_until_ready(self) -> None:
        """Return once the script has printed the line "ready"."""
        while line := self._stdout.readline():
            self.output += line.decode(errors="replace")
            if line.strip() == b"ready":
                return
        raise AssertionError(f"the script ended with {self.end()}:\n{self.output}")

    def release(self) -> None:
        """Let the script go on after it printed "ready" and waits for a line of input."""
        os.write(self._stdin, b"\n")

    def kill(self) -> bool:
        """End the process as a power failure would; False if it had ended on its own."""
        os.kill(self.pid, signal.SIGKILL)
        return self.end() == -signal.SIGKILL

    def end(self) -> int:
        """Wait until the process ended and return its exit code, as `Popen.returncode`."""
        self.output += self._stdout.read().decode(errors="replace")
        self._stdout.close()
        os.close(self._stdin)
        self._server.send(b"e")
        return os.waitstatus_to_exitcode(int(self._server.recv(100)))


class ForkServer:
    """Forks one script at a time; works in the current directory with its instance.

    Example
    -------
    >>> with ForkServer() as forks:
    ...     forks.run("import sys; print(sys.argv[1])", "hello")
    'hello\n'
    """

    def __enter__(self) -> ForkServer:
        self._socket, other = socket.socketpair()
        self._socket.settimeout(TIMEOUT)
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(other.fileno())],
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        other.close()
        assert self._socket.recv(100) == b"0", "the fork server did not start"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def start(self, code: str, *arguments: str) -> Child:
        """Start a script with `sys.argv[1:] = arguments`."""
        child_in, stdin = os.pipe()
        stdout, child_out = os.pipe()
        message = json.dumps([code, arguments]).encode()
        socket.send_fds(self._socket, [message], [child_in, child_out])
        os.close(child_in)
        os.close(child_out)
        return Child(self._socket, int(self._socket.recv(20)), stdin, stdout)

    def run(self, code: str, *arguments: str) -> str:
        """Run a script to its end and return what it printed; fail if it does."""
        child = self.start(code, *arguments)
        code_of_exit = child.end()
        assert code_of_exit == 0, f"the script ended with {code_of_exit}:\n{child.output}"
        return child.output

    def time(self, code: str, *arguments: str) -> float:
        """Seconds that a script takes from "ready" to its end."""
        child = self.start(code, *arguments)
        child.wait_until_ready()
        child.release()
        start = time.perf_counter()
        assert child.end() == 0, child.output
        return time.perf_counter() - start

    def kill(self, code: str, arguments: Sequence[str], after: float) -> bool:
        """Kill a script so many seconds after "ready"; False if it was done by then."""
        child = self.start(code, *arguments)
        child.wait_until_ready()
        child.release()
        time.sleep(after)
        return child.kill()
