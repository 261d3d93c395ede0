"""`@ln.tracked()`: the name of `@ln.step()` in older releases."""

from __future__ import annotations

import inspect

import pytest

import lamindb as ln


def test_it_is_a_step(instance) -> None:
    with pytest.warns(DeprecationWarning, match=r"@ln.tracked\(\) is called @ln.step\(\) now"):

        @ln.tracked()
        def preprocess(key: str, normalize: bool = True) -> ln.ULabel:
            """Save a label."""
            return ln.ULabel(name=key).save()

    assert preprocess.__doc__ == "Save a label."
    with pytest.raises(RuntimeError, match="Please track the global run context"):
        preprocess("a")
    ln.track(ln.Transform(key="pipeline").save())
    run = preprocess("a").run
    assert run.params == {"key": "a", "normalize": True}
    assert (run.status, run.initiated_by_run) == ("completed", ln.context.run)


def test_arguments() -> None:
    assert list(inspect.signature(ln.tracked).parameters) == ["uid"]
    with (
        pytest.warns(DeprecationWarning),
        pytest.raises(TypeError, match=r"Write @ln.tracked\(\) with parentheses"),
    ):
        ln.tracked(print)


def test_the_name_alone_does_not_warn(recwarn: pytest.WarningsRecorder) -> None:
    assert callable(ln.tracked)
    assert not recwarn.list
