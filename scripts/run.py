"""`make run`: a seeded site on this machine. Runs in the environment that `scripts/setup.py` made."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EDITION = "editions/shenzhen-2024"


def main() -> None:
    os.chdir(ROOT)
    os.environ.setdefault("KEPUYUE_DEMO", "1")
    os.environ.setdefault("DATA_DIR", str(ROOT / "var"))
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT') or 8000}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    import django  # the settings read the environment

    django.setup()
    from django.core.management import CommandError, call_command

    try:
        _prepare(call_command)
    except CommandError as error:
        sys.exit(f"✗ {error}")
    for line in _what_is_off():
        print(line)
    sys.stdout.flush()
    kepuyue = str(Path(sys.executable).parent / "kepuyue")
    os.execv(kepuyue, [kepuyue, "serve"])


def _prepare(call_command) -> None:  # type: ignore[no-untyped-def]
    """Bring an empty database to a festival with its demonstration content."""
    from django.conf import settings

    from kepuyue.activities.models import Activity
    from kepuyue.editions.models import Edition

    call_command("migrate", verbosity=0, interactive=False)
    if not Edition.objects.exists():
        print(f"→ Loading the edition {EDITION}", flush=True)
        call_command("edition", "load", EDITION)
    # A start that was broken off while it built the content begins that anew
    if settings.DEMO and not Activity.objects.exists():
        print("→ Building the demonstration content (a minute, only this once)", flush=True)
        call_command("seed")
    if settings.DEMO:
        print("→ Accounts to try (only on this machine)", flush=True)
        call_command("demo-accounts")


def _what_is_off() -> list[str]:
    """What this machine lacks, and what is therefore off. Nothing else depends on the machine."""
    off = []
    if not os.environ.get("EMAIL_URL"):
        folder = Path(os.environ["DATA_DIR"]).resolve() / "mail"
        near = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
        off.append(f"Off: sending mail (EMAIL_URL is not set). Mails are written to {near}/ instead.")
    if not os.environ.get("SMS_APP_ID"):
        off.append(
            "Off: sending text messages (SMS_APP_ID is not set). See them at /demo/text-messages/ instead."
        )
    from kepuyue.programme.handbook import typesetter

    if not typesetter.is_there():
        wanted = " ".join(typesetter.PACKAGES)
        off.append(f"Off: the handbook as PDF (missing: {wanted}). Its print view works instead: /handbook/")
    return off


if __name__ == "__main__":
    main()
