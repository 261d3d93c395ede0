"""The clocks of stores, as far as they are ahead of the local one.

The time of an object comes from the clock of its store, the time of a local file from ours.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from lamindb.setup.filesystems import bucket_of

__all__ = ["note", "time_at"]

_ahead: dict[tuple[str, str, str], float] = {}


def note(url: str, date: str | None) -> None:
    """Remember what a store said about the time.

    Parameters
    ----------
    url : str
        A location in it.
    date : str or None
        Of its answer, say, `"Mon, 23 Nov 2026 01:07:00 GMT"`.
    """
    if date is None:
        return
    try:
        ahead = parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return
    _ahead[bucket_of(url)] = max(0, ahead)


def time_at(url: str) -> float:
    """Return a time that is not earlier than that of anything uploaded until now.

    Parameters
    ----------
    url : str
        A location in the store.

    Returns
    -------
    float
        Seconds since 1970.

    Example
    -------
    >>> time_at("s3://bucket") > 1.7e9
    True
    """
    return time.time() + _ahead.get(bucket_of(url), 0)
