"""See to the Debian packages in packages.txt: `python3 scripts/packages.py`. Standard library only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "packages.txt"
# Elsewhere than on Debian: the programs that the packages are for
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "libreoffice-writer-nogui": ("soffice", "libreoffice"),
    "gettext": ("msgfmt",),
    "dovecot-imapd": ("dovecot",),
    "fonts-noto-cjk": (),
    "libpango-1.0-0": (),
    "libpangoft2-1.0-0": (),
    "libharfbuzz-subset0": (),
    "systemd": ("systemd-analyze",),
    "zsh": ("zsh",),
    "fish": ("fish",),
}


def main():
    wanted = [line.split("#")[0].strip() for line in LIST.read_text().splitlines()]
    missing = [name for name in wanted if name and not is_there(name)]
    if not missing:
        return 0
    by_hand = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        print(f"✗ The tests need {', '.join(missing)}. Install what this system calls them.", file=sys.stderr)
        return 1
    if os.geteuid() != 0:
        print(
            f"✗ The tests need some Debian packages. Type this once:\n\n  sudo {by_hand}\n", file=sys.stderr
        )
        return 1
    print(f"→ Installing Debian packages for the tests: {', '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update -q", by_hand + " -q"):
        answer = subprocess.run(command.split(), env=environment, capture_output=True, text=True)
        if answer.returncode != 0:
            print(answer.stdout[-2000:], answer.stderr[-2000:], file=sys.stderr)
            print(
                f"✗ This did not work: {command}\n  Check that the machine reaches a Debian mirror.",
                file=sys.stderr,
            )
            return 1
    return 0


def is_there(package):
    """Whether the package is installed, or, elsewhere than on Debian, the program it brings."""
    if shutil.which("dpkg-query"):
        query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
        return subprocess.run(query, capture_output=True, text=True).stdout == "installed"
    programs = PROGRAMS.get(package, (package,))
    return not programs or any(shutil.which(program) for program in programs)


if __name__ == "__main__":
    sys.exit(main())
