"""A real IMAP server (Dovecot) for a test: without privileges, in a folder of its own, on a free port of this machine."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

USER, PASSWORD = "reports", "a-password-of-the-tests"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class PostOffice:
    """The server; `put` lays a message into its inbox."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def url(self) -> str:
        """What an operator writes into IMAP_URL."""
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    def client(self) -> IMAPClient:
        """Somebody who looks into the inbox."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False)
        client.login(USER, PASSWORD)
        client.select_folder("INBOX")
        return client

    def put(self, *letters: bytes) -> None:
        """Messages arrive."""
        client = self.client()
        for letter in letters:
            client.append("INBOX", letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        client.logout()

    def seen(self) -> list[int]:
        """The numbers of the messages that are marked as read."""
        client = self.client()
        found = [int(one) for one in client.search("SEEN")]
        client.logout()
        return found


@contextmanager
def opened() -> Iterator[PostOffice]:
    """Start the server and end it afterwards. A machine without the package fails here and skips nothing."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    # Its processes refuse to run as root
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    group = grp.getgrgid(account.pw_gid).gr_name
    with tempfile.TemporaryDirectory(prefix="kepuyue-post-") as name:
        folder = Path(name)
        for part in ("run", "state", "mail", "home"):
            (folder / part).mkdir()
        port = _free_port()
        config = folder / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                folder=folder, port=port, user=account.pw_name, group=group, uid=account.pw_uid, gid=account.pw_gid,
                password=PASSWORD,
            )
        )  # fmt: skip
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, account.pw_uid, account.pw_gid)
        as_whom = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        )
        with (folder / "out").open("w") as out:
            server = subprocess.Popen(
                [program, "-F", "-c", str(config)], stdout=out, stderr=subprocess.STDOUT, **as_whom
            )
        try:
            _wait_for(server, port, folder)
            yield PostOffice(folder, port)
        finally:
            server.terminate()
            server.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _wait_for(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    log = folder / "log"
    raise AssertionError((folder / "out").read_text() + (log.read_text() if log.exists() else ""))
