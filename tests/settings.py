"""The settings under test: the program's own, with everything that is written put into a folder that goes away."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="kepuyue-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ["DATA_DIR"] = _folder
# The demonstration room is tested too; that it is gone outside its mode is tested in a process of its own
os.environ.setdefault("KEPUYUE_DEMO", "1")
for name in ("SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "EMAIL_URL", "REDIS_URL", "DEBUG", "BEHIND_PROXY",
             "TRUSTED_PROXIES", "SECOND_FACTOR_REQUIRED_FOR", "SESSION_IDLE_MINUTES", "OIDC_ISSUER", "WEIXIN_APP_ID",
             "MAP_TILES", "IMAP_URL", "IMAP_AUTHSERV_ID"):  # fmt: skip
    os.environ.pop(name, None)

from kepuyue.settings import *  # noqa: E402, F403
from kepuyue.settings import DATABASES, IS_SQLITE  # noqa: E402

if IS_SQLITE:
    # A file and not memory, so that threads and the browser's server meet the same locks as in earnest;
    # it need not survive a power cut
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

STATIC_ROOT = Path(_folder) / "static"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = True
# Looked for when they are asked for: every test client would else list all of them first, a third of its time
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
