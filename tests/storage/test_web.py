"""Files on a real web server on loopback."""

import os
import threading
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lamindb.storage import stores
from lamindb.storage.listing import list_objects
from lamindb.storage.paths import UPath
from lamindb.storage.views import file_tree
from lamindb.storage.web import children_on_page

APACHE_PAGE = """<html><title>Index of /data</title><table>
<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><a href="/">Parent Directory</a></td></tr>
<tr><td><a href="a.csv">a.csv</a></td><tr><td><a href="raw/">raw/</a></td></tr>
<a href="https://example.com/b.csv">elsewhere</a> <a name="here">here</a> <a href="#here">top</a>
</table></html>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; `requests` has what was asked for, `statuses` answers of some paths."""

    requests: list[str]
    statuses: dict[str, int]

    def send_head(self):
        self.requests.append(f"{self.command} {self.path}")
        status = self.statuses.get(f"{self.command} {self.path}") or self.statuses.get(self.path)
        if status:
            self.send_error(status)
            return None
        return super().send_head()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A web server of the folder `.folder`, at `.url`."""
    folder = tmp_path / "served"
    for name in ("data/a.csv", "data/raw/1.jpg", "data/raw/2 b.jpg", "page.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "page.html").write_text('<a href="/page.html/x.csv">x</a>')
    handler = type("Handler", (Handler,), {"requests": [], "statuses": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    server.folder, server.handler = folder, handler
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_file(server, tmp_path):
    path = UPath(f"{server.url}/data/a.csv")
    assert repr(path) == f"HTTPPath('{server.url}/data/a.csv')"
    assert (path.exists(), path.is_file(), path.is_dir()) == (True, True, False)
    assert stores.exists(path)
    assert path.stat().st_size == len("data/a.csv")
    assert not stores.exists(f"{server.url}/data/missing.csv")
    assert {request.partition(" ")[0] for request in server.handler.requests} == {"HEAD"}
    path.download_to(tmp_path / "copy.csv", print_progress=False)
    assert server.handler.requests.count("GET /data/a.csv") == 1  # no second download
    assert (tmp_path / "copy.csv").read_text() == path.read_text() == "data/a.csv"
    info = stores.info(path)
    assert path.modified.astimezone() == parsedate_to_datetime(info["Last-Modified"])
    with pytest.raises(ValueError, match="only paths that start with s3://"):
        path.to_url()


def test_a_page_is_a_file(server):
    path = UPath(f"{server.url}/page.html")
    assert (path.is_file(), path.is_dir()) == (True, False)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder(server, tmp_path, slash):
    path = UPath(f"{server.url}/data{slash}")
    assert (path.exists(), path.is_dir(), path.is_file()) == (True, True, False)
    assert file_tree(path).splitlines() == [
        "1 sub-directory & 3 files with suffixes '.csv', '.jpg'",
        f"{server.url}/data",
        "├── a.csv",
        "└── raw/",
        "    ├── 1.jpg",
        "    └── 2 b.jpg",
    ]
    objects = list_objects(path)
    assert [(one.key, one.size) for one in objects] == [
        ("a.csv", 10),
        ("raw/1.jpg", 14),
        ("raw/2 b.jpg", 16),
    ]
    assert objects[2].url == f"{server.url}/data/raw/2%20b.jpg"
    assert stores.exists(objects[2].url)
    assert all(one.modified for one in objects)
    path.download_to(tmp_path / "copy", print_progress=False)
    assert (tmp_path / "copy/a.csv").read_text() == "data/a.csv"
    assert sorted(os.listdir(tmp_path / "copy")) == ["a.csv", "raw"]


def test_the_links_that_sort_an_index_page_are_ignored(server):
    (server.folder / "data/index.html").write_text(APACHE_PAGE)
    assert file_tree(UPath(f"{server.url}/data")).splitlines()[2:] == [
        "├── a.csv",
        "└── raw/",
        "    ├── 1.jpg",
        "    └── 2 b.jpg",
    ]
    names = sorted(path.name for path in UPath(f"{server.url}/data/").iterdir() if path.name)
    assert names == ["a.csv", "raw"]
    assert not any("?" in request for request in server.handler.requests)


def test_children_on_page():
    assert children_on_page(APACHE_PAGE, "http://h/data/") == {"a.csv": False, "raw": True}
    page = "<a href='/data/a%20b.csv'>1</a> <a href='./c/'>2</a> <a href='c/d.csv'>3</a>"
    assert children_on_page(page, "http://h/data/") == {"a%20b.csv": False, "c": True}
    assert children_on_page("no links", "http://h/") == {}


def test_a_server_that_answers_to_get_only(server):
    server.handler.statuses["HEAD /data/a.csv"] = 405
    assert stores.info(f"{server.url}/data/a.csv")["size"] == 10


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, PermissionError), (403, PermissionError), (500, ConnectionError)],
)
def test_a_refusal_is_no_missing_file(server, status, error):
    server.handler.statuses["/data/a.csv"] = status
    with pytest.raises(error):
        stores.exists(f"{server.url}/data/a.csv")


def test_an_unreachable_server():
    with pytest.raises(ConnectionError):
        stores.exists("http://127.0.0.1:9/a.csv")


def test_errors_of_view_tree(server):
    with pytest.raises(NotADirectoryError):
        file_tree(UPath(f"{server.url}/data/a.csv"))
    with pytest.raises(FileNotFoundError):
        file_tree(UPath(f"{server.url}/missing"))


def test_a_host_with_its_port_is_a_root(server):
    assert stores.derived_root(f"{server.url}/data/a.csv") == server.url
    assert file_tree(UPath(server.url), level=1).splitlines()[1:] == [
        server.url,
        "├── data/",
        "└── page.html",
    ]


def test_nothing_can_be_written(server):
    with pytest.raises(NotImplementedError):
        UPath(f"{server.url}/data/new.csv").write_text("new")
    assert not (server.folder / "data/new.csv").exists()
