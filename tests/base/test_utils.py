from pathlib import Path

import pytest

import lamindb.base
from lamindb.base.utils import (
    class_and_instance_method,
    concrete_model,
    deprecated,
    doc_args,
    get_registry_name,
    strict_classmethod,
)


class Meta:
    app_label = "lamindb"


class Registry:
    """Has what a Django model has."""

    _meta = Meta()

    @class_and_instance_method
    def describe(cls_or_self, suffix=""):
        """Describe it."""
        return ("class" if isinstance(cls_or_self, type) else "instance") + suffix

    @strict_classmethod
    def get(cls, uid, *, using=None):
        """Get one."""
        return cls, uid, using

    @deprecated("to_dataframe")
    def df(self):
        """Old name."""
        return "data"

    @property
    @deprecated("kind")
    def type(self):
        return "dataset"


Registry._meta.concrete_model = Registry


class ULabel(Registry):
    pass


def test_deprecated_warns_at_the_caller():
    with pytest.warns(
        DeprecationWarning, match="Use to_dataframe instead of df, df is deprecated"
    ) as warned:
        assert Registry().df() == "data"
    assert warned[0].filename == __file__
    assert Registry.df.__doc__ == "Old name."
    assert Registry.df.__deprecated__ == "to_dataframe"


def test_deprecated_property():
    with pytest.warns(DeprecationWarning, match="Use kind instead of type") as warned:
        assert Registry().type == "dataset"
    assert warned[0].filename == __file__


def test_class_and_instance_method():
    assert Registry.describe() == "class"
    assert Registry().describe("!") == "instance!"
    assert Registry.describe.__doc__ == "Describe it."


def test_strict_classmethod():
    assert Registry.get("abc", using="x") == (Registry, "abc", "x")
    assert ULabel.get("abc") == (ULabel, "abc", None)
    assert Registry.get.__doc__ == "Get one."


def test_strict_classmethod_on_an_instance():
    with pytest.raises(TypeError) as error:
        ULabel().get("abc")
    assert str(error.value) == (
        "ULabel.get() is a class method and must be called on the ULabel class,"
        " not on a ULabel object"
    )


def test_clients_can_walk_over_the_attributes_of_an_instance():
    record = ULabel()
    assert callable(record.get)
    assert record.get.__doc__ == "Get one."


def test_doc_args():
    @doc_args("a", "b")
    def function():
        """First {}.

        Second {}.
        """

    assert function.__doc__ == "First a.\n\nSecond b."


def test_registry_names():
    assert concrete_model(Registry) is Registry
    assert concrete_model(ULabel()) is Registry
    assert get_registry_name(ULabel) == "Registry"


def test_registry_name_of_another_module():
    class BiontyMeta:
        app_label = "bionty"

    class CellType:
        _meta = BiontyMeta()

    BiontyMeta.concrete_model = CellType
    assert get_registry_name(CellType()) == "bionty.CellType"


@pytest.mark.parametrize("call", [concrete_model, get_registry_name])
def test_no_registry(call):
    with pytest.raises(TypeError, match="expected a registry or a record, got 'text'"):
        call("text")


def test_submodules_are_found_on_first_use(run_python):
    result = run_python(
        "import lamindb.base\n"
        "print(lamindb.base.uids.base62(3).isalnum())\n"
        "import sys; print('lamindb.base.fields' in sys.modules)\n"
    )
    assert result.stdout.splitlines()[-2:] == ["True", "False"], result.stderr


def test_all_submodules_are_listed():
    folder = Path(lamindb.base.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert set(lamindb.base.__all__) <= files
    assert dir(lamindb.base) == sorted(lamindb.base.__all__)


def test_unknown_submodule():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lamindb.base.nothing  # noqa: B018


def test_nothing_heavy_is_imported(run_python):
    names = [name for name in lamindb.base.__all__ if name != "fields"]
    result = run_python(
        f"import sys, importlib\nfor name in {names!r}:\n"
        "    importlib.import_module(f'lamindb.base.{name}')\n"
        "import lamindb.errors\n"
        "heavy = {'django', 'numpy', 'pandas', 'pyarrow', 'rich', 'fsspec', 'upath'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr
