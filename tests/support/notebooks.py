"""Notebooks in an editor: cells run one by one in a real kernel, outputs are saved to the file."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

TIMEOUT = 120


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a Jupyter notebook; a cell that begins with `# ` is markdown."""
    from nbformat import v4, write

    make = {True: v4.new_markdown_cell, False: v4.new_code_cell}
    content = v4.new_notebook(cells=[make[cell.startswith("# ")](cell) for cell in cells])
    content.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write(content, path)
    return path


class CellError(Exception):
    """A cell failed."""


class Editor:
    """A notebook that is open in an editor.

    Examples
    --------
    >>> with Editor(path) as editor:
    ...     editor.run_all()
    """

    def __init__(
        self,
        path: Path,
        *,
        connection_file: str | None = None,
        answers: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
    ) -> None:
        from jupyter_client import BlockingKernelClient, KernelManager
        from nbformat import read

        self.path = path
        self.answers = list(answers)
        self.questions: list[str] = []
        self.content = read(path, as_version=4)
        self._manager = None
        if connection_file is not None:
            self._client = BlockingKernelClient(connection_file=connection_file)
            self._client.load_connection_file()
        else:
            self._manager = KernelManager(kernel_name="python3")
            environment = {**os.environ, **(env or {})}
            self._manager.start_kernel(cwd=str(path.parent), env=environment)
            self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=TIMEOUT)

    def __enter__(self) -> Editor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._client.stop_channels()
        if self._manager is not None:
            self._manager.shutdown_kernel(now=True)

    def execute(self, code: str) -> tuple[str, list[Any], int]:
        """Run code; what it prints, its outputs, and the execution count.

        Raises
        ------
        CellError
            With name and text of the exception.
        """
        from nbformat.v4 import output_from_msg

        printed: list[str] = []
        outputs: list[Any] = []

        def collect(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append(output_from_msg(message))

        def answer(message: dict[str, Any]) -> None:
            self.questions.append(message["content"]["prompt"])
            self._client.input(self.answers.pop(0))

        reply = self._client.execute_interactive(
            code, allow_stdin=True, stdin_hook=answer, output_hook=collect, timeout=TIMEOUT
        )["content"]
        if reply["status"] != "ok":
            raise CellError(f"{reply['ename']}: {reply['evalue']}\n{''.join(printed)}")
        return "".join(printed), outputs, reply["execution_count"]

    def run(self, number: int, *, save: bool = True) -> str:
        """Save, run a cell, and keep its output in the notebook; what it prints."""
        if save:
            self.save()
        cell = self.content.cells[number]
        if cell.cell_type != "code":
            return ""
        printed, cell.outputs, cell.execution_count = self.execute(cell.source)
        return printed

    def run_all(self) -> str:
        """Run all cells; what they print."""
        return "".join(self.run(number) for number in range(len(self.content.cells)))

    def save(self) -> None:
        """Write the notebook with its outputs."""
        from nbformat import write

        write(self.content, self.path)
