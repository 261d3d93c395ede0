"""Settings on disk: where the files are, and how they are read and written.

Every file is written under a temporary name and renamed, so that parallel processes never read
half a file. Files that may hold a password are readable by their owner only.
"""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.errors import NoWriteAccess, SettingsEnvFileOutdated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NULL = "null"


def settings_dir() -> Path:
    """Folder of the user's settings files.

    Returns
    -------
    pathlib.Path
        `$LAMIN_SETTINGS_DIR/.lamin`, else `~/.lamin`; not created by this call.

    Example
    -------
    >>> settings_dir().name
    '.lamin'
    """
    parent = os.environ.get("LAMIN_SETTINGS_DIR")
    return (Path(parent).expanduser() if parent else Path.home()) / ".lamin"


def prefix() -> str:
    """What separates the file names of a test environment (`LAMIN_ENV`) from ordinary ones."""
    environment = os.environ.get("LAMIN_ENV", "prod")
    return "" if environment in ("", "prod") else f"{environment}--"


def current_user_file() -> Path:
    """File of the active user."""
    return settings_dir() / f"{prefix()}current_user.env"


def user_file(handle_or_email: str) -> Path:
    """File of a stored user profile."""
    return settings_dir() / f"{prefix()}user--{handle_or_email}.env"


def instance_file(owner: str, name: str) -> Path:
    """File of a known instance."""
    return settings_dir() / f"{prefix()}instance--{owner}--{name}.env"


def current_instance_file() -> Path:
    """File of the global default instance: a copy of an instance file."""
    return settings_dir() / f"{prefix()}current_instance.env"


def current_modules_file() -> Path:
    """File with the modules that are used while no instance is configured."""
    return settings_dir() / f"{prefix()}current_modules.txt"


def cache_settings_file() -> Path:
    """File with the user's cache folder."""
    return settings_dir() / "storage.env"


def read_text(path: Path) -> str:
    """Read a settings file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SettingsEnvFileOutdated
        If it can't be read as text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsEnvFileOutdated(
            f"Cannot read the settings file {path} ({error}). Delete it and repeat the command"
            " that created it: lamin login, lamin init or lamin connect"
        ) from error


def read_env(path: Path, required: Iterable[str] = ()) -> dict[str, str | None]:
    """Read a file of lines `key=value`.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    required : iterable of str
        Keys that must be there.

    Returns
    -------
    dict
        `null` and an empty value are None.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SettingsEnvFileOutdated
        If a line has another form, or a key is missing.

    Example
    -------
    >>> read_env(Path("storage.env"))
    {'lamindb_cache_path': '/scratch/cache'}
    """
    values: dict[str, str | None] = {}
    for line in read_text(path).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise SettingsEnvFileOutdated(
                f"The settings file {path} is damaged: line {line[:40]!r} isn't of the form"
                " key=value. Delete the file and log in, connect or initialize again"
            )
        values[key.strip()] = None if value.strip() in ("", NULL) else value
    for key in required:
        if key not in values:
            raise SettingsEnvFileOutdated(
                f"The settings file {path} lacks {key!r}: it was written by an outdated version."
                " Delete the file and log in, connect or initialize again"
            )
    return values


def env_text(values: Mapping[str, object]) -> str:
    """Format lines `key=value`; None becomes `null`."""
    return "".join(f"{key}={NULL if v is None else v}\n" for key, v in values.items())


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write a settings file so that readers see the old or the new content, never a part.

    Parameters
    ----------
    path : pathlib.Path
        The file; missing folders are created.
    text : str
        Its content.
    private : bool
        Whether only the owner may read it (mode 0600).

    Raises
    ------
    NoWriteAccess
        If the file can't be written; the message says why.

    Example
    -------
    >>> write_text(settings_dir() / "current_shell_run.txt", "HknNfVvoY5EsnxkY")
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666
        )
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NoWriteAccess(
            f"Cannot write {path}: {error.strerror or error}. To keep the settings elsewhere, set"
            " the environment variable LAMIN_SETTINGS_DIR to a folder that you can write to"
        ) from error


def publish(temporary: Path, path: Path) -> bool:
    """Give a complete file its final name, unless a file of that name exists.

    Parameters
    ----------
    temporary : pathlib.Path
        The file under a temporary name, in the same folder; gone afterwards.
    path : pathlib.Path
        Its final name.

    Returns
    -------
    bool
        False if there is such a file, which stays as it is.
    """
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError:
        # the file system has no hard links
        if path.exists():
            return False
        temporary.replace(path)
        return True
    finally:
        temporary.unlink(missing_ok=True)
    return True
