"""Formats of installed packages: found by entry points, and harmless if they are broken."""

import importlib
import sys
from importlib.metadata import version

import pytest

from lamindb.base.suffixes import CanonicalSuffix
from lamindb.storage.formats import infer_suffix, load_to_memory, registry, write_to_disk
from lamindb.storage.formats.registry import find_format, suffix_of, supported_suffixes
from lamindb.storage.memory import is_in_memory

MOLECULES = """
from lamindb.storage.abc import Format

class Molecule:
    def __init__(self, atoms):
        self.atoms = atoms

class MoleculeFormat(Format):
    suffixes = (".mol3", ".v2.mol3", ".csv")
    otype = "Molecule"

    def load(self, path, **kwargs):
        with open(path) as file:
            return Molecule(file.read().split())

    def write(self, obj, path, **kwargs):
        with open(path, "w") as file:
            file.write(" ".join(obj.atoms))

    def accepts(self, obj):
        return isinstance(obj, Molecule)
"""


def install(folder, name, code, *suffixes, target="MoleculeFormat"):
    """What pip leaves of a package with entry points."""
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{suffix} = {name}:{target}" for suffix in suffixes]
    (info / "entry_points.txt").write_text("\n".join(["[lamindb.formats]", *lines, ""]))


CANONICAL_SETS = ("simple_formats", "composite_formats")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages; what they register is forgotten."""
    known = {name: set(getattr(CanonicalSuffix, name)) for name in CANONICAL_SETS}
    for name, suffixes in known.items():
        monkeypatch.setattr(CanonicalSuffix, name, suffixes)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    forget()
    yield folder
    forget()


def forget():
    for module in ("broken", "molecules"):
        sys.modules.pop(module, None)
    importlib.invalidate_caches()
    for cached in (registry._entry_points, registry._load, registry._warn_once):
        cached.cache_clear()


def test_installed_package(site, tmp_path):
    install(site, "molecules", MOLECULES, "mol3", "v2.mol3")
    assert version("molecules") == "1.0"
    assert suffix_of("x.mol3") == (".mol3", ".mol3")
    assert suffix_of("x.v2.mol3") == (".v2.mol3", ".v2.mol3")
    from molecules import Molecule

    water = Molecule(["H", "H", "O"])
    assert is_in_memory(water)
    assert infer_suffix(water) == ".mol3"
    write_to_disk(water, tmp_path / "x.v2.mol3")
    assert load_to_memory(tmp_path / "x.v2.mol3").atoms == ["H", "H", "O"]
    assert {".mol3", ".v2.mol3"} <= set(supported_suffixes())


def test_package_is_imported_on_first_use(site, capsys):
    install(site, "molecules", MOLECULES + "\nprint('imported')", "mol3")
    assert suffix_of("x.mol3")[0] == ".mol3"
    assert find_format(".csv") is not None
    assert capsys.readouterr().out == ""
    assert find_format(".mol3") is not None
    assert capsys.readouterr().out == "imported\n"


def test_built_in_formats_cannot_be_replaced(site):
    """The class claims .csv; neither that nor an entry point for it counts."""
    install(site, "molecules", MOLECULES, "mol3", "csv")
    assert type(find_format(".mol3")).__name__ == "MoleculeFormat"
    assert type(find_format(".csv")).__name__ == "Csv"


BROKEN = [
    ("import a_missing_dependency", "MoleculeFormat", "a_missing_dependency"),
    ("1 / 0", "MoleculeFormat", "ZeroDivisionError"),
    (MOLECULES, "NoSuchName", "NoSuchName"),
    ("MoleculeFormat = int", "MoleculeFormat", "has to be a subclass"),
    (MOLECULES.replace(".mol3", ".mol4"), "MoleculeFormat", "suffixes lacks '.mol3'"),
    (MOLECULES.replace("def load", "def no_load"), "MoleculeFormat", "abstract"),
    (MOLECULES.replace('".csv"', '"csv"'), "MoleculeFormat", "starting with a dot"),
]


@pytest.mark.parametrize(("code", "target", "problem"), BROKEN, ids=[case[2] for case in BROKEN])
def test_broken_package(site, tmp_path, capsys, code, target, problem):
    install(site, "broken", code, "mol3", target=target)
    install(site, "molecules", MOLECULES, "v2.mol3")
    from molecules import Molecule

    for _ in range(2):
        assert infer_suffix(Molecule(["H"]), "v2.mol3") == ".v2.mol3"
        assert is_in_memory(Molecule(["H"]))
        with pytest.raises(NotImplementedError, match=r"There is no loader for \.mol3 files"):
            load_to_memory(tmp_path / "x.mol3")
    output = capsys.readouterr().out
    assert output.startswith("! ignoring format '.mol3' of package 'broken': ")
    assert problem in output
    assert output.count("!") == 1


def test_format_that_fails_on_objects_of_others(site, capsys):
    code = MOLECULES.replace("isinstance(obj, Molecule)", "obj.atoms > []")
    install(site, "molecules", code, "mol3")
    assert not is_in_memory(object())
    with pytest.raises(NotImplementedError, match="Do not know how to create an Artifact from int"):
        infer_suffix(1)
    assert (
        "! ignoring format MoleculeFormat of molecules: AttributeError" in capsys.readouterr().out
    )


def test_artifact_in_a_fresh_interpreter(site, instance, run_python):
    install(site, "molecules", MOLECULES, "mol3")
    code = f"""
import sys
sys.path.insert(0, {str(site)!r})
import lamindb as ln
from molecules import Molecule
artifact = ln.Artifact(Molecule(["H", "H", "O"]), key="water.mol3", run=False).save()
loaded = ln.Artifact.get(key="water.mol3").load()
print(artifact.suffix, artifact.otype, loaded.atoms)
"""
    result = run_python(code)
    assert result.stdout.splitlines()[-1:] == [".mol3 Molecule ['H', 'H', 'O']"], result.stderr
