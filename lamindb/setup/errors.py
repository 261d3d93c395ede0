"""Exceptions of the setup layer, as `ln.setup.errors`."""

from __future__ import annotations

from lamindb.errors import (
    ApiKeyError,
    ApiKeyExpired,
    ApiKeyNotFound,
    CannotSwitchDefaultInstance,
    ConnectWithinDevDirError,
    CurrentInstanceNotConfigured,
    DefaultMessageException,
    InstanceLockedException,
    InstanceNotCreated,
    InstanceNotFoundError,
    ModuleWasntConfigured,
    NoAccessTokenError,
    NoReadAccess,
    NoWriteAccess,
    SettingsEnvFileOutdated,
    StorageAlreadyManaged,
    StorageNotEmpty,
)

__all__ = [
    "ApiKeyError",
    "ApiKeyExpired",
    "ApiKeyNotFound",
    "CannotSwitchDefaultInstance",
    "ConnectWithinDevDirError",
    "CurrentInstanceNotConfigured",
    "DefaultMessageException",
    "InstanceLockedException",
    "InstanceNotCreated",
    "InstanceNotFoundError",
    "ModuleWasntConfigured",
    "NoAccessTokenError",
    "NoReadAccess",
    "NoWriteAccess",
    "SettingsEnvFileOutdated",
    "StorageAlreadyManaged",
    "StorageNotEmpty",
]
