"""Compile the translations: `python -m scripts.translations`. Needs no gettext on the machine."""

import sys
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "kepuyue" / "locale"


def main() -> int:
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        try:
            polib.pofile(str(source), check_for_duplicates=True).save_as_mofile(
                str(source.with_suffix(".mo"))
            )
        except (OSError, ValueError) as error:
            print(f"{source}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
