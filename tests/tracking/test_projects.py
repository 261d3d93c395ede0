"""What is saved while `ln.track(project=…)` is live belongs to the project."""

from __future__ import annotations

from pathlib import Path

import lamindb as ln


def test_everything_saved_in_the_run_is_labelled(instance) -> None:
    project = ln.Project(name="Immune atlas").save()
    ln.track(key="analysis.py", source_code="print(1)", project="Immune atlas")
    run = ln.context.run
    label = ln.ULabel(name="treated").save()
    Path("a.txt").write_text("a")
    artifact = ln.Artifact("a.txt", key="a.txt").save()
    ln.save([ln.ULabel(name=name) for name in ("a", "b")])
    ln.finish()
    later = ln.ULabel(name="later").save()

    assert label.projects.one() == artifact.projects.one() == project
    assert ln.Run.filter(project=project).one() == run
    assert ln.Artifact.filter(projects=project).to_list("key") == ["a.txt"]
    assert run.transform.projects.one() == project
    assert ln.ULabel.filter(projects=project).count() == 3
    assert later.projects.count() == 0
