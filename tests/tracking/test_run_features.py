"""`ln.track(features=…)`: values of features of the run."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.errors import ValidationError
from tests.tracking.conftest import Script


@pytest.fixture
def features(instance) -> None:
    ln.Feature(name="temperature", dtype=float).save()
    ln.Feature(name="experiment", dtype=ln.Record).save()
    ln.Feature(name="api_token", dtype=str).save()
    ln.Record(name="Experiment 1").save()


def test_values_and_message(features, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    label = ln.Record.get(name="Experiment 1")
    values = {ln.Feature.get(name="temperature"): 21.6, "experiment": label}
    ln.track(path=script(), features=values, params={"n": 1})
    run = ln.context.run
    ln.finish()
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("→ params: n=1")
    assert lines[at + 1] == "→ features: temperature=21.6, experiment='Experiment 1'"
    assert run.features.get_values() == {"temperature": 21.6, "experiment": "Experiment 1"}
    assert ln.Run.filter(temperature=21.6, experiment="Experiment 1").one() == run
    assert ln.Run.filter(temperature__gt=22).count() == 0


def test_secrets_are_not_shown(
    features, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    ln.track(path=script(), features={"api_token": "abcdefgh"})
    ln.finish()
    assert "→ features: api_token='***REDACTED***'" in capsys.readouterr().out


def test_a_resumed_run_has_the_new_values(features, script: Script) -> None:
    for value in (21.6, 22.6):
        ln.track(path=script(), features={"temperature": value}, new_run=False)
    assert ln.Run.filter().one().features.get_values() == {"temperature": 22.6}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"humidity": 1}, "These keys could not be validated: ['humidity']"),
        ({"temperature": "warm"}, "'temperature' (float)='warm'"),
        ({"experiment": "Experiment 2"}, "Experiment 2"),
    ],
)
def test_wrong_values_leave_nothing(features, script: Script, values, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        ln.track(path=script(), features=values)
    assert message in str(error.value)
    assert ln.Run.filter().count() == ln.Transform.filter().count() == 0
    assert ln.context.run is None


def test_unknown_features_show_how_to_create_them(features, script: Script) -> None:
    with pytest.raises(ValidationError, match=r"ln.Feature\(name='humidity', dtype='float'\)"):
        ln.track(path=script(), features={"humidity": 0.5})
