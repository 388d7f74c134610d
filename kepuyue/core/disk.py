"""What an error says of the disk: full, or not to be written to."""

import errno

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def is_full(error: BaseException | None) -> bool:
    """Whether a file could not be written because the disk, a quota or a limit left no room for it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
