"""Points in time: always aware, naive ones are read as UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

__all__ = ["format_datetime", "format_duration", "is_iso_datetime", "parse_datetime", "utc_now"]


def utc_now() -> datetime:
    """Return the present time.

    Returns
    -------
    datetime.datetime
        Aware, in UTC.

    Example
    -------
    >>> utc_now().tzname()
    'UTC'
    """
    return datetime.now(timezone.utc)


def _as_aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)


def parse_datetime(text: str) -> datetime:
    """Read an ISO 8601 date or datetime.

    Parameters
    ----------
    text : str
        For example `2026-03-15`, `2026-03-15T20:52:06Z`; without offset it means UTC.

    Returns
    -------
    datetime.datetime
        Aware.

    Raises
    ------
    ValueError
        If it is not in ISO format.

    Example
    -------
    >>> parse_datetime("2026-03-15 20:52:06").isoformat()
    '2026-03-15T20:52:06+00:00'
    """
    # Python 3.10 does not know the Z of ISO 8601
    normalized = text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text
    try:
        return _as_aware(datetime.fromisoformat(normalized))
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not an ISO datetime: write it like '2026-03-15T20:52:06+00:00'"
        ) from error


def is_iso_datetime(text: str) -> bool:
    """Tell whether a text is an ISO 8601 datetime with date and time.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        False for a date without time, and for the compact form without hyphens.

    Example
    -------
    >>> is_iso_datetime("2026-03-15T20:52:06Z"), is_iso_datetime("20260315")
    (True, False)
    """
    if len(text) < len("2026-03-15T20:52") or text[4] != "-" or text[10] not in "T ":
        return False
    try:
        parse_datetime(text)
    except ValueError:
        return False
    return True


def format_datetime(value: datetime | None) -> str:
    """Write a point in time for people.

    Parameters
    ----------
    value : datetime.datetime or None
        Naive means UTC.

    Returns
    -------
    str
        `YYYY-MM-DD HH:MM:SS UTC`, or `None`.

    Example
    -------
    >>> format_datetime(parse_datetime("2026-03-15T22:52:06+02:00"))
    '2026-03-15 20:52:06 UTC'
    """
    if value is None:
        return "None"
    return _as_aware(value).astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def format_duration(duration: timedelta | float) -> str:
    """Write a duration by its largest unit that isn't zero.

    Parameters
    ----------
    duration : datetime.timedelta or float
        A float counts seconds.

    Returns
    -------
    str
        Days, hours, minutes or seconds, cut to whole units.

    Example
    -------
    >>> format_duration(185)
    '3m'
    """
    seconds = int(duration.total_seconds() if isinstance(duration, timedelta) else duration)
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
