"""What the sources themselves show: no call that turns text into a program, and cryptography as the inventory has it."""

import ast
import json
import math
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase

ROOT = Path(settings.PROJECT_ROOT)
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("kepuyue/**/*.py"))}
SCRIPTS = {path: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("frontend/**/*.js"))}
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# Calls that the linter finds dangerous, and in how many places a line says why it is none (ruff's rules by number)
EXPLAINED = {
    "S104": 1,  # an address that means "none"
    "S105": 2,  # words that only look like a password
    "S108": 1,  # memory as a folder, in which one of our own is made
    "S301": 1,  # a pickle of a child of ours
    "S308": 6,  # markup that was escaped or drawn by us
    "S310": 1,  # an address whose scheme was looked at
    "S311": 2,  # chance that draws pictures
    "S603": 6,  # programs started with a list of words of ours
    "S608": 16,  # SQL put together of names of ours
}


@cache
def calls() -> list[tuple[Path, str, ast.Call]]:
    """Every call of the sources with the name that it calls."""
    return [
        (path, ast.unparse(node.func), node)
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_dangerous_calls_are_those_that_are_explained() -> None:
    """eval, exec, pickle, unsafe YAML and XML, shells, weak hashes, unchecked certificates, SQL of texts, marked as safe:
    the linter forbids them all (rules S), and a line that lets one stand names the rule."""
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    selected = re.search(r"(?m)^select = (\[.*?\])", config)
    ignored = re.search(r"(?ms)^ignore = \[(.*?)^\]", config)
    assert selected and '"S"' in selected[1]
    assert ignored and set(re.findall(r'"(S\d+)"', ignored[1])) == {"S101"}
    assert '"kepuyue' not in config.partition("per-file-ignores]")[2].partition("\n[")[0]

    found: dict[str, int] = {}
    for path in SOURCES:
        for codes in re.findall(r"# noqa: ([A-Z0-9, ]+)", path.read_text(encoding="utf-8")):
            for code in re.findall(r"\bS\d+", codes):
                found[code] = found.get(code, 0) + 1
        assert "# noqa\n" not in path.read_text(encoding="utf-8"), path
    # One more has to be looked at by a person and written here
    assert {code: count for code, count in found.items() if count > EXPLAINED.get(code, 0)} == {}


def test_control_the_linter_finds_what_it_should() -> None:
    text = (
        "import hashlib, pickle, subprocess, yaml, xml.etree.ElementTree as tree\n"
        "def f(x, cursor):\n"
        "    eval(x)\n    pickle.loads(x)\n    subprocess.run(x, shell=True)\n    yaml.load(x)\n"
        "    tree.fromstring(x)\n    hashlib.md5(x)\n    cursor.execute(f'select {x} from t')\n"
    )
    ruff = Path(sys.executable).with_name("ruff")
    said = subprocess.run(
        [ruff, "check", "--no-cache", "--output-format", "json", "--stdin-filename", "kepuyue/x.py", "-"],
        input=text, capture_output=True, text=True, cwd=ROOT, check=False,
    ).stdout  # fmt: skip

    found = {fault["code"] for fault in json.loads(said)}
    assert {"S307", "S301", "S602", "S506", "S314", "S324", "S608"} <= found


def test_no_shell_is_asked() -> None:
    asked = [
        f"{path.name}:{call.lineno}"
        for path, name, call in calls()
        if name in {"os.system", "os.popen", "subprocess.getoutput"}
        or any(word.arg == "shell" for word in call.keywords)
    ]
    assert asked == []


def test_patterns_are_our_own() -> None:
    """What is put into a regular expression is a constant of the module, or escaped."""
    asked = re.compile(r"re\.(compile|match|search|fullmatch|findall|finditer|sub|split)")
    own = re.compile(r"_?[A-Z][A-Z_]*|'[|]'\.join\(_?[A-Z][A-Z_]*\)|_pattern|re\.escape\(.+\)")
    odd = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(part.value)}"
        for path, name, call in calls()
        # The demonstration reads its own tables only
        if asked.fullmatch(name) and call.args and "demo" not in path.parts
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.FormattedValue) and not own.fullmatch(ast.unparse(part.value))
    ]
    assert odd == []


def test_every_cookie_bears_the_prefix() -> None:
    """`__Host-` where there is HTTPS, and what the name is made of says so; the demonstration's clock is no secret."""
    named = {
        "settings.LANGUAGE_COOKIE_NAME",  # all three of COOKIE_PREFIX
        "network.device_cookie_name()",
        "cookie",
        "MARK",
        "stages.COOKIE",
    }
    found = [(path, call) for path, name, call in calls() if name.endswith(".set_cookie")]

    assert {ast.unparse(call.args[0]) for _path, call in found} == named
    for _path, call in found:
        words = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert words["samesite"] == "'Lax'"
        is_demo = ast.unparse(call.args[0]) == "stages.COOKIE"
        assert words["secure"] == ("request.is_secure()" if is_demo else "settings.HTTPS")
    for place in ("ui/views.py", "bookings/views/feedback.py", "accounts/network.py"):
        assert "settings.COOKIE_PREFIX + " in (ROOT / "kepuyue" / place).read_text(encoding="utf-8")
    assert [path.name for path, text in SCRIPTS.items() if "document.cookie = " in text] == ["display.js"]


def test_chance_is_the_systems_own() -> None:
    """`secrets` draws what nobody may guess; `random` draws pictures and shares work out, and the linter asks why."""
    users = {
        path.relative_to(ROOT / "kepuyue").parts[0]
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "random" in {getattr(node, "module", None), *(alias.name for alias in node.names)}
    }
    assert users <= {"demo", "programme"}
    # What is tried again waits a little longer or shorter, so that not all come back at once
    drawn = [text.replace("0.4 * Math.random()", "") for text in SCRIPTS.values()]
    assert [text[:60] for text in drawn if "Math.random" in text] == []


def test_keys_that_open_something_have_128_bits() -> None:
    """Codes that people type are shorter, and bounded by tries (accounts.actions.lockout)."""
    sizes: dict[str, int] = {}
    for path, name, call in calls():
        if re.fullmatch(r"(secrets\.)?token_(urlsafe|hex|bytes)", name):
            said = ast.unparse(call.args[0]) if call.args else "32"
            place = str(path.relative_to(ROOT / "kepuyue"))
            sizes[place] = min(sizes.get(place, 99), int(said) if said.isdecimal() else constant(path, said))
    # The nonce of AES-GCM, the number of a place in the queue, which a signature guards, and that of a request
    no_keys = {"core/ciphers.py", "bookings/tokens.py", "core/logs.py"}

    assert len(sizes) > 6 and no_keys <= set(sizes)
    assert {place: size for place, size in sizes.items() if size < 16 and place not in no_keys} == {}


def constant(path: Path, name: str) -> int:
    """The whole number that a module gives a name to."""
    return next(
        int(ast.unparse(line.value))
        for line in SOURCES[path].body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == name
    )


class Store(SessionBase):
    """The framework's making of keys, without a database to ask whether one is taken."""

    def exists(self, session_key: str) -> bool:
        return False


def test_key_of_a_session_has_128_bits() -> None:
    key = Store()._get_new_session_key()

    assert len(key) * math.log2(len(VALID_KEY_CHARS)) >= 128


def test_cryptography_is_that_of_the_inventory() -> None:
    """Every algorithm that the sources name stands in docs/security.md; none is there that is forbidden."""
    used: set[str] = set()
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography"):
                used |= {alias.name for alias in node.names if alias.name[0].isupper()}
            if isinstance(node, ast.ImportFrom) and node.module == "hashlib":
                used |= {alias.name for alias in node.names}
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib":
                used.add(node.attr)
        assert not re.search(
            r"\bmodes\.(ECB|CBC)|padding\.PKCS1v15|\bmd5\(|\bsha1\(", path.read_text(encoding="utf-8")
        ), path
    used -= {"InvalidTag", "InvalidSignature"}

    assert {"AESGCM", "Ed25519PrivateKey", "sha256", "blake2b"} <= used
    assert {name for name in used if f"`{name}`" not in SECURITY} == set()


def test_forms_name_their_fields() -> None:
    """So that a field added to a model is in no form until somebody puts it there. (A form that names none at all is
    refused by the framework when it is made.)"""
    metas = [
        (
            path,
            {
                ast.unparse(line.targets[0]): ast.unparse(line.value)
                for line in node.body
                if isinstance(line, ast.Assign)
            },
        )
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name == "Meta"
    ]
    forms = [(path, names) for path, names in metas if "model" in names]

    assert len(forms) >= 5
    assert [
        path.name for path, names in forms if "exclude" in names or names.get("fields") == "'__all__'"
    ] == []


def test_scripts_write_below_no_key_they_were_given() -> None:
    """`a[key][other] = …` with a key from outside would write into what all objects share."""
    deep = re.compile(r"\]\s*\[[^\]]+\]\s*=[^=]|__proto__|\.constructor\[|setPrototypeOf")

    assert [path.name for path, text in SCRIPTS.items() if deep.search(text)] == []
    assert len(SCRIPTS) > 20
