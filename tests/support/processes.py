"""Runs code in a fresh interpreter, as users do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = ROOT / "tests" / "support" / "offline"

# Children find the packages from any working directory and can't use the network.
PYTHONPATH = os.pathsep.join(map(str, (OFFLINE, ROOT, ROOT / "compat")))


def run_interpreter(
    *arguments: str,
    cwd: Path | str | None = None,
    env: dict[str, str] | None = None,
    stdin: str = "",
    timeout: float = 120,
) -> CompletedProcess[str]:
    """Run `python arguments…`; `env` is added to the environment of the test."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        timeout=timeout,
        capture_output=True,
        text=True,
        check=False,
    )


def run_python(code: str, **options: object) -> CompletedProcess[str]:
    """Run a script given as text; options as for `run_interpreter`."""
    return run_interpreter("-c", code, **options)  # type: ignore[arg-type]


def run_cli(*arguments: str, **options: object) -> CompletedProcess[str]:
    """Run `lamin arguments…`; options as for `run_interpreter`."""
    return run_interpreter("-m", "lamin_cli", *arguments, **options)  # type: ignore[arg-type]
