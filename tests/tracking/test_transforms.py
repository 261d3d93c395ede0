"""Which transform and which version a file is: edits, reverts, renames, copies, uids."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path

import pytest

import lamindb as ln
from lamindb.errors import InvalidArgument, UpdateContext
from tests.tracking.conftest import Script


def track(path: Path, uid: str | None = None, **kwargs: object) -> ln.Transform:
    """Track a file and finish; returns the transform."""
    ln.track(uid, path=path, **kwargs)
    transform = ln.context.transform
    ln.finish()
    assert transform is not None
    return transform


def stem_and_suffix(transform: ln.Transform) -> tuple[str, str]:
    return transform.uid[:12], transform.uid[12:]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What was logged since the last call."""
    return lambda: capsys.readouterr().out


@pytest.fixture
def other_user(instance) -> Callable[[ln.Transform], None]:
    """Make a transform somebody else's."""
    user = ln.User(handle="somebody", uid="00000001").save()

    def give(transform: ln.Transform) -> None:
        ln.Transform.objects.filter(pk=transform.pk).update(created_by=user)

    return give


# -- the table of outcomes -----------------------------------------------------------------------


def test_unchanged(instance, script: Script) -> None:
    first, second = track(script()), track(script())
    assert first == second
    assert first.uid.endswith("0000")
    assert (first.key, first.kind, first.source_code) == ("train.py", "script", "x = 1\n")
    assert ln.Run.filter(transform=first).count() == 2


def test_edit(instance, script: Script, said) -> None:
    first = track(script(code="x = 1"))
    said()
    second = track(script(code="x = 2"))
    assert stem_and_suffix(second) == (first.uid[:12], "0001")
    assert (second.key, second.source_code, second.is_latest) == ("train.py", "x = 2", True)
    assert not ln.Transform.get(first.uid).is_latest
    assert said().startswith("→ found script train.py, making new version\n→ created Transform('")


def test_revert_the_edit(instance, script: Script) -> None:
    first = track(script(code="x = 1"))
    second = track(script(code="x = 2"))
    assert track(script(code="x = 1")) == first
    assert ln.Transform.get(second.uid).is_latest
    assert track(script(code="x = 3")).uid.endswith("0002")
    assert ln.Transform.filter().count() == 3


def test_description_is_inherited(instance, script: Script) -> None:
    ln.context.description = "My script"
    track(script(code="x = 1"))
    assert track(script(code="x = 2")).description == "My script"


def test_rename(instance, script: Script, said) -> None:
    first = track(script("a.py"))
    Path("a.py").rename("b.py")
    said()
    second = track(Path("b.py"))
    assert (second.uid, second.key) == (first.uid, "b.py")
    out = said()
    assert "different key a.py, which does not exist any more: taking it for renamed to b.py" in out
    assert f"→ renaming transform a.py to b.py, loaded Transform('{first.uid}', key='b.py')" in out
    assert ln.Transform.get(first.uid).key == "b.py"


def test_move_to_another_folder(instance, script: Script) -> None:
    first = track(script("a.py"))
    Path("deep").mkdir()
    Path("a.py").rename("deep/a.py")
    second = track(Path("deep/a.py"))
    assert (second.uid, second.key) == (first.uid, "deep/a.py")


def test_copy(instance, script: Script, said) -> None:
    first = track(script("a.py"))
    said()
    second = track(script("b.py"))
    assert second.stem_uid != first.stem_uid
    assert (second.key, second.uid[12:]) == ("b.py", "0000")
    assert "different key a.py, which still exists: taking b.py for a copy" in said()


def test_renaming_one_of_two_copies(instance, script: Script) -> None:
    first, second = track(script("a.py")), track(script("b.py"))
    Path("b.py").rename("c.py")
    assert track(Path("c.py")).uid == second.uid
    assert ln.Transform.get(first.uid).key == "a.py"


def test_same_content_below_another_folder_is_known_by_the_end_of_its_key(
    instance, script: Script
) -> None:
    first = track(script("deep/a.py"))
    assert track(script("a.py")) == first
    assert ln.Transform.get(first.uid).key == "deep/a.py"


def test_a_new_key_for_the_same_file(instance, script: Script) -> None:
    first = track(script("a.py"))
    second = track(Path("a.py"), key="my/pipeline")
    assert (second.uid, second.key) == (first.uid, "my/pipeline")


@pytest.mark.parametrize(("answer", "is_rename"), [("1", True), ("2", False)])
def test_a_person_at_the_terminal_is_asked(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch, answer: str, is_rename: bool
) -> None:
    first = track(script("a.py"))
    asked: list[str] = []
    answers = iter(["what?", answer])
    monkeypatch.setattr(builtins, "input", lambda text: asked.append(text) or next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    second = track(script("b.py"))
    assert (second.uid == first.uid) is is_rename
    assert asked == 2 * [
        "Found transform with same hash but different key: a.py. Did you rename your script to "
        "b.py (1) or intentionally made a copy (2)? "
    ]


def test_without_a_terminal_nobody_is_asked(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "input", lambda _: pytest.fail("asked"))
    track(script("a.py"))
    track(script("b.py"))


def test_tests_of_users_answer_rename(
    instance, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = track(script("a.py"))
    monkeypatch.setenv("LAMIN_TESTING", "true")
    assert track(script("b.py")).uid == first.uid


# -- by key --------------------------------------------------------------------------------------


def test_the_longest_key_that_is_part_of_the_path(instance, script: Script, said) -> None:
    deep = track(script("x/b/a.py", "deep"))
    short = track(script("b/a.py", "short"))
    assert deep.stem_uid != short.stem_uid
    said()
    elsewhere = script("y/x/b/a.py", "changed")
    found = track(elsewhere, key="a.py")
    assert stem_and_suffix(found) == (deep.stem_uid, "0001")
    assert found.key == "x/b/a.py"


def test_same_filename_in_a_different_folder(instance, script: Script, said) -> None:
    first = track(script("deep/same.py", "1"))
    said()
    second = track(script("same.py", "2"))
    assert second.stem_uid != first.stem_uid
    assert said().startswith(
        "→ ignoring transform(s) with same filename in different folder:\n"
        f"    {first.uid} (deep/same.py)\n"
    )


def test_whole_path_components_are_compared(instance, script: Script, said) -> None:
    track(script("xa/same.py", "1"))
    said()
    track(script("a/same.py", "2"))
    out = said()
    assert "ignoring" not in out
    assert out.startswith("→ created Transform('")


def test_what_is_in_the_trash_is_not_found(instance, script: Script) -> None:
    first = track(script())
    first.delete()
    ln.Run.filter(transform=first).delete()
    second = track(script(code="changed"))
    assert second.stem_uid != first.stem_uid


# -- drafts --------------------------------------------------------------------------------------


def test_my_draft_gets_the_source_code(instance, script: Script) -> None:
    draft = ln.Transform(key="train.py", kind="script").save()
    found = track(script())
    assert found == draft
    assert ln.Transform.get(draft.uid).source_code == "x = 1\n"
    assert ln.Transform.get(draft.uid).hash is not None


def test_draft_of_somebody_else(instance, script: Script, other_user, said) -> None:
    draft = ln.Transform(key="train.py", kind="script").save()
    other_user(draft)
    said()
    found = track(script())
    assert stem_and_suffix(found) == (draft.stem_uid, "0001")
    assert said().startswith(
        "→ found script train.py, making new version -- somebody already works on this draft\n"
    )


# -- uids ----------------------------------------------------------------------------------------

STEM = "abcdEFGH1234"


def test_unknown_stem(instance, script: Script, said) -> None:
    assert track(script(), STEM).uid == f"{STEM}0000"
    assert "recommendation" not in said()


def test_stem_of_an_edited_file(instance, script: Script) -> None:
    track(script(), STEM)
    assert track(script(code="edited"), STEM).uid == f"{STEM}0001"


def test_stem_of_a_reverted_file(instance, script: Script) -> None:
    track(script(code="x = 1"), STEM)
    track(script(code="x = 2"), STEM)
    assert track(script(code="x = 1"), STEM).uid == f"{STEM}0000"
    assert ln.Transform.filter().count() == 2


def test_stem_of_a_renamed_file(instance, script: Script, said) -> None:
    track(script("a.py"), STEM)
    said()
    found = track(script("b.py"), STEM)
    assert (found.uid, found.key) == (f"{STEM}0000", "b.py")
    assert (
        f"→ renaming transform a.py to b.py, loaded Transform('{STEM}0000', key='b.py')" in said()
    )


def test_stem_of_a_renamed_and_edited_file(instance, script: Script, said) -> None:
    track(script("a.py"), STEM)
    said()
    found = track(script("b.py", "edited"), STEM)
    assert (found.uid, found.key) == (f"{STEM}0001", "b.py")
    assert ln.Transform.get(f"{STEM}0000").key == "a.py"
    assert f"→ renaming transform a.py to b.py, created Transform('{STEM}0001'" in said()


def test_a_new_stem_for_a_known_key_begins_a_family(instance, script: Script) -> None:
    first = track(script(code="x = 1"))
    second = track(script(code="x = 2"), STEM)
    assert second.uid == f"{STEM}0000"
    assert ln.Transform.get(first.uid).is_latest


def test_stem_in_the_trash(instance, script: Script) -> None:
    track(script(), STEM).delete()
    assert track(script(code="edited"), STEM).uid == f"{STEM}0001"


def test_full_uid(instance, script: Script) -> None:
    assert track(script(), f"{STEM}0000").uid == f"{STEM}0000"
    assert track(script(), f"{STEM}0000").uid == f"{STEM}0000"
    assert track(script(code="edited"), f"{STEM}0001").uid == f"{STEM}0001"
    assert not ln.Transform.get(f"{STEM}0000").is_latest


def test_full_uid_in_the_context(instance, script: Script) -> None:
    """As in older notebooks."""
    ln.context.uid = f"{STEM}0000"
    ln.context.version = "1"
    found = track(script())
    assert (found.uid, found.version) == (f"{STEM}0000", "1")
    assert ln.context.uid is None


@pytest.mark.parametrize(
    ("uid", "message"),
    [
        (f"{STEM}0000", '✗ source code changed, please update the `uid` argument in `track()` to '
         f'"{STEM}0002"'),
        (f"{STEM}0007", f"✗ there is no Transform('{STEM}0007') yet, please update the `uid` "
         f'argument in `track()` to "{STEM}0002"'),
    ],
)  # fmt: skip
def test_full_uid_that_can_not_be_used(instance, script: Script, uid: str, message: str) -> None:
    track(script(), STEM)
    track(script(code="edited"), STEM)
    n_runs = ln.Run.filter().count()
    with pytest.raises(UpdateContext) as error:
        track(script(code="edited once more"), uid)
    assert str(error.value) == message
    assert (ln.Transform.filter().count(), ln.Run.filter().count()) == (2, n_runs)


def test_full_uid_of_somebody_elses_draft(instance, script: Script, other_user) -> None:
    draft = ln.Transform(key="train.py", kind="script").save()
    other_user(draft)
    with pytest.raises(UpdateContext, match="✗ somebody already works on this draft, please") as e:
        track(script(), draft.uid)
    assert f'"{draft.stem_uid}0001", or begin a new transform with "' in str(e.value)


def test_full_uid_in_the_trash(instance, script: Script) -> None:
    transform = track(script(), STEM)
    transform.delete()
    with pytest.raises(UpdateContext, match=r"is in the trash, please .* \"abcdEFGH12340001\""):
        track(script(), transform.uid)


@pytest.mark.parametrize("uid", ["", "short", "abcdEFGH123", "abcdEFGH123400000", "abcd-FGH1234"])
def test_uids_of_the_wrong_form(instance, script: Script, uid: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        track(script(), uid)
    text = str(error.value)
    assert text.startswith(f'Please pass an auto-generated uid instead of "{uid}".')
    suggested = text.split('ln.track("')[1].removesuffix('")')
    assert track(script(), suggested).stem_uid == suggested


# -- version tags --------------------------------------------------------------------------------


def test_version_tags(instance, script: Script) -> None:
    ln.context.version = "1.0"
    first = track(script())
    assert first.version == "1.0"
    ln.context.version = "1.0"
    assert track(script()) == first
    ln.context.version = "1.1"
    assert track(script(code="edited")).version == "1.1"


def test_a_tag_for_an_existing_version(instance, script: Script) -> None:
    first = track(script())
    ln.context.version = "1"
    track(script())
    assert ln.Transform.get(first.uid).version_tag == "1"


def test_another_tag_for_an_existing_version(instance, script: Script) -> None:
    ln.context.version = "1"
    track(script())
    ln.context.version = "2"
    with pytest.raises(ValueError, match="already tagged with version 1, but you passed 2"):
        track(script())
    assert ln.Run.filter().count() == 1


def test_a_tag_of_another_version(instance, script: Script) -> None:
    for version, code in (("1.9", "a"), ("1.10", "b")):
        ln.context.version = version
        track(script(code=code))
    first = ln.Transform.get(version_tag="1.9", is_latest=False)
    ln.context.version = "1.9"
    with pytest.raises(SystemExit) as error:
        track(script(code="c"))
    assert str(error.value) == (
        f"✗ version '1.9' is already taken by Transform('{first.uid}'); please set another "
        "version, e.g., ln.context.version = '1.11'"
    )
    assert ln.Transform.filter().count() == 2
    assert ln.context.version is None


@pytest.mark.parametrize(
    ("tag", "suggested"), [("alpha", "alpha2"), ("v9", "v10"), ("1-rc", "2-rc")]
)
def test_suggested_tags(instance, script: Script, tag: str, suggested: str) -> None:
    ln.context.version = tag
    track(script())
    ln.context.version = tag
    with pytest.raises(SystemExit, match=f"ln.context.version = '{suggested}'"):
        track(script(code="edited"))


def test_a_tag_that_is_no_text(instance, script: Script) -> None:
    ln.context.version = 1  # type: ignore[assignment]
    with pytest.raises(ValueError, match="`version` parameter must be `None` or `str`"):
        track(script())
    assert ln.Transform.filter().count() == 0


# -- secrets and other sources -------------------------------------------------------------------


def test_secrets_are_not_stored_but_hashed(instance, script: Script, said) -> None:
    first = track(script(code='token = "abc"\n'))
    assert first.source_code == 'token = "***REDACTED***"\n'
    out = said()
    assert (
        "! redacted 1 secret-looking assignment(s) before persisting transform source code" in out
    )
    assert track(script(code='token = "abc"\n')) == first
    assert track(script(code='token = "xyz"\n')).uid.endswith("0001")


def test_code_strings(instance, said) -> None:
    def track_code(code: str, **kwargs: str) -> ln.Transform:
        ln.track(source_code=code, key="steps/one", **kwargs)  # type: ignore[arg-type]
        transform = ln.context.transform
        ln.finish()
        assert transform is not None
        return transform

    first = track_code("x = 1")
    assert (first.kind, first.key, first.source_code) == ("function", "steps/one", "x = 1")
    assert first.runs.get().environment is not None
    assert track_code("x = 1") == first
    assert track_code("x = 2").uid == f"{first.stem_uid}0001"
    assert track_code("x = 3", kind="pipeline").kind == "pipeline"
    assert "recommendation" not in said()


def test_pipelines(instance, said) -> None:
    transform = ln.Transform(key="my_pipeline", version="1.2.0").save()
    said()
    ln.track(transform)
    assert ln.context.transform == transform
    assert said().startswith(
        f"→ loaded Transform('{transform.uid}', key='my_pipeline'), started new"
    )
    ln.track(ln.Transform(key="other_pipeline", kind="function"))
    assert "→ created Transform('" in said()
    assert ln.context.run.transform == ln.Transform.get(key="other_pipeline")


@pytest.mark.parametrize("kind", ["script", "notebook"])
def test_scripts_are_not_passed_as_transforms(instance, kind: str) -> None:
    transform = ln.Transform(key="a.py", kind=kind).save()
    with pytest.raises(ValueError, match=r"Use `ln.track\(\)` without passing transform in a"):
        ln.track(transform)
    assert ln.Run.filter().count() == 0


# -- branches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("uid", [None, STEM])
def test_versions_of_another_branch(instance, script: Script, said, uid: str | None) -> None:
    ln.Branch(name="other").save()
    on_branch = track(script(code="1"), uid, branch="other")
    assert on_branch.branch.name == "other"
    # there can only be one row with this key and hash
    said()
    assert track(script(code="1"), uid) == on_branch
    assert said().startswith(f"→ loaded Transform('{on_branch.uid}'")
    assert ln.Run.get(transform=on_branch, branch__name="main")
    on_main = track(script(code="2"), uid)
    assert on_main.branch.name == "main"
    assert on_main.uid == f"{on_branch.stem_uid}0001"
    assert ln.Transform.get(on_branch.uid).is_latest
