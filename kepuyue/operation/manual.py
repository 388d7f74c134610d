"""The command line as data: the manual page and the shells' completions are written from it, and it from the commands.

Only the commands of our own rooms are told of, the demonstration's excepted; Django's stand in its own manual. Help
texts are not translated, so that the page is the same wherever it is written.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.core.management import get_commands, load_command_class

from kepuyue import __version__

# What every command of Django takes, and nobody types
OF_THE_FRAMEWORK = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color",
                    "force_color", "skip_checks"}  # fmt: skip
SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True)
class Argument:
    """An option, or something that stands at its place."""

    names: tuple[str, ...]
    "As typed; of what stands at its place, the word for it"
    value: str
    "The word for its value; empty: it takes none"
    choices: tuple[str, ...]
    help: str
    is_option: bool
    takes_file: bool

    @property
    def heading(self) -> str:
        """As the manual begins its paragraph."""
        value = "|".join(self.choices) if self.choices else self.value
        return f"{', '.join(self.names)} {value}".strip() if self.is_option else self.names[0]


@dataclass(frozen=True)
class Command:
    """A command, or one of its verbs."""

    words: tuple[str, ...]
    help: str
    arguments: tuple[Argument, ...]
    verbs: tuple["Command", ...]

    @property
    def usage(self) -> str:
        """How it is typed, in one line."""
        places = [
            "|".join(one.choices) if one.choices else one.names[0]
            for one in self.arguments
            if not one.is_option
        ]
        verbs = ["|".join(verb.words[-1] for verb in self.verbs)] if self.verbs else []
        options = ["[OPTION]..."] if any(one.is_option for one in self.arguments) else []
        return " ".join(["kepuyue", *self.words, *options, *verbs, *places])


def commands() -> list[Command]:
    """All of our own, by name."""
    ours = {config.name for config in apps.get_app_configs() if config.name.startswith("kepuyue.")}
    ours -= {"kepuyue.demo"}
    return [
        _read(load_command_class(app, name).create_parser("kepuyue", name), (name,))
        for name, app in sorted(get_commands().items())
        if app in ours
    ]


def _read(parser: argparse.ArgumentParser, words: tuple[str, ...], told: str = "") -> Command:
    arguments, verbs = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {str(one.dest): one.help or "" for one in action._choices_actions}
            verbs += [_read(sub, (*words, name), helps.get(name, "")) for name, sub in action.choices.items()]
        elif action.dest not in OF_THE_FRAMEWORK and action.help != argparse.SUPPRESS:
            arguments.append(_argument(action))
    return Command(words, told or parser.description or "", tuple(arguments), tuple(verbs))


def _argument(action: argparse.Action) -> Argument:
    word = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    takes_value = action.nargs != 0
    return Argument(
        names=tuple(action.option_strings) or (word.lower(),),
        value=word if takes_value else "",
        choices=tuple(str(one) for one in action.choices or ()),
        help=" ".join((action.help or "").replace("%%", "%").split()),
        is_option=bool(action.option_strings),
        takes_file="file" in f"{action.dest} {word}".lower() or "folder" in (action.help or "").lower(),
    )


def page() -> str:
    """The manual page, for `man`."""
    lines = [
        f'.TH KEPUYUE 1 "" "kepuyue {__version__}" "User Commands"',
        ".SH NAME",
        r"kepuyue \- the program of a city\(aqs science month",
        ".SH SYNOPSIS",
        ".B kepuyue",
        ".I COMMAND",
        "[\\fIARGUMENT\\fR]...",
        ".SH DESCRIPTION",
        "Serves the site, does its background work, and does in bulk what people do on its pages. Settings are",
        "environment variables, described in docs/operation.md. An embedded database (SQLite) is made and brought",
        "up to date by every command that needs it; one of PostgreSQL by",
        '.BR "kepuyue migrate" .',
        "Progress is shown on standard error where that is a terminal; with",
        ".B \\-\\-format json",
        "standard output holds JSON and nothing else.",
        ".SH COMMANDS",
    ]
    for command in commands():
        lines += _section(command)
    lines += [
        ".SH EXIT STATUS",
        "0 where all went well. Commands that end otherwise for a reason say so above; 1 is any other failure, 2 a",
        "wrong call.",
        ".SH ENVIRONMENT",
        ".TP",
        ".B DATA_DIR",
        "database, uploads and keys; by default the folder var of the project",
        ".TP",
        ".B DATABASE_URL",
        "the database; by default SQLite in DATA_DIR",
        ".SH SEE ALSO",
        "docs/operation.md names all variables.",
    ]
    return "\n".join(lines) + "\n"


def _section(command: Command) -> Iterator[str]:
    yield f'.SS "{_roff(command.usage)}"'
    if command.help:
        yield _roff(command.help)
    for argument in command.arguments:
        yield ".TP"
        yield f"\\fB{_roff(argument.heading)}\\fR"
        yield _roff(argument.help or "see above")
    for verb in command.verbs:
        yield from _section(verb)


def _roff(text: str) -> str:
    text = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    text = "".join(sign if sign.isascii() else rf"\[u{ord(sign):04X}]" for sign in text)
    return text.replace("'", r"\(aq") if not text.startswith(".") else rf"\&{text}"


def completion(shell: str) -> str:
    """The script by which a shell completes commands, verbs, options and choices."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](commands())


def _flat(all_of_them: Sequence[Command]) -> Iterator[Command]:
    for command in all_of_them:
        yield command
        yield from _flat(command.verbs)


def _words_after(command: Command) -> list[str]:
    words = [verb.words[-1] for verb in command.verbs]
    for argument in command.arguments:
        words += argument.names if argument.is_option else argument.choices
    return words


def _bash(all_of_them: Sequence[Command]) -> str:
    cases, values = [], []
    for command in _flat(all_of_them):
        place = " ".join(command.words)
        cases.append(f'    "{place}") words="{" ".join(_words_after(command))}" ;;')
        for argument in command.arguments:
            if argument.is_option and argument.value:
                offered = " ".join(argument.choices)
                values += [
                    f'    "{place} {name}") words="{offered}"; is_value=1 ;;' for name in argument.names
                ]
    names = " ".join(command.words[0] for command in all_of_them)
    deeper = "|".join(f'"{" ".join(one.words)}"' for one in _flat(all_of_them) if len(one.words) > 1)
    return f"""# Completion of kepuyue for bash: source it, or put it into /etc/bash_completion.d/
_kepuyue() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local words="" place="" is_value="" word
  for word in "${{COMP_WORDS[@]:1:$((COMP_CWORD-1))}}"; do
    case "$place $word" in
      {deeper}) place="$place $word" ;;
      " -"*) ;;
      *) [ -n "$place" ] || place="$word" ;;
    esac
  done
  case "$place $before" in
{chr(10).join(values)}
  esac
  if [ -z "$is_value" ]; then case "$place" in
    "") words="{names}" ;;
{chr(10).join(cases)}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _kepuyue kepuyue
"""


def _zsh(all_of_them: Sequence[Command]) -> str:
    return (
        "#compdef kepuyue\n# Completion of kepuyue for zsh: put it as _kepuyue into a folder of $fpath, or source it\n"
        "autoload -U +X bashcompinit && bashcompinit\n"
        + _bash(all_of_them).partition("\n")[2]
        # Loaded from $fpath it is the answer to a first press of the key, too
        + "[[ $funcstack[1] = _kepuyue ]] && _bash_complete -o default -F _kepuyue\n"
    )


def _fish(all_of_them: Sequence[Command]) -> str:
    lines = ["# Completion of kepuyue for fish: put it into ~/.config/fish/completions/kepuyue.fish"]
    for command in all_of_them:
        lines.append(
            f"complete -c kepuyue -f -n __fish_use_subcommand -a {command.words[0]} -d {_quoted(command.help)}"
        )
    for command in _flat(all_of_them):
        seen = " ; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.words)
        start = f"complete -c kepuyue -n {_quoted(seen)}"
        for verb in command.verbs:
            lines.append(f"{start} -f -a {verb.words[-1]} -d {_quoted(verb.help)}")
        for argument in command.arguments:
            offered = f" -a {_quoted(' '.join(argument.choices))}" if argument.choices else ""
            if not argument.is_option:
                if offered:
                    lines.append(f"{start} -f{offered}")
                continue
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in argument.names
            )
            takes = "" if not argument.value else " -r" if argument.takes_file else " -x"
            lines.append(f"{start} {names}{takes}{offered} -d {_quoted(argument.help)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    first = text.partition(". ")[0].rstrip(".")
    return "'" + first.replace("\\", "\\\\").replace("'", "\\'") + "'"
