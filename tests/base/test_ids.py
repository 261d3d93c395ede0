import uuid

import pytest

from lamindb.base.ids import instance_id, instance_uid


def test_identity_follows_from_the_slug():
    id = instance_id("anonymous/lamindb-tutorial")
    assert id == uuid.UUID("b7aa51c3391153ceb0f6b339babffe3c")
    assert instance_uid(id) == "5WCoFhciyw3n"


def test_placeholder_while_nothing_is_connected():
    assert instance_uid(uuid.UUID(int=0)) == "6FzkxtOpgftZ"


@pytest.mark.parametrize("slug", ["a/b", "a/B", "ä/b c"])
def test_slugs_differ(slug):
    assert instance_id(slug) != instance_id("a/c")
    assert len(instance_uid(instance_id(slug))) == 12
