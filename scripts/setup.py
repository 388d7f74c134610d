"""Make the environment: `python3 scripts/setup.py [dev]`.

Runs on the machine's own Python with nothing but the standard library, and leaves out every step whose inputs
have not changed since it was done (a stamp holds their fingerprint). So it costs a moment when all is in place.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11")


class Failed(Exception):
    """A step did not work; the text says what to do."""


def main():
    profile = "dev" if "dev" in sys.argv[1:] else "run"
    os.environ.update(caches())
    try:
        environment()
        packages(profile)
        front_end()
        translations()
        static_files()
    except Failed as failure:
        print(f"\n✗ {failure}", file=sys.stderr)
        return 1
    return 0


def caches():
    """Where the installers may keep what they fetch, where there is no home folder that can be written."""
    # Path.home() raises where nobody knows of a home folder
    if os.access(os.path.expanduser("~"), os.W_OK):  # noqa: PTH111
        return {}
    places = {"PIP_CACHE_DIR": "pip", "UV_CACHE_DIR": "uv", "npm_config_cache": "npm"}
    return {name: str(ROOT / ".cache" / place) for name, place in places.items() if name not in os.environ}


def environment():
    """A virtual environment with the installer in it."""
    if PYTHON.exists() and stamp("setup").is_current("requirements/setup.lock"):
        return
    if not PYTHON.exists():
        interpreter = suitable_python()
        say(f"Making the Python environment in .venv with {interpreter}")
        with_pip = (
            subprocess.run([interpreter, "-c", "import ensurepip"], capture_output=True).returncode == 0
        )
        pip = [interpreter, "-m", "pip"]
        if not with_pip and subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
            raise Failed(
                "This Python can make no environment: its modules venv and pip are missing.\n"
                "  Install them and run the same command again: sudo apt-get install -y python3-venv"
            )
        flags = [] if with_pip else ["--without-pip"]
        run([interpreter, "-m", "venv", "--clear", *flags, str(VENV)], "Read the lines above.")
    say("Installing the installer (uv)")
    own_pip = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0
    pip = [str(PYTHON), "-m", "pip"] if own_pip else [suitable_python(), "-m", "pip", "--python", str(PYTHON)]
    run(
        [
            *pip,
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            "requirements/setup.lock",
        ],
        "Check that this machine reaches a Python package index (PIP_INDEX_URL names another one).",
    )
    stamp("setup").write("requirements/setup.lock")


def suitable_python():
    """The path of a Python that is new enough: this one, or another on the machine."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    for name in NEWER_PYTHONS:
        if found := shutil.which(name):
            return found
    raise Failed(
        f"Python 3.11 or newer is needed; this machine's python3 is {sys.version.split()[0]}.\n"
        "  Debian 12, Ubuntu 24.04 and later bring it: sudo apt-get install -y python3 python3-venv"
    )


def packages(profile):
    """The locked packages and this project itself. `dev` holds all of `run`."""
    inputs = ("pyproject.toml", "requirements/run.lock", "requirements/dev.lock")
    if stamp("dev").is_current(*inputs) or stamp(profile).is_current(*inputs):
        return
    count = len(re.findall(r"(?m)^[a-z0-9].*==", (ROOT / f"requirements/{profile}.lock").read_text()))
    say(f"Installing {count} Python packages (requirements/{profile}.lock)")
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    remedy = "Check that this machine reaches a Python package index (UV_DEFAULT_INDEX names another one)."
    run([*uv, "--require-hashes", "-r", f"requirements/{profile}.lock"], remedy)
    run([*uv, "--no-deps", "--no-build-isolation", "--editable", "."], "Read the lines above.")
    stamp(profile).write(*inputs)


def front_end():
    """Styles and scripts, bundled into build/frontend."""
    sources = ("package.json", "package-lock.json", "vite.config.js", "frontend", *styles())
    if stamp("frontend").is_current(*sources) and (ROOT / "build/frontend/.vite/manifest.json").exists():
        return
    npm, path = node()
    environment = {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"}
    if not (stamp("npm").is_current("package-lock.json") and (ROOT / "node_modules").exists()):
        say("Installing the front end's packages (npm ci)")
        run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            "Check that this machine reaches an npm registry (npm config set registry … names another one).",
            environment,
        )
        stamp("npm").write("package-lock.json")
    say("Building the front end (vite)")
    run([npm, "run", "--silent", "build", "--", "--logLevel=warn"], "Read the lines above.", environment)
    stamp("frontend").write(*sources)


def styles():
    """The folders of our own styles and scripts, which the bundle takes in."""
    return sorted(str(folder.relative_to(ROOT)) for folder in (ROOT / "kepuyue").glob("*/static"))


def node():
    """A Node that can build the front end: (npm, PATH). The machine's own, or one that comes as a wheel."""
    path = os.environ.get("PATH", "")
    if fits(shutil.which("node", path=path)) and (npm := shutil.which("npm", path=path)):
        return npm, path
    own_path = f"{VENV / 'bin'}{os.pathsep}{path}"
    if not stamp("node").is_current("requirements/node.lock"):
        say("This machine has no Node 20.19, 22.12 or newer: installing one into .venv")
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
        run(
            [*uv, "--require-hashes", "-r", "requirements/node.lock"],
            "Check that this machine reaches a Python package index, or install nodejs (22.12 or newer) and npm.",
        )
        stamp("node").write("requirements/node.lock")
    return str(VENV / "bin" / "npm"), own_path


def fits(executable):
    """Whether this Node is new enough for Vite."""
    if executable is None:
        return False
    answer = subprocess.run([executable, "--version"], capture_output=True, text=True).stdout
    numbers = re.match(r"v(\d+)\.(\d+)", answer)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def translations():
    """The English texts, compiled next to their sources."""
    sources = sorted(
        str(file.relative_to(ROOT)) for file in (ROOT / "kepuyue").glob("locale/*/LC_MESSAGES/*.po")
    )
    compiled = all((ROOT / source).with_suffix(".mo").exists() for source in sources)
    if not sources or (compiled and stamp("translations").is_current(*sources)):
        return
    say("Compiling the translations")
    run([str(PYTHON), "-m", "scripts.translations"], "Mend the named line of the translation file.")
    stamp("translations").write(*sources)


def static_files():
    """All that browsers fetch as files, gathered and compressed in build/static."""
    sources = ("build/frontend", *styles(), "requirements/run.lock")
    if stamp("static").is_current(*sources) and (ROOT / "build/static").exists():
        return
    say("Gathering and compressing the static files")
    command = [str(VENV / "bin" / "kepuyue"), "collectstatic", "--no-input", "--verbosity", "0"]
    run(command, "Read the lines above.")
    drop_old_assets()
    stamp("static").write(*sources)


def drop_old_assets():
    """Former bundles stay for a month: a server that still runs, and pages that are open, ask for them."""
    gathered, present = ROOT / "build/static/assets", ROOT / "build/frontend/assets"
    for file in gathered.glob("*"):
        plain = file.name.removesuffix(".gz").removesuffix(".br")
        if not (present / plain).exists() and file.stat().st_mtime < time.time() - 30 * 86_400:
            file.unlink()


class Stamp:
    """A file that holds the fingerprint of a step's inputs at the time it was done."""

    def __init__(self, name):
        self.path = VENV / "stamps" / name

    def is_current(self, *inputs):
        return self.path.exists() and self.path.read_text() == fingerprint(inputs)

    def write(self, *inputs):
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(fingerprint(inputs))


stamp = Stamp


def fingerprint(inputs):
    """One number for the content of files and folders (and for the environment's own Python)."""
    digest = hashlib.sha256((VENV / "pyvenv.cfg").read_bytes())
    for name in inputs:
        path = ROOT / name
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def say(text):
    print(f"→ {text}", flush=True)


def run(command, remedy, environment=None):
    """Run one command in the project's folder; when it fails, say which and what to do."""
    if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
        raise Failed(
            f"This did not work: {' '.join(command)}\n  {remedy}\n  Then run the same make command again."
        )


if __name__ == "__main__":
    sys.exit(main())
