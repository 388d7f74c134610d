"""The manual page is that of the commands, and shells complete what there is."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

from kepuyue.operation import manual

PAGE = Path(settings.PROJECT_ROOT) / "docs" / "kepuyue.1"
# What they do is one thing that is told in one line, or stays on
NO_JSON = {
    "bounce",
    "completion",
    "diagram",
    "manual",
    "office-account",
    "second-factor",
    "serve",
    "sign-out",
    "worker",
}


def test_manual_page_is_that_of_the_commands() -> None:
    assert PAGE.read_text("utf-8") == manual.page(), "run: .venv/bin/kepuyue manual docs/kepuyue.1"


def test_every_command_of_ours_says_what_it_does_and_what_it_takes() -> None:
    found = manual.commands()

    assert {one.words[0] for one in found} >= {"backup", "restore", "import", "jobs", "serve"}
    assert [one.words for one in found if not one.help] == []
    silent = [(one.words, argument.names) for one in manual._flat(found) for argument in one.arguments
              if argument.is_option and not argument.help and not argument.choices]  # fmt: skip
    assert silent == []


def test_every_bulk_job_speaks_to_machines() -> None:
    speaks = {
        one.words[0]
        for one in manual._flat(manual.commands())
        for argument in one.arguments
        if "--format" in argument.names
    }

    assert {one.words[0] for one in manual.commands()} - speaks - NO_JSON == set()
    assert speaks & NO_JSON == set()


@pytest.mark.parametrize("shell", manual.SHELLS)
def test_completion_knows_every_command(shell: str, capsys: Any) -> None:
    call_command("completion", shell)

    written = capsys.readouterr().out
    assert [
        name for name in get_commands() if name in ("backup", "jobs", "restore") and name not in written
    ] == []


TYPED = pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("kepuyue rest", "restore"),
        ("kepuyue backup --ver", "--verify"),
        ("kepuyue jobs --format j", "json"),
        ("kepuyue edition lo", "load"),
        ("kepuyue audit verify --exp", "--expect"),
    ],
)


@TYPED
def test_fish_completes(typed: str, offered: str, tmp_path: Path) -> None:
    (tmp_path / "kepuyue.fish").write_text(manual.completion("fish"))
    script = f"source {tmp_path}/kepuyue.fish; complete -C '{typed}'"

    told = subprocess.run(
        ["fish", "--no-config", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
    )

    assert [line.split("\t")[0] for line in told.stdout.splitlines()] == [offered]


@TYPED
def test_zsh_completes_at_the_first_press_and_at_the_next(typed: str, offered: str, tmp_path: Path) -> None:
    """In a terminal, with the script where zsh looks for functions: loaded by the first press of the key."""
    (tmp_path / "_kepuyue").write_text(manual.completion("zsh"))
    # The command tells what it was called with, once the key has completed the line
    script = f"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1=; fpath=({tmp_path} \\$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word"
        zpty -w shell "kepuyue() {{ echo \\"<\\$*>\\" }}; echo rea''dy"
        zpty -r shell said '*ready*'
        for turn in first next; do
            zpty -w shell $'{typed}\\t'
            zpty -r shell said '*<*>*'
            print -r -- "${{${{said##*<}}%%>*}}"
        done
    """
    told = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, check=True, timeout=60)

    *before, _half = typed.split()
    assert told.stdout.splitlines() == [" ".join([*before[1:], offered])] * 2


@TYPED
def test_bash_completes(typed: str, offered: str) -> None:
    words = typed.split()
    script = (
        f"{manual.completion('bash')}\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        '_kepuyue; printf "%s\\n" "${COMPREPLY[@]}"'
    )

    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout.split() == [offered]


def test_manual_page_is_sound_for_man() -> None:
    """Whatever a line of text begins with, it is no request of the formatter; signs of other alphabets are named."""
    known = (".TH ", ".SH ", ".SS ", ".TP", ".B ", ".I ", ".BR ")
    lines = manual.page().splitlines()

    assert [line for line in lines if line.startswith((".", "'")) and not line.startswith(known)] == []
    assert [line for line in lines if not line.isascii()] == []
