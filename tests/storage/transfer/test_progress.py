import io
import os
import pty
import subprocess
import sys
import time

import pytest

from lamindb.storage.transfer import download, synchronize, upload
from lamindb.storage.transfer.progress import TransferProgress
from tests.storage.transfer.contents import behind


def test_lines(capsys):
    with TransferProgress("uploading", "data.csv") as progress:
        progress.expect(1000)
        for n_bytes in (50, 533):
            progress.add(n_bytes)
            time.sleep(0.3)
        progress.add(417)
    assert capsys.readouterr().out == (
        "\r... uploading data.csv:  5.0%"
        "\r... uploading data.csv: 58.3%"
        "\r... uploading data.csv: 100.0%\n"
    )


def test_four_lines_a_second_at_most(capsys):
    with TransferProgress("uploading", "data.csv") as progress:
        progress.expect(100_000)
        for _ in range(1000):
            progress.add(10)
    assert capsys.readouterr().out.count("\r") == 2


def test_nothing_to_transfer(capsys):
    with TransferProgress("synchronizing", "data.csv"):
        pass
    assert capsys.readouterr().out == ""


def test_failure_ends_the_line(capsys):
    with pytest.raises(RuntimeError), TransferProgress("uploading", "data.csv") as progress:
        progress.expect(100)
        progress.add(50)
        raise RuntimeError
    assert capsys.readouterr().out == "\r... uploading data.csv: 50.0%\n"


def test_silence(capsys):
    with TransferProgress("uploading", "data.csv", is_shown=False) as progress:
        progress.expect(100)
        progress.add(100)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["data.bin", "empty.bin"])
def test_transfers(bucket, tmp_path, capsys, name):
    path = tmp_path / name
    path.write_bytes(b"" if name == "empty.bin" else b"1" * 100)
    upload(path, bucket.url(f"a/{name}"))
    download(bucket.url(f"a/{name}"), tmp_path / "copy")
    synchronize(bucket.url(f"a/{name}"), tmp_path / "other", print_progress=True)
    synchronize(bucket.url(f"a/{name}"), tmp_path / "other", print_progress=True)
    lines = capsys.readouterr().out.splitlines()
    actions = ("uploading", "downloading", "synchronizing")
    assert [line.split("\r")[-1] for line in lines if line] == [
        f"... {action} {name}: 100.0%" for action in actions
    ]


def test_silent_transfers(bucket, tmp_path, capsys):
    (tmp_path / "a").write_bytes(b"1")
    upload(tmp_path / "a", bucket.url("a"), print_progress=False)
    download(bucket.url("a"), tmp_path / "b", print_progress=False)
    synchronize(bucket.url("a"), tmp_path / "c")
    assert capsys.readouterr().out == ""


class Broken(io.StringIO):
    encoding = "ascii"

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, text):
        raise self.error


@pytest.mark.parametrize(
    "stdout",
    [
        None,
        Broken(BrokenPipeError()),
        Broken(ValueError("I/O operation on closed file")),
        Broken(RuntimeError("anything")),
    ],
)
def test_broken_stdout_is_no_matter(bucket, tmp_path, monkeypatch, stdout):
    (tmp_path / "a").write_bytes(b"1" * 100)
    monkeypatch.setattr(sys, "stdout", stdout)
    upload(tmp_path / "a", bucket.url("a"))
    download(bucket.url("a"), tmp_path / "b")
    monkeypatch.undo()
    assert bucket.read("a") == (tmp_path / "b").read_bytes()


def test_closed_stdout_is_no_matter(bucket, tmp_path):
    bucket.put("a", b"1" * 100)
    script = f"""
import os, sys
from lamindb.storage.transfer import download
os.close(1)
download({bucket.url("a")!r}, {str(tmp_path / "a")!r})
os._exit(0)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    assert (tmp_path / "a").read_bytes() == b"1" * 100


def test_name_that_stdout_cannot_encode(tmp_path, monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    with TransferProgress("uploading", "ünï.csv") as progress:
        progress.expect(1)
        progress.add(1)
    assert buffer.getvalue() == b"\r... uploading ?n?.csv: 100.0%\n"
    monkeypatch.undo()


def run_on_terminal(script):
    """What a process writes to a terminal."""
    terminal, end = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", script], stdout=end, stderr=end)
    os.close(end)
    output = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the process has ended
            break
        if not data:
            break
        output += data
    os.close(terminal)
    assert process.wait() == 0, output
    return output.decode()


def test_bar_on_a_terminal(bucket, proxy, tmp_path):
    bucket.put("large.bin", bytes(10_000_000))
    proxy.bytes_per_second = 5_000_000
    url, target = behind(proxy, bucket, "large.bin"), str(tmp_path / "large.bin")
    output = run_on_terminal(
        f"from lamindb.storage.transfer import download; download({url!r}, {target!r})"
    )
    assert "... downloading large.bin" in output
    assert "10.0/10.0 MB" in output
    assert "━" in output
    assert "\r... downloading" not in output


def test_line_on_a_terminal_for_what_is_fast(bucket, tmp_path):
    bucket.put("small.bin", b"1")
    url, target = bucket.url("small.bin"), str(tmp_path / "small.bin")
    output = run_on_terminal(
        f"from lamindb.storage.transfer import download; download({url!r}, {target!r})"
    )
    assert output == "\r... downloading small.bin: 100.0%\r\n"
