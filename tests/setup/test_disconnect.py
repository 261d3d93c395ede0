"""`disconnect`: this session, the global default, or the working folder."""

from __future__ import annotations

import os

import pytest

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup import disconnect, files, init, settings
from lamindb.setup.connection import connect
from lamindb.setup.session import auto_connect, require_instance

HOW_TO_CONNECT = """\
No instance is connected! Call
- CLI:     lamin connect / lamin init
- Python:  ln.connect()  / ln.setup.init()
- R:       ln$connect()  / ln$setup$init()"""


def test_disconnect(three, printed, new_process):
    connect()
    printed()
    assert disconnect() is None
    assert printed() == ["✓ disconnected instance: anonymous/c"]
    assert not files.current_instance_file().exists()
    assert settings.instance.slug == "none/none"
    disconnect()
    assert printed() == ["• no instance loaded"]
    new_process()
    auto_connect()
    assert settings.instance.slug == "none/none"


def test_disconnect_of_another_instance_keeps_the_global_default(three):
    connect("a")
    disconnect()
    assert files.current_instance_file().exists()


def test_disconnect_without_output(three, printed):
    connect()
    printed()
    disconnect(mute=True)
    assert printed() == []


def test_disconnect_inside_a_development_folder_holds_for_the_session(three, monkeypatch, printed):
    monkeypatch.chdir(three / "a")
    auto_connect()
    printed()
    disconnect()
    marker = three / "a" / ".lamin" / "current_instance"
    assert printed() == [
        "✓ disconnected instance: anonymous/a",
        f"! this directory stays connected to anonymous/a via {marker};"
        " run: lamin disconnect --here",
    ]
    assert settings.instance.slug == "none/none"
    with pytest.raises(CurrentInstanceNotConfigured) as error:
        require_instance()
    assert str(error.value) == HOW_TO_CONNECT


def test_disconnect_with_a_damaged_global_default(in_tmp, printed):
    init(storage="./data")
    files.current_instance_file().write_text("nonsense")
    disconnect()
    assert not files.current_instance_file().exists()


def test_disconnect_here(three, monkeypatch, printed):
    (three / "a" / "b" / "sub").mkdir()
    monkeypatch.chdir(three / "a" / "b" / "sub")
    auto_connect()
    settings.branch = "archive"
    printed()
    disconnect(here=True)
    assert printed() == [f"✓ disconnected {three / 'a' / 'b'} from anonymous/b"]
    assert not (three / "a" / "b" / ".lamin").exists()
    assert (three / "a" / ".lamin" / "current_instance").exists()
    assert files.current_instance_file().exists()
    assert settings.instance.slug == "anonymous/b", "the session goes on"


def test_disconnect_here_from_an_instance_that_is_gone(in_tmp, printed):
    init(storage="./data")
    files.instance_file("anonymous", "data").unlink()
    (in_tmp / ".lamin" / "mine.txt").touch()
    printed()
    disconnect(here=True)
    assert printed() == [f"✓ disconnected {in_tmp} from anonymous/data"]
    assert os.listdir(in_tmp / ".lamin") == ["mine.txt"]
    disconnect(here=True)
    assert printed() == ["• no local instance marker found"]
