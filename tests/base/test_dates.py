from datetime import datetime, timedelta, timezone

import pytest

from lamindb.base import dates

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15", datetime(2026, 3, 15, tzinfo=UTC)),
        ("2026-03-15 20:52", datetime(2026, 3, 15, 20, 52, tzinfo=UTC)),
        ("2026-03-15T20:52:06", datetime(2026, 3, 15, 20, 52, 6, tzinfo=UTC)),
        ("2026-03-15T20:52:06Z", datetime(2026, 3, 15, 20, 52, 6, tzinfo=UTC)),
        ("2026-03-15T22:52:06.071000+02:00", datetime(2026, 3, 15, 20, 52, 6, 71000, tzinfo=UTC)),
    ],
)
def test_parse(text, expected):
    parsed = dates.parse_datetime(text)
    assert parsed == expected
    assert parsed.tzinfo is not None


@pytest.mark.parametrize("text", ["", "Z", "tomorrow", "2026-13-01", "15.03.2026"])
def test_parse_something_else(text):
    with pytest.raises(ValueError, match="is not an ISO datetime: write it like"):
        dates.parse_datetime(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15T20:52:06+00:00", True),
        ("2026-03-15 20:52:06.071000", True),
        ("2026-03-15T20:52:06Z", True),
        ("2026-03-15T20:52", True),
        ("2026-03-15", False),
        ("20260315", False),
        ("20260315T205206", False),
        ("2026-03-15T99:52:06", False),
        ("2026-03-15 is a date", False),
        ("a name", False),
        ("", False),
    ],
)
def test_is_iso_datetime(text, expected):
    assert dates.is_iso_datetime(text) is expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 3, 15, 20, 52, 6, 71000), "2026-03-15 20:52:06 UTC"),
        (
            datetime(2026, 3, 15, 22, 52, 6, tzinfo=timezone(timedelta(hours=2))),
            "2026-03-15 20:52:06 UTC",
        ),
        (None, "None"),
    ],
)
def test_format_datetime(value, text):
    assert dates.format_datetime(value) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0s"),
        (0.9, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (timedelta(minutes=3, seconds=5), "3m"),
        (timedelta(hours=1, minutes=59), "1h"),
        (timedelta(days=2, hours=23), "2d"),
    ],
)
def test_format_duration(duration, text):
    assert dates.format_duration(duration) == text


def test_now_is_utc():
    now = dates.utc_now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)
