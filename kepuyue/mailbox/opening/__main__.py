"""Runs in a process of its own with limits; see the package."""

import json
import resource
import sys

from kepuyue.mailbox.opening import BROKEN, OTHER, TOO_MUCH, Opened, Piece
from kepuyue.mailbox.opening.limits import MEMORY_BYTES, SECONDS, RefusedError


def answered(what: str, data: bytes) -> Opened:
    """The letter or the document in parts; a document that cannot be read is one part with its problem."""
    if what == "letter":
        from kepuyue.mailbox.opening import mail  # each way loads only what it needs

        return mail.opened(data)
    try:
        if what == "word":
            from kepuyue.mailbox.opening import word as reader
        else:
            from kepuyue.mailbox.opening import pdf as reader  # type: ignore[no-redef]
        piece, pictures = reader.read(data)
    except RefusedError as refused:
        return Opened(pieces=[Piece("", OTHER, problem=refused.what)])
    except (RecursionError, ValueError, KeyError):
        return Opened(pieces=[Piece("", OTHER, problem=BROKEN)])
    return Opened(pieces=[piece, *pictures])


def main() -> None:
    """Read, and write one line of JSON and then the bytes of the parts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = answered(sys.argv[1], sys.stdin.buffer.read())
    except MemoryError:
        answer = Opened(problem=TOO_MUCH)
    facts = {
        "headers": answer.headers,
        "problem": answer.problem,
        "pieces": [piece.facts() for piece in answer.pieces],
    }
    # A half of a pair of signs cannot be written as UTF-8
    sys.stdout.buffer.write(json.dumps(facts, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")
    for piece in answer.pieces:
        sys.stdout.buffer.write(piece.data)


if __name__ == "__main__":
    main()
