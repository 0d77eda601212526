"""What the machine refuses: told with its mend, passwords blotted out, nothing left half-written."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys

import pytest

from qualify import cli
from qualify.errors import QualifyError, UserError, of_the_machine, without_secrets
from tests.world import call

PASSWORD = "s3cret-pw"


def raised_from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


REFUSALS = {
    "disk": (OSError(errno.ENOSPC, "No space left on device", "x.csv"), r"x\.csv(.|\n)*make room"),
    "limit": (OSError(errno.EFBIG, "File too large"), "ulimit -f"),
    "read only": (OSError(errno.EROFS, "Read-only file system"), "may be written"),
    "rights": (PermissionError(errno.EACCES, "Permission denied", "q.yaml"), r"q\.yaml(.|\n)*rights"),
    "files": (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
    "no temporary folder": (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in []"),
                            "TMPDIR"),
    "memory": (MemoryError("Unable to allocate 9 GiB"), "more memory"),
    "a cause": (raised_from(RuntimeError("write failed"), OSError(errno.ENOSPC, "full")), "make room"),
    "a database": (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "make room"),
    "threads": (RuntimeError("can't start new thread"), "ulimit -u"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_machine_refuses_is_told_with_its_mend(case, monkeypatch, capsys):
    error, told = REFUSALS[case]

    def fails(_words):
        raise error

    monkeypatch.setattr(cli, "_run", fails)
    assert cli.main(["score"]) == 2
    assert re.search(told, capsys.readouterr().err)


@pytest.mark.parametrize(
    "error", [ValueError("no"), KeyError("x"), OSError(errno.EPIPE, "pipe"), QualifyError()]
)
def test_a_fault_stays_a_fault(error):
    assert of_the_machine(error) is None


def test_a_fault_hides_passwords_everywhere(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    secret = f"cannot reach postgresql+psycopg://ada:{PASSWORD}@db/leads"

    def fails(_words):
        raise ValueError(secret) from UserError(secret)

    monkeypatch.setattr(cli, "_run", fails)
    for words in (["score"], ["score", "--debug"]):
        assert cli.main(words) == 1
        shown = capsys.readouterr()
        assert "ada:***@db" in shown.err
        assert PASSWORD not in shown.err + shown.out
    (kept,) = tmp_path.glob("qualify-fault-*")
    assert "ada:***@db" in kept.read_text()
    assert PASSWORD not in kept.read_text()


def test_a_fault_without_a_temporary_folder_is_told_all_the_same(monkeypatch, capsys):
    def nowhere(*_words, **_more):
        raise FileNotFoundError("none")

    def fails(_words):
        raise ValueError("odd")

    monkeypatch.setattr(cli, "_run", fails)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", nowhere)
    assert cli.main(["score"]) == 1
    assert "ValueError: odd" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
        ("http://u:p%40q:r@h and s3://k:v@b", "http://u:***@h and s3://k:***@b"),
        ("redis://:p@h", "redis://:***@h"),
        ("http://h:8000/a@b", "http://h:8000/a@b"),
        ("mail ada@example.test at 10:30", "mail ada@example.test at 10:30"),
        ("postgresql://u:p/w'x@h/d", "postgresql://u:***@h/d"),
        (
            "postgresql://h:5432/d?user=u&password=p%26&sslpassword=q",
            "postgresql://h:5432/d?user=u&password=***&sslpassword=***",
        ),
        ("https://h/x?access_token=abc#t and ?TOKEN=d", "https://h/x?access_token=***#t and ?TOKEN=***"),
        ("s3://b/k?X-Amz-Signature=ab&x=1", "s3://b/k?X-Amz-Signature=***&x=1"),
    ],
)
def test_passwords_of_urls_are_blotted_out(text, shown):
    assert without_secrets(text) == shown


def test_a_password_in_a_message_is_blotted_out():
    error = UserError(
        "no", where=f"x://a:{PASSWORD}@h", got=f"y://a:{PASSWORD}@h", mend=f"z://a:{PASSWORD}@h"
    )
    assert PASSWORD not in str(error)


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX systems")
def test_a_file_too_large_leaves_no_half_configuration(tmp_path):
    rows = "".join(f"{i},2026-01-{1 + i % 28:02},{i % 2},{i % 7}\n" for i in range(200))
    (tmp_path / "t.csv").write_text("id,created,y,a\n" + rows)

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    code = "import sys; from qualify.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["init", "--leads", "t.csv", "--target", "y", "--out", "q.yaml"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, preexec_fn=small,
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "mend" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    assert call("init", *words[1:], folder=tmp_path).code == 0
