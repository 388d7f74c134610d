"""Read every spreadsheet of a folder as `kepuyue import --dry-run` does: `python -m scripts.corpus DIR`.

Real files of offices are not part of the project. This tells, file by file, what would be read and what would not,
so that a change of the reader can be compared before and after.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

KINDS = {".xlsx", ".xls", ".et", ".xlsb", ".ods", ".csv"}


def main() -> int:
    folder = Path(sys.argv[1])
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS)
    if not files:
        print(f"✗ There is no spreadsheet in {folder}.", file=sys.stderr)
        return 1
    totals: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kepuyue-corpus-") as data:
        environment = {**os.environ, "DATA_DIR": data}
        for file in files:
            answer = subprocess.run(
                [Path(sys.executable).parent / "kepuyue", "import", file, "--dry-run", "--format", "json"],
                env=environment, capture_output=True, text=True,
            )  # fmt: skip
            totals[{0: "read", 2: "not readable"}.get(answer.returncode, "failed")] += 1
            print(f"{file.relative_to(folder)}: {_told(answer)}", flush=True)
    print(", ".join(f"{count} {what}" for what, count in sorted(totals.items())))
    return 1 if totals["failed"] else 0


def _told(answer: "subprocess.CompletedProcess[str]") -> str:
    if answer.returncode == 0:
        numbers = {key: value for key, value in json.loads(answer.stdout).items() if isinstance(value, int)}
        return ", ".join(f"{key} {value}" for key, value in numbers.items()) or "read"
    last = (answer.stderr.strip() or "no reason given").splitlines()[-1]
    return f"✗ {last}" if answer.returncode == 2 else f"✗✗ failed ({answer.returncode}): {last}"


if __name__ == "__main__":
    sys.exit(main())
