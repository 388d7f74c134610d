"""Keys of encrypted backups: the public one stands on the server, the private one anywhere else."""

import os
from pathlib import Path
from typing import Any

import pyrage
from django.utils.translation import gettext as _

from kepuyue.operation.backup import Refused


def recipient(text: str) -> Any:
    """A public key: one of age (`age1…`) or of SSH (`ssh-ed25519 …`, `ssh-rsa …`)."""
    text = text.strip()
    try:
        return (pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient).from_str(text)
    except pyrage.RecipientError as error:
        raise Refused(_("这不是公钥：%(text)s。请写 age1… 或 ssh-ed25519 …") % {"text": text[:60]}) from error


def identities(path: Path) -> list[Any]:
    """The private keys in a file of age or of SSH."""
    try:
        data = path.read_bytes()
        if b"OPENSSH PRIVATE KEY" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode().splitlines()]
        found = [
            pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")
        ]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise Refused(_("读不了私钥文件 %(file)s（%(why)s）。") % {"file": path, "why": error}) from error
    if not found:
        raise Refused(_("文件 %(file)s 里没有私钥。") % {"file": path})
    return found


def new_key(path: Path) -> str:
    """Write a new private key into a new file that its owner alone reads; the public key."""
    identity = pyrage.x25519.Identity.generate()
    text = f"# public key: {identity.to_public()}\n{identity}\n".encode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    return str(identity.to_public())
