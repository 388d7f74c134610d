"""What must not be read in a copy of the database: encrypted, noticed when changed, opened by keys of before."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from kepuyue.core import ciphers

TEXT = "李小明 13800000000"


def test_text_is_read_again_and_is_never_the_same_twice() -> None:
    first, second = ciphers.encrypted(TEXT), ciphers.encrypted(TEXT)

    assert ciphers.decrypted(first) == ciphers.decrypted(second) == TEXT
    assert first != second and TEXT not in first


def test_text_with_one_bit_changed_is_not_read() -> None:
    raw = urlsafe_b64decode(ciphers.encrypted(TEXT))

    for place in (0, ciphers.NONCE, len(raw) - 1):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(ciphers.Unreadable):
            ciphers.decrypted(urlsafe_b64encode(changed).decode())


@pytest.mark.parametrize("text", ["", "A", "not base64 at all", "AAAA" * 3])
def test_what_was_never_encrypted_is_not_read(text: str) -> None:
    with pytest.raises(ciphers.Unreadable):
        ciphers.decrypted(text)


def test_key_of_before_still_opens_and_a_strangers_does_not(settings: Any) -> None:
    sealed = ciphers.encrypted(TEXT)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret of the site", [settings.SECRET_KEY]
    assert ciphers.decrypted(sealed) == TEXT
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ciphers.Unreadable):
        ciphers.decrypted(sealed)


def test_keys_are_long_and_one_for_each_purpose(settings: Any) -> None:
    keys = {ciphers._key(settings.SECRET_KEY, purpose) for purpose in ("a", "b", "kepuyue.core.ciphers")}

    assert {len(key) for key in keys} == {32} and len(keys) == 3
    assert ciphers.digest(TEXT, "a") == ciphers.digest(TEXT, "a") != ciphers.digest(TEXT, "b")
    assert len(bytes.fromhex(ciphers.digest(TEXT, "a"))) == 16
