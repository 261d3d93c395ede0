import os
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lamindb.storage.cache import fetch
from lamindb.storage.transfer import download, synchronize
from tests.storage.transfer.contents import content_of
from tests.support.flaky_proxy import FlakyProxy


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def web(study):
    """Address of a web server whose root is the folder `study`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=study))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_file(web, study, tmp_path):
    download(f"{web}/raw/with%20space.txt", tmp_path / "out" / "file.txt")
    assert content_of(tmp_path / "out") == {"file.txt": b"1"}


def test_folder_with_an_index_page(web, study, tmp_path):
    download(f"{web}/raw", tmp_path / "out")
    assert content_of(tmp_path / "out") == content_of(study / "raw")


@pytest.mark.parametrize(("local", "expected"), [(b"local", b"a,b\n"), (b"same", b"same")])
def test_sizes_decide(web, tmp_path, local, expected):
    """Servers need not tell times."""
    target = tmp_path / "meta.csv"
    target.write_bytes(local)
    os.utime(target, (time.time(), time.time() + 1000))
    assert synchronize(f"{web}/meta.csv", target) is (local != expected)
    assert target.read_bytes() == expected
    assert synchronize(f"{web}/meta.csv", target) is False


def test_cached(web):
    path = fetch(f"{web}/meta.csv")
    assert path.parts[-2:] == (web.removeprefix("http://"), "meta.csv")
    assert path.read_text() == "a,b\n"


def test_cut_connection_is_tried_again(web, study, tmp_path):
    (study / "large.bin").write_bytes(os.urandom(1_000_000))
    with FlakyProxy(web) as proxy:
        proxy.cut_response(after=500_000, matching="GET")
        proxy.answer_503(matching="GET")
        download(f"{proxy.url}/large.bin", tmp_path / "large.bin")
        assert proxy.count("GET") == 3
    assert (tmp_path / "large.bin").read_bytes() == (study / "large.bin").read_bytes()


def test_nothing_there(web, tmp_path):
    with pytest.raises(FileNotFoundError):
        download(f"{web}/missing.csv", tmp_path / "missing.csv")
    with pytest.raises(FileNotFoundError):
        synchronize(f"{web}/missing.csv", tmp_path / "missing.csv")
    assert not (tmp_path / "missing.csv").exists()
