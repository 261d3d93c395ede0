"""The current branch and space."""

from __future__ import annotations

import pytest

from lamindb.errors import CurrentInstanceNotConfigured, ObjectDoesNotExist
from lamindb.setup import files, init, settings


@pytest.fixture
def branch(instance):
    import lamindb as ln

    return ln.Branch(name="my_branch").save()


def test_main_and_all_at_first(instance, count_queries):
    with count_queries() as queries:
        assert (settings.branch_id, settings.space_id) == (1, 1)
        assert (settings.branch_name, settings.space_name) == ("main", "all")
    assert queries.count == 0
    assert settings.branch.uid == "m" * 12
    assert settings.space.uid == "a" * 12


@pytest.mark.parametrize("form", ["record", "name", "uid"])
def test_forms_of_a_branch(branch, in_tmp, new_process, form):
    settings.branch = {"record": branch, "name": branch.name, "uid": branch.uid}[form]
    path = in_tmp / ".lamin" / "current_branch"
    assert path.read_text() == f"{branch.uid}\nmy_branch"
    new_process()
    assert settings.branch == branch
    assert settings.branch_id == branch.id
    assert settings.branch_name == "my_branch"


def test_a_space(instance, in_tmp):
    import lamindb as ln

    space = ln.Space(name="my_space").save()
    settings.space = "my_space"
    assert (in_tmp / ".lamin" / "current_space").read_text() == f"{space.uid}\nmy_space"
    assert settings.space == space
    assert settings.space_id == space.id


def test_the_id_of_a_branch_costs_one_query(branch, count_queries):
    settings.branch = branch
    with count_queries() as queries:
        assert [settings.branch_id for _ in range(3)] == [branch.id] * 3
    assert queries.count == 1


def test_outside_of_a_development_folder(branch, monkeypatch, tmp_path_factory, in_tmp):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    settings.branch = "my_branch"
    path = files.settings_dir() / "current-branch--anonymous--test.txt"
    assert path.read_text() == f"{branch.uid}\nmy_branch"
    assert not (in_tmp / ".lamin" / "current_branch").exists()


@pytest.mark.parametrize(
    ("kind", "value", "error", "message"),
    [
        (
            "branch",
            "gone",
            ObjectDoesNotExist,
            "Branch 'gone' does not exist. To create and switch, ",
        ),
        ("space", "gone", ObjectDoesNotExist, "Space 'gone' does not exist."),
        ("branch", 3, ValueError, "branch must be a Branch, a name or a uid, got 3"),
        ("branch", None, ValueError, "branch must be a Branch, a name or a uid, got None"),
    ],
)
def test_bad_values_change_nothing(instance, in_tmp, kind, value, error, message):
    with pytest.raises(error, match=message):
        setattr(settings, kind, value)
    assert settings.branch_name == "main"
    assert [p.name for p in (in_tmp / ".lamin").iterdir()] == ["current_instance"]


def test_the_error_is_that_of_the_registry(instance):
    import lamindb as ln

    with pytest.raises(ln.Branch.DoesNotExist):
        settings.branch = "gone"


def test_an_unsaved_record_is_refused(instance):
    import lamindb as ln

    with pytest.raises(ValueError, match=r"branch 'new' isn't saved: call .save\(\) first"):
        settings.branch = ln.Branch(name="new")


def test_a_record_of_another_registry_is_refused(instance):
    with pytest.raises(ValueError, match="branch must be a Branch"):
        settings.branch = settings.space


def test_a_branch_that_is_gone(branch, in_tmp, new_process, printed):
    settings.branch = branch
    branch.delete(permanent=True)
    new_process()
    printed()
    assert settings.branch_id == 1
    assert "! branch 'my_branch' does not exist any more, using 'main'" in printed()
    assert (in_tmp / ".lamin" / "current_branch").read_text() == f"{'m' * 12}\nmain"


@pytest.mark.parametrize("content", [b"", b"uid-without-name", b"\xff"])
def test_a_damaged_file_counts_as_none(instance, in_tmp, content):
    (in_tmp / ".lamin" / "current_branch").write_bytes(content)
    assert settings.branch_name == "main"


def test_each_instance_has_its_own(in_tmp, monkeypatch, tmp_path_factory):
    from lamindb.setup.connection import connect

    init(storage="./a")
    init(storage="./b")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    settings.branch = "archive"
    connect("a")
    assert settings.branch_name == "main"
    connect("b")
    assert settings.branch_name == "archive"


def test_without_instance(in_tmp):
    assert (settings.branch.id, settings.branch.name) == (1, "main")
    for use in (
        lambda: settings.space,
        lambda: setattr(settings, "branch", "main"),
        lambda: setattr(settings, "space", "all"),
    ):
        with pytest.raises(CurrentInstanceNotConfigured):
            use()
