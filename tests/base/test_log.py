import importlib
import io
import threading
from contextlib import redirect_stdout

import pytest

from lamindb.base import log
from lamindb.base.log import Logger, colors

KINDS = [
    ("error", "✗", 0),
    ("important", "→", 1),
    ("important_hint", "•", 1),
    ("warning", "!", 1),
    ("success", "✓", 2),
    ("save", "✓", 2),
    ("info", "•", 3),
    ("hint", "•", 4),
    ("debug", "•", 5),
]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def logger():
    return Logger()


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


@pytest.mark.parametrize(("kind", "icon", "level"), KINDS)
@pytest.mark.parametrize("verbosity", range(6))
def test_what_is_shown(capsys, logger, kind, icon, level, verbosity):
    logger.set_verbosity(verbosity)
    getattr(logger, kind)("message")
    out, err = capsys.readouterr()
    assert out == (f"{icon} message\n" if level <= verbosity else "")
    assert err == ""


def test_default_verbosity(logger):
    assert (logger.verbosity, logger.verbosity_name) == (1, "warning")


@pytest.mark.parametrize(
    ("verbosity", "number"),
    [("error", 0), ("warning", 1), ("success", 2), ("info", 3), ("hint", 4), ("debug", 5), (3, 3)],
)
def test_set_verbosity(logger, verbosity, number):
    logger.set_verbosity(verbosity)
    assert logger.verbosity == number


@pytest.mark.parametrize("verbosity", ["loud", "", -1, 6, None, True, 1.0])
def test_wrong_verbosity_lists_the_choices(logger, verbosity):
    with pytest.raises(ValueError) as error:
        logger.set_verbosity(verbosity)
    assert str(error.value) == (
        f"verbosity is {verbosity!r} but has to be one of 'error' (0), 'warning' (1),"
        " 'success' (2), 'info' (3), 'hint' (4), 'debug' (5)"
    )
    assert logger.verbosity == 1


def test_print_has_no_icon(capsys, logger):
    logger.print("plain")
    with logger.mute():
        logger.print("muted")
    assert capsys.readouterr().out == "plain\n"


def test_mute_leaves_errors(capsys, logger):
    with logger.mute():
        logger.warning("muted")
        with logger.mute():
            logger.important("muted")
        logger.warning("still muted")
        logger.error("shown")
    logger.warning("shown again")
    assert capsys.readouterr().out == "✗ shown\n! shown again\n"


def test_mute_ends_with_an_exception(capsys, logger):
    with pytest.raises(KeyError), logger.mute():
        raise KeyError
    logger.warning("shown")
    assert capsys.readouterr().out == "! shown\n"


def test_mute_is_local_to_the_thread(capsys, logger):
    with logger.mute():
        thread = threading.Thread(target=logger.warning, args=["from elsewhere"])
        thread.start()
        thread.join()
        logger.warning("muted")
    assert capsys.readouterr().out == "! from elsewhere\n"


def test_lines_of_threads_do_not_mix(capsys, logger):
    def write(letter):
        for _ in range(50):
            logger.warning(letter * 100)

    threads = [threading.Thread(target=write, args=[letter]) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == sorted([f"! {letter * 100}" for letter in "abcd"] * 50)


def test_stdout_is_looked_up_at_call_time(logger, monkeypatch):
    streams = [io.StringIO(), io.StringIO()]
    for stream in streams:
        monkeypatch.setattr("sys.stdout", stream)
        logger.warning("message")
    assert [stream.getvalue() for stream in streams] == ["! message\n", "! message\n"]


def test_no_stdout_at_all(logger, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    logger.error("nobody listens")
    assert colors.red("x") == "x"


def test_ascii_terminal_gets_a_replacement(logger, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    logger.important("café")
    assert raw.getvalue() == b"? caf?\n"


def test_icon_is_coloured_in_a_terminal(logger, terminal):
    with redirect_stdout(terminal):
        logger.warning("message")
    assert terminal.getvalue() == "\033[1;33m!\033[0m message\n"


def test_no_color(logger, terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with redirect_stdout(terminal):
        logger.warning("message")
        assert colors.bold("x") == "x"
    assert terminal.getvalue() == "! message\n"


def test_notebook_shows_colors(logger, monkeypatch):
    class OutStream(io.StringIO):
        __module__ = "ipykernel.iostream"

    monkeypatch.setattr("sys.stdout", OutStream())
    assert log.shows_colors()


def test_color_table_is_read_at_call_time(logger, terminal, monkeypatch):
    monkeypatch.setattr(log, "LEVEL_TO_COLORS", {"error": "<red>"})
    monkeypatch.setattr(log, "RESET_COLOR", "</>")
    with redirect_stdout(terminal):
        logger.error("message")
        logger.warning("kind without a colour")
    assert terminal.getvalue() == "<red>✗</> message\n! kind without a colour\n"


def test_r_switches_colors_off_through_the_old_module(logger, terminal, monkeypatch):
    import lamin_utils

    old = importlib.import_module("lamin_utils._logger")
    assert old is log
    assert lamin_utils.logger is log.logger
    assert lamin_utils.colors is colors
    assert lamin_utils.__version__.split(".")[0].isdigit()
    monkeypatch.setattr(old, "LEVEL_TO_COLORS", {})
    monkeypatch.setattr(old, "RESET_COLOR", "")
    with redirect_stdout(terminal):
        logger.error("message")
        assert colors.green("x") == "x"
    assert terminal.getvalue() == "✗ message\n"


def test_old_module_in_a_fresh_interpreter(run_python):
    result = run_python(
        "import lamin_utils._logger\n"
        "from lamin_utils import logger\n"
        "lamin_utils._logger.LEVEL_TO_COLORS = {}\n"
        "logger.important('hello')\n"
    )
    assert result.stdout == "→ hello\n"


@pytest.mark.parametrize(
    ("style", "code"),
    [
        ("bold", 1),
        ("dim", 2),
        ("italic", 3),
        ("underline", 4),
        ("red", 31),
        ("green", 32),
        ("yellow", 33),
        ("blue", 34),
        ("purple", 35),
        ("cyan", 36),
        ("grey", 90),
    ],
)
def test_styles(terminal, style, code):
    with redirect_stdout(terminal):
        assert getattr(colors, style)("text") == f"\033[{code}mtext\033[0m"


def test_styles_do_nothing_outside_of_a_terminal(capsys):
    assert colors.green("text") == "text"
