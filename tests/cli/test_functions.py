"""The package `lamin_cli` as a module of functions, as R uses it."""

from __future__ import annotations

import inspect

import pytest

import lamin_cli as lc
from lamindb import __version__, errors


def test_public_names():
    names = {"connect", "delete", "disconnect", "init", "login", "logout"}
    assert {name for name in dir(lc) if not name.startswith("_")} == names
    assert lc.__version__ == __version__
    for name in names:
        function = getattr(lc, name)
        assert callable(function)
        for parameter in inspect.signature(function).parameters.values():
            # R copies the defaults, so they have to be literals
            if parameter.default is not parameter.empty:
                assert parameter.default is None or type(parameter.default) in (bool, str)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'inti'"):
        lc.inti  # noqa: B018


def test_importing_it_imports_neither_lamindb_nor_click(run_python, in_tmp):
    code = "import sys, lamin_cli; print({'lamindb', 'click'} & set(sys.modules))"
    assert run_python(code).stdout == "set()\n"


@pytest.mark.parametrize("modules", ["bionty", ["bionty"], ("bionty",)])
def test_init_takes_modules_as_text_and_as_list(run_python, in_tmp, modules):
    code = (
        "import lamin_cli as lc\n"
        f"lc.init(storage='./mydata', modules={modules!r})\n"
        "import lamindb as ln\n"
        "print(ln.setup.settings.instance.modules)"
    )
    result = run_python(code)
    assert result.returncode == 0, result.stderr
    *_, initialized, shown = result.stdout.splitlines()
    assert initialized == "→ initialized lamindb: anonymous/mydata"
    assert shown == "{'bionty'}"


def test_connect_disconnect_delete_in_one_process(run_python, in_tmp):
    code = (
        "import lamin_cli as lc\n"
        "lc.init(storage='./a', name='a')\n"
        "lc.init(storage='./b', name='b')\n"
        "lc.disconnect(here=True)\n"
        "lc.connect('a')\n"
        "lc.disconnect()\n"
        "lc.delete('b', force=True)\n"
    )
    result = run_python(code)
    assert result.returncode == 0, result.stderr
    text = result.stdout
    for line in ("connected lamindb: anonymous/a", "disconnected instance: anonymous/a",
                 "deleted instance anonymous/b"):  # fmt: skip
        assert line in text
    assert not (in_tmp / "b").exists()
    assert (in_tmp / "a/.lamindb/lamin.db").is_file()


def test_errors_are_exceptions(in_tmp):
    with pytest.raises(errors.InstanceNotFoundError):
        lc.connect("nobody/nothing")
    with pytest.raises(errors.InstanceNotFoundError):
        lc.delete("nobody/nothing", force=True)
    with pytest.raises(errors.InvalidArgument, match="Which instance"):
        lc.delete("instance")
    with pytest.raises(errors.InvalidArgument, match="Two names"):
        lc.delete("one", "two")
    with pytest.raises(ImportError, match="nosuchmodule"):
        lc.init(storage="./x", modules="nosuchmodule")
    assert list(in_tmp.iterdir()) == []
