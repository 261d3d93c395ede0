"""What is special about S3: sizes of parts, options of URLs, lists of objects, web addresses."""

from __future__ import annotations

from urllib.parse import quote

from lamindb.base.urls import split_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = [
    "check_options",
    "list_pages",
    "merge_options",
    "needs_equal_parts",
    "part_size",
    "public_url",
]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_MAX_PARTS = 10_000
_STEP = 5 * 1024**2
# smaller parts spend more time on their way than on the wire
_MIN_PART_SIZE = 2 * _STEP

_OPTIONS = frozenset(
    {
        "anon",
        "endpoint_url",
        "fixed_upload_size",
        "key",
        "profile",
        "region_name",
        "requester_pays",
        "secret",
        "token",
        "use_ssl",
        "version_aware",
    }
)
_FLAGS = frozenset({"anon", "fixed_upload_size", "requester_pays", "use_ssl", "version_aware"})
_TRUTH = {"true": True, "false": False}


def part_size(n_bytes: int) -> int:
    """Return the size of the parts that a file is uploaded in: the last one may be smaller.

    Parameters
    ----------
    n_bytes : int
        Size of the file.

    Returns
    -------
    int
        Bytes: a multiple of 5 MiB, so large that there are at most 10 000 parts.

    Example
    -------
    >>> part_size(1024**3) // 1024**2, part_size(1024**4) // 1024**2
    (10, 105)
    """
    steps = -(-n_bytes // (_MAX_PARTS * _STEP))
    return max(steps * _STEP, _MIN_PART_SIZE)


def check_options(options: Mapping[str, str], url: str) -> None:
    """Refuse options in the query of a URL that S3 doesn't have, or with a wrong value.

    Parameters
    ----------
    options : dict
        Names and values as they are written.
    url : str
        Where they are from, for the message.

    Raises
    ------
    ValueError
        If a name is unknown, or a value is neither `true` nor `false` where it has to be.

    Example
    -------
    >>> check_options({"anon": "true"}, "s3://bucket?anon=true")
    """
    for name, value in options.items():
        if name not in _OPTIONS:
            raise ValueError(
                f"option {name!r} in {url!r} is unknown, known are: {', '.join(sorted(_OPTIONS))}"
            )
        if name in _FLAGS and value.lower() not in ("true", "false"):
            raise ValueError(f"option {name!r} in {url!r} is {value!r}, pass true or false")
        if name == "endpoint_url" and not value.startswith(("http://", "https://")):
            raise ValueError(
                f"endpoint_url in {url!r} is {value!r}, it has to start with http:// or https://"
            )


def merge_options(options: dict[str, Any], query: Mapping[str, str], url: str) -> None:
    """Add the options in the query of a URL to others, unless they contradict each other.

    Parameters
    ----------
    options : dict
        Changed in place.
    query : dict
        Names and values as they are written.
    url : str
        Where they are from, for the message.

    Raises
    ------
    ValueError
        If an option has two values.

    Example
    -------
    >>> options = {}
    >>> merge_options(options, {"anon": "true"}, "s3://bucket?anon=true")
    >>> options
    {'anon': True}
    """
    for name, text in query.items():
        value = _TRUTH.get(text.lower(), text)
        if options.setdefault(name, value) != value:
            raise ValueError(
                f"option {name!r} is {text!r} in {url!r}, but {options[name]!r} was passed too:"
                " keep one of them"
            )


def needs_equal_parts(endpoint_url: str | None) -> bool:
    """Whether a store wants all parts of an upload but the last to have one size.

    Parameters
    ----------
    endpoint_url : str or None
        None for Amazon's.

    Returns
    -------
    bool
        True for Cloudflare R2, see https://developers.cloudflare.com/r2/objects/multipart-objects.

    Example
    -------
    >>> needs_equal_parts("https://account.r2.cloudflarestorage.com")
    True
    """
    return ".r2.cloudflarestorage.com" in (endpoint_url or "")


def list_pages(fs: Any, path: str) -> Iterator[list[dict[str, Any]]]:
    """List the objects below a folder at any depth, page by page, past any cache.

    Parameters
    ----------
    fs : s3fs.S3FileSystem
        File system.
    path : str
        Bucket and key of the folder.

    Yields
    ------
    list of dict
        Up to 1000 objects with `name`, `size` and `type`, as from `fs.ls`; without the empty ones
        that stand for a folder.

    Raises
    ------
    FileNotFoundError
        If there is no such bucket.
    PermissionError
        If the list is not public.

    Example
    -------
    >>> next(list_pages(fs, "bucket/folder"))  # doctest: +SKIP
    """
    bucket, key, _ = fs.split_path(path)
    arguments = {"Bucket": bucket, "Prefix": f"{key.rstrip('/')}/" if key else ""}
    while True:
        answer = fs.call_s3("list_objects_v2", **arguments)
        yield [
            {**one, "name": f"{bucket}/{one['Key']}", "size": one["Size"], "type": "file"}
            for one in answer.get("Contents", ())
            if not one["Key"].endswith("/")
        ]
        if not answer.get("IsTruncated"):
            return
        arguments["ContinuationToken"] = answer["NextContinuationToken"]


def public_url(url: str, region: str | None) -> str:
    """Return the web address of an object.

    Parameters
    ----------
    url : str
        Its location: `s3://…`.
    region : str or None
        Of the bucket; None for us-east-1.

    Returns
    -------
    str
        On Amazon's servers, or on those of the `endpoint_url` in the location.

    Example
    -------
    >>> public_url("s3://bucket/a b.csv", "eu-central-1")
    'https://bucket.s3-eu-central-1.amazonaws.com/a%20b.csv'
    """
    location, options = split_query(url)
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if endpoint := options.get("endpoint_url"):
        return f"{endpoint.rstrip('/')}/{bucket}/{quote(key)}".rstrip("/")
    place = "s3" if region in (None, "us-east-1") else f"s3-{region}"
    return f"https://{bucket}.{place}.amazonaws.com/{quote(key)}"
