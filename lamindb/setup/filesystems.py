"""File systems of storage locations: which options a URL stands for, and whose credentials.

Options of a URL come from its query, else from what was said about its bucket in this process, else
from the environment. Without credentials access is anonymous.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path

from lamindb.base.urls import protocol_of, split_query, with_query
from lamindb.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lamindb.base.types import AnyPathStr

PUBLIC_OPTIONS = frozenset(
    {"anon", "endpoint_url", "profile", "region_name", "requester_pays", "use_ssl", "version_aware"}
)
"""Options that may be written down, as part of a URL; others may be secrets."""

EXTRAS = {"gs": "gcs", "hf": "huggingface"}
"""Extra of lamindb that installs the file system of a protocol."""

OWN_CREDENTIALS = frozenset({"anon", "key", "username", "session"})
"""Options of S3 that say whose credentials are used, so that none have to be found."""

HTTP_READ_SECONDS = 60
"""Longest silence; large files may take as long as they need."""

_remembered: dict[tuple[str, str, str], dict[str, Any]] = {}
_with_credentials: set[tuple[Any, ...]] = set()
"""Profile and environment variables that have led to credentials."""


# -- locations -----------------------------------------------------------------------------------


def url_of(path: AnyPathStr) -> str:
    """Write a path as a location: an absolute local path, or a URL with its public options.

    Parameters
    ----------
    path : str or path
        Local path or URL; options of a path object that are no part of a URL, and secrets in a
        URL, are remembered for its bucket in this process.

    Returns
    -------
    str
        Local paths are resolved; URLs have a lower-case protocol, no trailing slash, and sorted
        options.

    Raises
    ------
    InvalidArgument
        If the path isn't valid, or an option is malformed or given twice; it is a `ValueError`.

    Example
    -------
    >>> url_of("S3:///bucket/key/")
    's3://bucket/key'
    """
    text = str(path)
    protocol = protocol_of(text)
    if protocol == "local":
        return _resolved(text)
    try:
        location, options = split_query(text)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    location = f"{protocol}://{location.partition('://')[2].strip('/')}"
    given = {**_options_of_path(path), **options}
    public = {name: _as_text(value) for name, value in given.items() if name in PUBLIC_OPTIONS}
    kept = {name: value for name, value in public.items() if name in options or _is_place(name)}
    url = with_query(location, kept)
    if remaining := {name: value for name, value in given.items() if name not in kept}:
        remember_options(url, remaining)
    return url


def _resolved(text: str) -> str:
    try:
        return str(Path(text.removeprefix("file://")).expanduser().resolve())
    except (RuntimeError, OSError, ValueError) as error:
        raise InvalidArgument(f"{text!r} is not a valid path: {error}") from error


def _options_of_path(path: object) -> dict[str, Any]:
    """Options of a path object; none of text."""
    options = getattr(path, "storage_options", None) or {}
    return {name: value for name, value in options.items() if value is not None}


def _is_place(option: str) -> bool:
    """Whether an option says where a bucket is, rather than how it is accessed."""
    return option == "endpoint_url"


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def bucket_of(url: str) -> tuple[str, str, str]:
    """Return protocol, bucket (or host) and endpoint of a URL.

    Parameters
    ----------
    url : str
        A URL.

    Returns
    -------
    tuple of str
        The endpoint is `""` if the URL names none.

    Example
    -------
    >>> bucket_of("s3://bucket/key?endpoint_url=http://localhost:9000")
    ('s3', 'bucket', 'http://localhost:9000')
    """
    location, options = split_query(url)
    bucket = location.partition("://")[2].partition("/")[0]
    return protocol_of(location), bucket, options.get("endpoint_url", "").rstrip("/")


def remember_options(url: str, options: dict[str, Any]) -> None:
    """Use options for the bucket of a URL from now on; never written anywhere.

    Parameters
    ----------
    url : str
        A URL; other endpoints and other buckets don't get the options.
    options : dict
        Of the file system, say `{"anon": True}`.

    Example
    -------
    >>> remember_options("s3://bucket", {"anon": True})
    """
    _remembered.setdefault(bucket_of(url), {}).update(options)


# -- file systems --------------------------------------------------------------------------------


def open_filesystem(url: str) -> tuple[Any, str]:
    """Return the file system of a location, and the path as the file system wants it.

    Parameters
    ----------
    url : str
        A URL or a local path.

    Returns
    -------
    tuple
        An fsspec file system (the same object for the same options) and a string.

    Raises
    ------
    ImportError
        If the package of the protocol isn't installed; says how to install it.
    InvalidArgument
        If no package knows the protocol.

    Example
    -------
    >>> open_filesystem("memory://folder/a.csv")[1]
    '/folder/a.csv'
    """
    location = split_query(url)[0]
    fs = filesystem_class(protocol_of(location))(**options_of(url))
    path: str = fs._strip_protocol(location)
    return fs, path


def filesystem_class(protocol: str) -> Any:
    """Return the class of the file systems of a protocol; see `open_filesystem`."""
    import fsspec

    try:
        return fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        extra = EXTRAS.get(protocol)
        advice = f" Run: pip install 'lamindb[{extra}]'" if extra else ""
        raise ImportError(f"Cannot access {protocol}://: {error}.{advice}") from error
    except ValueError as error:
        raise InvalidArgument(f"No installed package knows the protocol {protocol}://") from error


def options_of(url: str) -> dict[str, Any]:
    """Return the options of the file system of a URL.

    Parameters
    ----------
    url : str
        A URL or a local path.

    Returns
    -------
    dict
        Options of the query, else those that were remembered for the bucket, else those of the
        environment.

    Example
    -------
    >>> options_of("s3://bucket?anon=true&endpoint_url=http://localhost:9000")["anon"]
    True
    """
    protocol = protocol_of(url)
    query = {name: _as_value(value) for name, value in split_query(url)[1].items()}
    options = {**_remembered.get(bucket_of(url), {}), **query}
    complete = {"s3": _s3_options, "gs": _gs_options, "http": _http_options, "https": _http_options}
    return complete[protocol](options) if protocol in complete else options


def _as_value(text: str) -> str | bool:
    return {"true": True, "false": False}.get(text.lower(), text)


def _s3_options(options: dict[str, Any]) -> dict[str, Any]:
    """See https://s3fs.readthedocs.io and https://boto3.amazonaws.com, "Credentials"."""
    endpoint = options.setdefault("endpoint_url", _s3_endpoint_of_environment())
    if endpoint is None:
        del options["endpoint_url"]
    if region := options.pop("region_name", None):
        options["client_kwargs"] = {**options.get("client_kwargs", {}), "region_name": region}
    is_forced = os.environ.get("LAMIN_S3_ANON", "").lower() == "true"
    if is_forced or not (OWN_CREDENTIALS & options.keys() or _has_aws_credentials(options)):
        options["anon"] = True
    return {
        "cache_regions": endpoint is None,
        # botocore puts its own name together for every request, which is a tenth of the work
        "config_kwargs": {"max_pool_connections": 64, "user_agent": "lamindb"},
        **options,
    }


def _s3_endpoint_of_environment() -> str | None:
    """Endpoint of all buckets, see https://docs.aws.amazon.com/sdkref, "Service-specific"."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def _has_aws_credentials(options: dict[str, Any]) -> bool:
    """Whether credentials are configured; looking for them takes 10 ms if there are none."""
    variables = [item for item in os.environ.items() if item[0].startswith("AWS_")]
    place = (options.get("profile"), *sorted(variables))
    if place not in _with_credentials and _find_aws_credentials(options.get("profile")):
        _with_credentials.add(place)
    return place in _with_credentials


def _find_aws_credentials(profile: str | None) -> bool:
    """Ask botocore; it uses the network on machines of AWS only."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    session = botocore.session.Session(profile=profile)
    try:
        resolver = session.get_component("credential_provider")
        if not _is_machine_of("Amazon EC2"):
            resolver.remove("iam-role")  # would wait for an address that only AWS has
        return resolver.load_credentials() is not None
    except BotoCoreError as error:
        raise InvalidArgument(f"Cannot use the AWS configuration: {error}") from error


def _is_machine_of(vendor: str) -> bool:
    try:
        return vendor in Path("/sys/class/dmi/id/sys_vendor").read_text()
    except OSError:
        return False


def _gs_options(options: dict[str, Any]) -> dict[str, Any]:
    """See https://cloud.google.com/docs/authentication/application-default-credentials."""
    is_anonymous = options.pop("anon", None)
    if is_anonymous is None:
        is_anonymous = "token" not in options and not _has_google_credentials()
    return {**options, "token": "anon"} if is_anonymous else options


def _has_google_credentials() -> bool:
    """Whether credentials are configured, or the machine has some; without any network."""
    folder = os.environ.get("CLOUDSDK_CONFIG") or Path.home() / ".config" / "gcloud"
    return (
        "GOOGLE_APPLICATION_CREDENTIALS" in os.environ
        or Path(folder, "application_default_credentials.json").is_file()
        or _is_machine_of("Google")
    )


def _http_options(options: dict[str, Any]) -> dict[str, Any]:
    import aiohttp

    timeouts = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=HTTP_READ_SECONDS)
    return {"client_kwargs": {"timeout": timeouts, "trust_env": True}, **options}


def is_anonymous(url: str) -> bool:
    """Whether a location is accessed without credentials.

    Parameters
    ----------
    url : str
        A URL.

    Returns
    -------
    bool
        False for protocols that have no credentials.

    Example
    -------
    >>> is_anonymous("s3://bucket?anon=true")
    True
    """
    options = options_of(url)
    return options.get("anon") is True or options.get("token") == "anon"


def bucket_region(url: str) -> str | None:
    """Ask an S3 endpoint for the region of a bucket.

    Parameters
    ----------
    url : str
        A URL.

    Returns
    -------
    str or None
        None if the endpoint doesn't say, and for other protocols.

    Example
    -------
    >>> bucket_region("s3://lamindata")  # doctest: +SKIP
    'us-east-1'
    """
    if protocol_of(url) != "s3":
        return None
    fs = open_filesystem(url)[0]
    try:
        with store_errors(url):
            response = fs.call_s3("head_bucket", Bucket=bucket_of(url)[1])
    except OSError as error:  # a refusal names the region too
        response = _s3_response(error)
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region: str | None = response.get("BucketRegion") or headers.get("x-amz-bucket-region")
    return region


# -- errors --------------------------------------------------------------------------------------


@contextmanager
def store_errors(url: str) -> Iterator[None]:
    """Raise errors of a store as what they would be on a local disk.

    Parameters
    ----------
    url : str
        The location, for the message.

    Raises
    ------
    FileNotFoundError, PermissionError, ConnectionError, OSError
        In place of the errors of botocore, aiohttp, gcsfs and others.

    Example
    -------
    >>> with store_errors("s3://bucket/key"):
    ...     content = fs.cat_file("bucket/key")
    """
    try:
        yield
    except Exception as error:
        translated = _translated(error, url)
        if translated is error:
            raise
        raise translated from error


def _translated(error: Exception, url: str) -> Exception:
    if isinstance(error, NotImplementedError):
        return PermissionError(errno.EROFS, "Read-only file system", url)
    package = type(error).__module__.partition(".")[0]
    status = _status_of(error)
    text = f"{url}: {error}"
    is_refused = status in (401, 403) or isinstance(error, PermissionError)
    if is_refused or type(error).__name__ in ("NoCredentialsError", "RefreshError"):
        return _refusal(error, url)
    if status == 404:
        return error if isinstance(error, FileNotFoundError) else FileNotFoundError(text)
    if package in ("botocore", "aiobotocore", "aiohttp", "httpx", "requests", "gcsfs", "google"):
        is_plain = isinstance(error, (ConnectionError, TimeoutError))
        return error if is_plain else ConnectionError(f"Cannot access {text}")
    return error


def _refusal(error: Exception, url: str) -> PermissionError:
    """Say what was refused and what to do about it."""
    place = split_query(url)[0]
    if isinstance(error, PermissionError) and place in str(error):
        return error
    advice = "the credentials in use don't allow it"
    if protocol_of(url) in ("s3", "gs") and is_anonymous(url):
        advice = "access is anonymous: configure credentials, or pass them with the path"
    return PermissionError(errno.EACCES, f"Access was refused ({error}); {advice}", place)


def _status_of(error: Exception) -> int | None:
    """HTTP status, wherever a package keeps it."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status"), (response, "status_code"), (error, "code")):
        status = getattr(holder, name, None)
        if isinstance(status, int):
            return status
    return None


def _s3_response(error: BaseException | None) -> dict[str, Any]:
    """What an S3 endpoint answered, if that is what an error comes from."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            return response
        error = error.__cause__
    return {}


def s3_error_code(error: BaseException) -> str | None:
    """Return the code of an error of an S3 endpoint, say `"PreconditionFailed"`.

    Parameters
    ----------
    error : Exception
        As raised by the file system.

    Returns
    -------
    str or None
        None if it is another error.

    Example
    -------
    >>> s3_error_code(OSError("disk full")) is None
    True
    """
    code: str | None = _s3_response(error).get("Error", {}).get("Code")
    return code
