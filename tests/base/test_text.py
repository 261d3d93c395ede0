import pytest

from lamindb.base.text import attribute_name, closest, did_you_mean, listed


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("T cell", "t_cell"),
        ("3D", "ln_3d"),
        ("class", "class_"),
        ("CLASS", "class_"),
        ("CD8-positive, alpha-beta T cell", "cd8_positive_alpha_beta_t_cell"),
        ("_private", "ln__private"),
        ("α-tubulin", "ln__tubulin"),
        ("a__b", "a__b"),
        ("plain", "plain"),
    ],
)
def test_attribute_name(value, name):
    assert attribute_name(value) == name
    assert name.isidentifier()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nam", ["name"]),
        ("ARTIFACT", ["Artifact", "Artifacts"]),
        ("nothing like it", []),
        ("artefacts", ["Artifacts", "Artifact"]),
    ],
)
def test_closest(name, expected):
    assert closest(name, ["Artifact", "Artifacts", "name", "uid"]) == expected


def test_closest_returns_at_most_n():
    assert len(closest("a", ["a", "A"], n=1)) == 1


def test_did_you_mean():
    assert did_you_mean("nam", ["name", "names"]) == " Did you mean 'name', 'names'?"
    assert did_you_mean("xyz", ["name"]) == ""


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        (["a"], "'a'"),
        (["a", 2], "'a', '2'"),
        (["a", "b", "c"], "'a', 'b', ..."),
    ],
)
def test_listed(values, text):
    assert listed(iter(values), n=2) == text
