"""The command line: finds the commands that the wings register, and loads one only when it is called."""

from __future__ import annotations

import atexit
import io
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points, version
from typing import IO, Annotated, Any, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from qualify.errors import QualifyError, UserError, of_the_machine, without_secrets

__all__ = ["GROUP", "HELP", "console", "main"]

GROUP = "qualify.commands"

# One line each, in the order in which a user meets them. They stand here and not in the wings,
# so that `qualify --help` has to import neither.
HELP = {
    "demo": "Run the whole loop on a simulated funnel.",
    "simulate": "Write a simulated funnel with its true propensities.",
    "init": "Look at your tables and write a configuration for them.",
    "check": "Audit the data: leakage, labels, quality, volume.",
    "train": "Fit, calibrate, compare with the baselines, register a model.",
    "backtest": "Evaluate the same pipeline at several points in the past.",
    "promote": "Put a model version in use, if it passes the gate.",
    "rollback": "Put the previous model version back in use.",
    "retrain": "Learn from the answers of sales and let the gate decide.",
    "recalibrate": "Give the model in use a new calibration, behind the gate.",
    "cuts": "Decide bands and hand-over from capacity, or value and cost.",
    "monitor": "Watch the model in use: drift, calibration, staleness.",
    "score": "Score leads: probability, rank, band and reasons.",
    "features": "Write labels and features of a training as Parquet.",
    "explain": "Explain one lead: reasons, points and time line.",
    "serve": "Run the online service and the pages for sales.",
    "token": "Create, list and revoke access tokens of the service.",
    "kpi": "Show the figures that marketing and sales share.",
    "forget": "Erase a person's lead from everything that is stored.",
    "report": "Write one HTML file about the model in use.",
}

_INTERRUPTED = 130  # 128 + SIGINT
_READER_LEFT = 141  # 128 + SIGPIPE, as other filters end when their reader has left


class _LazyCommand(TyperCommand):
    """A command known by name and help; its module is imported when the command is called."""

    def __init__(self, entry: EntryPoint) -> None:
        super().__init__(name=entry.name, help=HELP.get(entry.name, f"From {entry.module}."))
        self._entry = entry

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the command and let it parse its own arguments."""
        command = _load(self._entry)
        _refuse_repeated(command, args)
        return command.make_context(info_name, args, parent=parent, **extra)


def _refuse_repeated(command: TyperCommand, words: Sequence[str]) -> None:
    """Refuse a file that is named twice: the parser would take the last and drop the others without a word.

    Of other options the last counts, as elsewhere.
    """
    for option in command.params:
        if option.metavar != "FILE" or getattr(option, "multiple", False):
            continue
        given = [word for word in words if word.split("=")[0] in option.opts]
        if len(given) > 1:
            raise UserError(
                f"{option.opts[0]} was given {len(given)} times.", expected="one file",
                mend="put the rows of the files into one table; a column may say which each came from",
            )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and turn every ending into an exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``qualify``; by default those of the process.

    Returns
    -------
    int
        0 done; 2 the user's input, configuration or arguments are wrong; 3 a gate said no;
        1 a fault of the program; 130 interrupted; 141 the reader of the output has left.
    """
    # The linear algebra here is small: BLAS threads would cost more than they bring, and their sums would
    # depend on the number of cores. NumPy reads this when it is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _run(words)
        sys.stdout.flush()
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        return _tell_usage(error)
    except (KeyboardInterrupt, typer.Abort):
        return _tell("Interrupted.", _INTERRUPTED)
    except BrokenPipeError:
        return _leave_quietly()
    except Exception as error:  # noqa: BLE001 - the outermost frame, where nothing may pass untold
        return _tell_error(error, debug="--debug" in words or bool(os.environ.get("QUALIFY_DEBUG")))
    return 0


def console() -> NoReturn:
    """Run the command of the process, and end the process.

    Threads of Arrow's readers may outlive a read and hold Python objects. Letting go of them while the
    interpreter is being taken down aborts a process that has done its work (apache/arrow, issue 34314). So
    the interpreter is not taken down: what was registered for the end is run, and the process ends.
    """
    code = main()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or its reader has left
            stream.flush()
    os._exit(code)


def _run(words: list[str]) -> None:
    group = _make_group(entry_points(group=GROUP))
    if "_QUALIFY_COMPLETE" in os.environ:
        group.main(words, prog_name="qualify")
    # `--debug` is taken anywhere on the line, because one thinks of it after a command has failed.
    with group.make_context("qualify", [word for word in words if word != "--debug"]) as context:
        group.invoke(context)


def _make_group(entries: Iterable[EntryPoint]) -> TyperGroup:
    app = typer.Typer(name="qualify", rich_markup_mode=None)
    app.callback(invoke_without_command=True)(_root)
    group = cast(TyperGroup, get_command(app))
    places = {name: place for place, name in enumerate(HELP)}
    for entry in sorted(entries, key=lambda entry: (places.get(entry.name, len(places)), entry.name)):
        group.add_command(_LazyCommand(entry))
    return group


def _load(entry: EntryPoint) -> Any:
    """Import the function behind `entry` and make a command of it."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(entry.name)(entry.load())
    return get_command(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qualify {version('qualify')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    *,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault. Taken anywhere on the line.")
    ] = False,
) -> None:
    """Qualify leads: rules, a calibrated model, and reasons.

    Every command tells its options with --help. Messages go to stderr, results to stdout.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _tell(message: str, code: int) -> int:
    with suppress(BrokenPipeError):
        typer.echo(message, err=True)
    return code


def _tell_usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"\nTry: {context.command_path} --help" if context else ""
    return _tell(f"Error: {error.format_message()}{hint}", 2)


def _tell_error(error: Exception, debug: bool) -> int:
    if isinstance(error, QualifyError) and error.exit_code != 1:
        if debug:
            _print_traceback(error, sys.stderr)
        return _tell(f"Error: {error}", error.exit_code)
    refused = of_the_machine(error)
    if refused is not None and not debug:
        return _tell(f"Error: {refused}", refused.exit_code)
    return _tell_fault(error, debug)


def _print_traceback(error: Exception, file: IO[str]) -> None:
    file.write(without_secrets("".join(traceback.format_exception(error))))


def _tell_fault(error: Exception, debug: bool) -> int:
    """Say shortly that the program failed; the traceback is kept where it can be sent from."""
    import tempfile  # slow to load, and seldom needed

    kind = type(error).__name__
    if debug:
        _print_traceback(error, sys.stderr)
        return _tell(f"Error: a fault in qualify ({kind}).", 1)
    first_line = without_secrets((str(error).splitlines() or [""])[0][:300])
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="qualify-fault-", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            _print_traceback(error, file)
    except OSError:
        return _tell(f"Error: a fault in qualify ({kind}: {first_line}); --debug shows the traceback.", 1)
    return _tell(
        f"Error: a fault in qualify, not in what you gave it ({kind}: {first_line}).\n"
        f"  traceback: {file.name}\n"
        "  mend: please report it with that file; --debug shows the traceback here.",
        1,
    )


def _leave_quietly() -> int:
    """Point the closed streams at nothing, so that the interpreter's last flush stays silent."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(io.UnsupportedOperation, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return _READER_LEFT
