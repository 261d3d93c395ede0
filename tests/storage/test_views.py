from pathlib import Path

import pytest

from lamindb.storage.paths import UPath, create_path
from lamindb.storage.views import file_tree


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    write(
        folder,
        "z.csv",
        "raw/2.jpg",
        "raw/1.jpg",
        "raw/deep/3.png",
        "analysis/result.xyz",
        "analysis/a.csv",
    )
    (folder / "empty").mkdir()
    return folder


def lines(path, **options):
    return file_tree(path, **options).splitlines()


def test_tree(study):
    assert lines(study) == [
        "4 sub-directories & 5 files with suffixes '', '.csv', '.jpg'",
        str(study),
        "├── analysis/",
        "│   ├── a.csv",
        "│   └── result.xyz",
        "├── empty/",
        "├── raw/",
        "│   ├── 1.jpg",
        "│   ├── 2.jpg",
        "│   └── deep/",
        "└── z.csv",
    ]


def test_all_levels(study):
    tree = lines(study, level=-1)
    assert tree[0] == "4 sub-directories & 6 files with suffixes '', '.csv', '.jpg', '.png'"
    assert tree[-3:] == ["│   └── deep/", "│       └── 3.png", "└── z.csv"]


def test_one_level(study):
    assert lines(study, level=1) == [
        "3 sub-directories & 1 files with suffixes '.csv'",
        str(study),
        "├── analysis/",
        "├── empty/",
        "├── raw/",
        "└── z.csv",
    ]


def test_last_folder_has_no_guide(study):
    (study / "z.csv").unlink()
    assert lines(study)[-4:] == ["└── raw/", "    ├── 1.jpg", "    ├── 2.jpg", "    └── deep/"]


def test_only_folders(study):
    assert lines(study, only_dirs=True, level=-1) == [
        "4 sub-directories & 0 files",
        str(study),
        "├── analysis/",
        "├── empty/",
        "└── raw/",
        "    └── deep/",
    ]


def test_singular_and_empty(study):
    assert lines(study / "empty") == ["0 sub-directories & 0 files", str(study / "empty")]
    assert lines(study / "raw")[0].startswith("1 sub-directory & 3 files")


def test_many_files_of_a_type_are_abbreviated(tmp_path):
    write(tmp_path, *(f"{i}.jpg" for i in range(5)), "meta.csv", "sub/a.jpg", "sub/b.jpg")
    assert lines(tmp_path, n_max_files_per_dir_and_type=3) == [
        "1 sub-directory & 8 files with suffixes '.csv', '.jpg'",
        str(tmp_path),
        "├── 0.jpg",
        "├── 1.jpg",
        "...",
        "├── meta.csv",
        "└── sub/",
        "    ├── a.jpg",
        "    └── b.jpg",
    ]


def test_hundredth_file_is_abbreviated_by_default(tmp_path):
    write(tmp_path, *(f"sub/{i:03}.jpg" for i in range(102)))
    tree = lines(tmp_path)
    assert tree[0] == "1 sub-directory & 102 files with suffixes '.jpg'"
    assert tree[-2:] == ["    ├── 098.jpg", "    ..."]


def test_too_many_files(tmp_path):
    write(tmp_path, *(f"{i}.jpg" for i in range(5)), "sub/a.csv")
    assert lines(tmp_path, n_max_files=2) == [
        "1 sub-directory & 6 files with suffixes '.csv', '.jpg'",
        str(tmp_path),
        "├── 0.jpg",
        "├── 1.jpg",
        "... only showing 2 out of 6 files",
    ]
    assert "only showing" not in file_tree(tmp_path, n_max_files=6)


def test_include_paths(study):
    tree = lines(study, include_paths={study / "raw", str(study / "analysis" / "a.csv")}, level=-1)
    assert tree[0] == "3 sub-directories & 4 files with suffixes '.csv', '.jpg', '.png'"
    assert "│   └── a.csv" in tree
    assert "└── raw/" in tree
    assert not any("z.csv" in line or "empty" in line or "result" in line for line in tree)


def test_skip_suffixes(study):
    (study / "cells.zarr").mkdir()
    tree = lines(study, skip_suffixes=[".jpg", ".xyz", ".zarr"], level=-1)
    assert tree[0] == "4 sub-directories & 3 files with suffixes '.csv', '.png'"


def test_links_to_folders_are_not_entered(study):
    (study / "raw/back").symlink_to(study)
    tree = lines(study, level=-1)
    assert tree[0].startswith("5 sub-directories & 6 files")
    assert "│   ├── back/" in tree


def test_errors(study):
    with pytest.raises(FileNotFoundError):
        file_tree(study / "missing")
    with pytest.raises(NotADirectoryError):
        file_tree(study / "z.csv")


def test_relative_path_is_resolved(study, monkeypatch):
    monkeypatch.chdir(study)
    assert lines(Path("."), level=1)[1] == str(study)


def test_method_prints(study, capsys):
    create_path(study).view_tree(level=1)
    Path(study).view_tree(level=1)
    expected = file_tree(study, level=1) + "\n"
    assert capsys.readouterr().out == expected * 2


def test_tree_of_any_file_system(capsys):
    root = UPath("memory://tree")
    write(root, "raw/1.jpg", "raw/deep/2.jpg", "meta.csv")
    root.view_tree()
    assert capsys.readouterr().out.splitlines() == [
        "2 sub-directories & 2 files with suffixes '.csv', '.jpg'",
        "memory://tree",
        "├── meta.csv",
        "└── raw/",
        "    ├── 1.jpg",
        "    └── deep/",
    ]
