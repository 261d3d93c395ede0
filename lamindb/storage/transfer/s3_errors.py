"""Errors of S3: which ones may go away, and what they would be on a local disk.

See https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

import asyncio
import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["MISSING_CODES", "UploadGoneError", "as_os_error", "code_of", "is_transient"]

_TRANSIENT_CODES = {
    "BadDigest",
    "InternalError",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "XAmzContentSHA256Mismatch",
}
_TRANSIENT_STATUSES = {429, 500, 502, 503, 504}
MISSING_CODES = {"404", "NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NotFound"}
_FULL_CODES = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}


class UploadGoneError(FileNotFoundError):
    """Somebody else completed or aborted a multipart upload."""


def code_of(error: Exception) -> str:
    """What the store calls an error, `""` if it gave no answer."""
    return _code_and_status(error)[0]


def is_transient(error: Exception) -> bool:
    """Whether an error may go away when the request is sent again."""
    from aiohttp import ClientError as ConnectionCutError
    from botocore.exceptions import (
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        IncompleteReadError,
    )
    from botocore.parsers import ResponseParserError

    if isinstance(error, ClientError):
        code, status = _code_and_status(error)
        return code in _TRANSIENT_CODES or status in _TRANSIENT_STATUSES
    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError)):
        return False  # botocore tried several times already: it is no accident
    kinds = (HTTPClientError, IncompleteReadError, ConnectionCutError, ResponseParserError)
    return isinstance(error, (*kinds, ConnectionError, TimeoutError, asyncio.TimeoutError))


def _code_and_status(error: Any) -> tuple[str, int]:
    response = getattr(error, "response", None) or {}  # None if the connection was cut
    code = str(response.get("Error", {}).get("Code", ""))
    return code, response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def as_os_error(error: Exception, arguments: Mapping[str, Any]) -> Exception:
    """The error of a local disk that says the same; other errors as they are."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    url = f"s3://{arguments['Bucket']}/{arguments.get('Key', arguments.get('Prefix', ''))}"
    if isinstance(error, NoCredentialsError):
        return PermissionError(errno.EACCES, f"{error}: configure credentials of AWS", url)
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return ConnectionError(f"cannot access {url}: there was no answer in time")
    if not isinstance(error, ClientError):
        is_foreign = isinstance(error, BotoCoreError) or is_transient(error)
        is_known = isinstance(error, OSError) or not is_foreign
        return error if is_known else ConnectionError(f"cannot access {url}: {error}")
    code, status = _code_and_status(error)
    message = f"{error.response.get('Error', {}).get('Message') or error} ({code})"
    if code == "NoSuchUpload":
        return UploadGoneError(errno.ENOENT, message, url)
    if code in MISSING_CODES:
        return FileNotFoundError(errno.ENOENT, message, url)
    if code in _FULL_CODES or status == 507:
        return OSError(errno.ENOSPC, message, url)
    if status in (401, 403):
        return PermissionError(errno.EACCES, message, url)
    return OSError(errno.EIO, message, url)
