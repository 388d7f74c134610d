"""Workflow as a table: which verb leads from which state to which, and whose turn each state is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotPossibleNow(ValidationError):
    """The verb does not lead anywhere from the present state; the message says what is the case."""


@dataclass(frozen=True)
class Table:
    """One workflow. `moves` is {(state, verb): next state}; `owners` says whose turn a state is."""

    name: str
    moves: Mapping[tuple[str, str], str]
    owners: Mapping[str, str]
    labels: Mapping[str, object]

    def next_state(self, state: str, verb: str) -> str:
        """The state that `verb` leads to from `state`; raises `NotPossibleNow` where it leads nowhere."""
        try:
            return self.moves[state, verb]
        except KeyError:
            raise NotPossibleNow(
                _("现在的状态是“%(state)s”，不能这样操作。请刷新页面查看最新状态。")
                % {"state": self.labels.get(state, state)},
                code="not-possible-now",
            ) from None

    def verbs(self, state: str) -> list[str]:
        """What can be done from `state`."""
        return [verb for (source, verb) in self.moves if source == state]

    def mermaid(self) -> str:
        """The table drawn as a Mermaid state diagram, for the documentation."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {source} --> {target}: {verb}" for (source, verb), target in self.moves.items()]
        return "\n".join(lines)
