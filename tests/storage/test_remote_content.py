import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lamindb.base.hashing import FileHash, b16_to_b64, hash_dir, hash_string
from lamindb.storage.content import describe_path, glance, matches
from lamindb.storage.paths import create_path
from lamindb.storage.remote_content import hash_of_object

MIB = 1024 * 1024
HEX = "9b89c8c1acf79dba5b5341d1fff9806f"
ENCODED = "m4nIwaz3nbpbU0HR__mAbw"


@pytest.mark.parametrize(
    ("protocol", "info", "expected"),
    [
        ("s3", {"ETag": f'"{HEX}"'}, (ENCODED, "md5")),
        ("s3", {"ETag": HEX.upper()}, (ENCODED, "md5")),
        ("s3", {"ETag": f'"{HEX}-12"'}, (ENCODED, "md5-12")),
        ("s3", {"ETag": '"of-another-kind"'}, (hash_string("of-another-kind"), "md5-etag")),
        ("s3", {"ETag": ""}, (None, None)),
        ("gs", {"md5Hash": "m4nIwaz3nbpbU0HR//mAbw==", "etag": "x"}, (ENCODED, "md5")),
        ("gs", {"md5Hash": "ab+/////////////////AA=="}, ("ab-_________________AA", "md5")),
        ("gs", {"etag": "CJ+a="}, (hash_string("CJ+a="), "md5-etag")),
        ("hf", {"blob_id": HEX + "01234567"}, (b16_to_b64(HEX + "01234567")[:22], "sha1")),
        ("hf", {"etag": "x"}, (None, None)),
        ("https", {"ETag": f'"{HEX}"'}, (hash_string(HEX), "md5-etag")),
        ("https", {}, (None, None)),
    ],
)
def test_hash_of_what_a_store_says(protocol, info, expected):
    found = hash_of_object(protocol, info)
    assert found == expected
    assert found[0] is None or len(found[0]) == 22


def test_object_in_s3_hashes_as_the_local_file(bucket, tmp_path):
    for size in (0, 3, 5 * MIB):
        (tmp_path / "file").write_bytes(b"x" * size)
        bucket.put("a/file", b"x" * size)
        remote, local = glance(bucket.url("a/file")), describe_path(tmp_path / "file")
        assert (remote.size, remote.n_files) == (size, None)
        assert remote.content() == local
        assert remote.content().signature == remote.signature
    assert matches(bucket.url("a/file"), local.hash, "md5")
    assert not matches(bucket.url("a/file"), ENCODED, "md5")
    with pytest.raises(ValueError, match="cannot compute a hash of type 'sha256'"):
        matches(bucket.url("a/file"), ENCODED, "sha256")


def put_in_parts(bucket, key, parts):
    name = {"Bucket": bucket.name, "Key": key}
    upload = bucket.client.create_multipart_upload(**name)["UploadId"]
    done = []
    for number, part in enumerate(parts, start=1):
        answer = bucket.client.upload_part(**name, UploadId=upload, PartNumber=number, Body=part)
        done.append({"PartNumber": number, "ETag": answer["ETag"]})
    bucket.client.complete_multipart_upload(
        **name, UploadId=upload, MultipartUpload={"Parts": done}
    )


def test_object_in_parts(bucket):
    parts = [b"a" * 5 * MIB, b"b" * 5 * MIB, b"c"]
    put_in_parts(bucket, "large.bin", parts)
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    content = describe_path(bucket.url("large.bin"))
    assert content.size == 10 * MIB + 1
    assert content.hash == b16_to_b64(hashlib.md5(digests).hexdigest())
    assert content.hash_type == "md5-3"


FILES = {"a.txt": b"a", "sub/b.txt": b"abc", "sub/deep/ü 1.txt": b"", "z.bin": b"z" * MIB}


@pytest.fixture
def study(bucket, tmp_path):
    """The same folder on the local disk and in a bucket."""
    for key, data in FILES.items():
        path = tmp_path / "study" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        bucket.put(f"prefix/study/{key}", data)
    bucket.put("prefix/study-2/other.txt", b"another folder whose name starts in the same way")
    bucket.put("prefix/study/")  # some tools write objects that stand for a folder
    return tmp_path / "study"


def test_folder_in_s3_hashes_as_the_local_folder(bucket, study):
    remote, local = glance(bucket.url("prefix/study")), glance(study)
    assert (remote.size, remote.n_files) == (local.size, local.n_files) == (MIB + 4, 4)
    assert remote.content() == local.content()
    assert remote.content().manifest == local.content().manifest
    assert remote.paths_digest() == local.paths_digest() == local.content().manifest.paths_digest()
    assert matches(bucket.url("prefix/study"), local.content().hash, "md5-d")


def test_path_object_of_a_folder(bucket, study):
    path = create_path(bucket.url("prefix/study"))
    assert describe_path(path) == describe_path(study)


def test_change_in_s3_shows_at_once(bucket, study):
    url = bucket.url("prefix/study")
    before = glance(url)
    assert glance(url) == before
    bucket.put("prefix/study/a.txt", b"b")
    after = glance(url)
    assert (after.size, after.signature != before.signature) == (before.size, True)
    assert after.content().hash != before.content().hash
    file = glance(bucket.url("prefix/study/a.txt"))
    bucket.put("prefix/study/a.txt", b"c")
    assert glance(bucket.url("prefix/study/a.txt")).signature != file.signature


def test_large_folder_takes_few_requests(bucket, monkeypatch):
    for i in range(30):
        bucket.put(f"many/{i % 5}/{i}.txt", b"x")
    requests = []
    from botocore.awsrequest import AWSRequest

    real = AWSRequest.prepare
    monkeypatch.setattr(
        AWSRequest, "prepare", lambda self: requests.append(self.method) or real(self)
    )
    assert describe_path(bucket.url("many")).n_files == 30
    assert 0 < len(requests) < 10  # one per file would be 30


def test_missing_in_s3(bucket):
    bucket.put("folder/file.txt", b"x")
    for key in ("folder/missing.txt", "fold", "missing/"):
        with pytest.raises(FileNotFoundError):
            describe_path(bucket.url(key))
    with pytest.raises(FileNotFoundError):
        describe_path(f"s3://no-such-bucket/x?endpoint_url={bucket.endpoint_url}")


def test_store_that_does_not_answer(s3_credentials):
    with pytest.raises(OSError):
        glance("http://127.0.0.1:9/data.csv")


class Handler(BaseHTTPRequestHandler):
    """A web server whose files have an ETag only if their name says so."""

    def do_HEAD(self):
        if "missing" in self.path:
            self.send_error(404)
            return
        if "forbidden" in self.path:
            self.send_error(403)
            return
        if self.path.endswith("/study"):  # as servers do for a folder
            self.send_response(301)
            self.send_header("Location", f"{self.path}/")
            self.end_headers()
            return
        self.send_response(200)
        if self.path.endswith("/"):
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(b'<a href="sized-tagged.csv">1</a><a href="sized.tagged.b">2</a>')
            return
        if "sized" in self.path:
            self.send_header("Content-Length", "3")
        if "tagged" in self.path:
            self.send_header("ETag", '"v1"')
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *args):
        pass


@pytest.fixture
def web():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_file_on_the_web(web, capsys):
    content = describe_path(f"{web}/sized-tagged.csv?version=2")
    assert (content.size, content.n_files) == (3, None)
    assert (content.hash, content.hash_type) == (hash_string("v1"), "md5-etag")
    assert capsys.readouterr().out == ""


def test_file_on_the_web_without_etag(web, capsys):
    seen = glance(f"{web}/sized.csv")
    content = seen.content()
    assert (content.size, content.hash, content.hash_type) == (3, None, None)
    assert seen.content() is content
    assert capsys.readouterr().out == f"! did not add hash for {web}/sized.csv\n"


def test_file_on_the_web_without_size(web):
    content = describe_path(f"{web}/tagged.csv")
    assert (content.size, content.hash) == (None, hash_string("v1"))


def test_folder_on_the_web(web):
    content = describe_path(f"{web}/study/")
    children = [FileHash(hash_string("v1"), "md5-etag", 3)] * 2
    assert (content.size, content.n_files, content.hash_type) == (6, 2, "md5-d")
    assert content.hash == hash_dir(children).hash


def test_errors_of_the_web(web):
    with pytest.raises(FileNotFoundError):
        describe_path(f"{web}/missing.csv")
    with pytest.raises(OSError):
        describe_path(f"{web}/forbidden.csv")


def test_store_without_hashes(capsys):
    import fsspec

    fsspec.filesystem("memory").pipe("/study/a.txt", b"abc")
    content = describe_path("memory://study")
    assert (content.size, content.hash, content.n_files) == (3, None, 1)
    assert capsys.readouterr().out == "! did not add hash for memory://study\n"
