"""Copies of what is printed."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lamindb.tracking.streams import StreamCopy, Tee


def say(text: str, end: str = "\n") -> None:
    """Print."""
    sys.stdout.write(text + end)


@pytest.fixture
def copy(in_tmp: Path):
    """Not started: pytest puts its own streams back before the test."""
    copy = StreamCopy(in_tmp / "logs/log.txt")
    yield copy
    copy.stop()


def test_both_streams_are_copied_and_still_shown(in_tmp: Path, capsys) -> None:
    out, err = sys.stdout, sys.stderr
    copy = StreamCopy(in_tmp / "logs/log.txt")
    copy.start()
    say("to stdout 🤩")
    sys.stderr.write("to stderr\n")
    say("no end of line", end="")
    copy.stop()
    say("later")
    assert (sys.stdout, sys.stderr) == (out, err)
    assert copy.path.read_text() == "to stdout 🤩\nto stderr\nno end of line\n"
    assert capsys.readouterr() == ("to stdout 🤩\nno end of linelater\n", "to stderr\n")


def test_progress_bars_leave_their_last_state(copy: StreamCopy) -> None:
    copy.start()
    for percent in (0, 50, 100):
        say(f"\r{percent}%", end="")
    say("\r")
    say("done")
    sys.stderr.write("\r1\r2\n")
    copy.stop()
    assert copy.path.read_bytes().decode() == "100%\ndone\n\r1\r2\n"


def test_the_streams_stay_usable(copy: StreamCopy) -> None:
    copy.start()
    assert isinstance(sys.stdout, Tee)
    assert sys.stdout.write("abc\n") == 4
    sys.stdout.writelines(["d", "e\n"])
    assert sys.stdout.isatty() is False
    assert sys.stdout.encoding == sys.stdout._stream.encoding
    assert sys.stdout.writable()
    with pytest.raises(AttributeError):
        _ = sys.stdout.no_such_attribute
    copy.stop()
    assert copy.path.read_text() == "abc\nde\n"


def test_file_descriptors_are_those_of_the_real_streams(in_tmp: Path, run_python) -> None:
    result = run_python(
        """
import subprocess, sys
from pathlib import Path
from lamindb.tracking.streams import StreamCopy
copy = StreamCopy(Path("log.txt"))
copy.start()
print("mine", flush=True)
sys.stdout.buffer.write(b"bytes\\n")
sys.stdout.buffer.flush()
subprocess.run([sys.executable, "-c", "print('of a child')"], stdout=sys.stdout, check=True)
copy.stop()
""",
        cwd=in_tmp,
    )
    assert result.stdout == "mine\nbytes\nof a child\n", result.stderr
    assert (in_tmp / "log.txt").read_text() == "mine\n"


def test_nested(in_tmp: Path) -> None:
    out = sys.stdout
    outer, inner = StreamCopy(in_tmp / "outer.txt"), StreamCopy(in_tmp / "inner.txt")
    outer.start()
    say("1")
    inner.start()
    say("2")
    inner.stop()
    say("3")
    outer.stop()
    assert outer.path.read_text() == "1\n2\n3\n"
    assert inner.path.read_text() == "2\n"
    assert sys.stdout is out


def test_overlapping(in_tmp: Path) -> None:
    """As functions in two threads may begin and end."""
    out = sys.stdout
    first, second = StreamCopy(in_tmp / "first.txt"), StreamCopy(in_tmp / "second.txt")
    first.start()
    say("1")
    second.start()
    say("2")
    first.stop()
    say("3")
    second.stop()
    say("4")
    assert first.path.read_text() == "1\n2\n"
    assert second.path.read_text() == "2\n3\n"
    assert sys.stdout is out


def test_many_threads(copy: StreamCopy) -> None:
    copy.start()
    threads = [
        threading.Thread(target=lambda i=i: [say(f"{i}" * 50) for _ in range(200)])
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    copy.stop()
    text = copy.path.read_text()
    assert len(text) == 4 * 200 * 51
    assert set(text) == set("0123\n")


def test_no_streams(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs without a console have none."""
    monkeypatch.setattr(sys, "stdout", None)
    copy = StreamCopy(in_tmp / "log.txt")
    copy.start()
    sys.stderr.write("to stderr\n")
    copy.stop()
    assert sys.stdout is None
    assert copy.path.read_text() == "to stderr\n"


def test_unpickling_does_not_recurse() -> None:
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.loads(pickle.dumps(Tee(sys.stdout, StreamCopy(Path("a")), shows_final_state=True)))
    with pytest.raises(AttributeError):
        _ = Tee.__new__(Tee).anything


def test_a_killed_process_leaves_what_it_printed(in_tmp: Path) -> None:
    code = """
import os, signal
from pathlib import Path
from lamindb.tracking.streams import StreamCopy
StreamCopy(Path("log.txt")).start()
print("before")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    assert Path("log.txt").read_text() == "before\n"
