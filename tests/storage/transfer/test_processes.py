"""Interrupts, forks and memory, in processes of their own."""

import os
import signal
import subprocess
import sys
import time

from tests.storage.transfer.contents import behind
from tests.support.processes import run_python

MIB = 1024**2


def test_ctrl_c_aborts_an_upload(bucket, proxy, tmp_path):
    (tmp_path / "large.bin").write_bytes(os.urandom(60 * MIB))
    proxy.bytes_per_second = 5 * MIB
    url, source = behind(proxy, bucket, "large.bin"), str(tmp_path / "large.bin")
    script = f"from lamindb.storage.transfer import upload; upload({source!r}, {url!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while not proxy.count("PUT .*partNumber="):
        time.sleep(0.01)
    proxy.bytes_per_second = None
    process.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in process.communicate()[1]
    assert bucket.keys() == []
    assert bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", []) == []


def test_ctrl_c_leaves_no_half_download(bucket, proxy, tmp_path):
    bucket.put("small.bin", os.urandom(5 * MIB))
    proxy.bytes_per_second = 2 * MIB
    url, target = behind(proxy, bucket, "small.bin"), tmp_path / "out" / "small.bin"
    script = f"from lamindb.storage.transfer import download; download({url!r}, {str(target)!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while proxy.n_sent < MIB:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in process.communicate()[1]
    assert not target.parent.exists()


def test_after_a_fork(bucket, tmp_path):
    """Workers of a data loader use what their parent has used."""
    (tmp_path / "data.txt").write_text("content")
    script = f"""
import multiprocessing
from lamindb.storage.transfer import download, upload
def work(i):
    url = f"s3://{bucket.name}/data{{i}}.txt?endpoint_url={bucket.endpoint_url}"
    upload({str(tmp_path / "data.txt")!r}, url, print_progress=False)
    download(url, f"{tmp_path}/copy{{i}}.txt", print_progress=False)
work(0)
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(work, range(1, 5))
work(5)
"""
    result = run_python(script)
    assert result.returncode == 0, result.stderr
    assert bucket.keys() == [f"data{i}.txt" for i in range(6)]
    assert len(list(tmp_path.glob("copy*.txt"))) == 6


def test_inside_of_an_event_loop(bucket, tmp_path):
    """Notebooks run one."""
    (tmp_path / "data.txt").write_text("content")
    script = f"""
import asyncio
from lamindb.storage.transfer import upload
async def main():
    upload({str(tmp_path / "data.txt")!r}, {bucket.url("data.txt")!r})
asyncio.run(main())
"""
    result = run_python(script)
    assert result.returncode == 0, result.stderr
    assert bucket.read("data.txt") == b"content"


def test_memory_of_an_upload(rclone_bucket, tmp_path):
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(400 * MIB)
    for i in range(4):
        (tmp_path / f"many{i}").mkdir()
        with (tmp_path / f"many{i}" / "a.bin").open("wb") as file:
            file.truncate(49 * MIB)
    script = f"""
import resource
from lamindb.storage.transfer import upload
upload(__file__ if "__file__" in globals() else "/etc/hostname", {rclone_bucket.url("warm")!r})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
upload({str(tmp_path)!r}, {rclone_bucket.url("all")!r}, print_progress=False)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    result = run_python(script)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.splitlines()[-1]) < 200
    assert len(rclone_bucket.keys("all/")) == 5
