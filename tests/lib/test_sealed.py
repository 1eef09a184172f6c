import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.sealed import (
    BrokenSealError,
    SealError,
    UnknownKeyError,
    needs_new_key,
    seal,
    search_hash,
    unseal,
)

OLD, NEW, SEARCH = b"o" * 32, b"n" * 32, b"s" * 32
TEXT = "11010519491231002X"
PURPOSE = "person.id_number"


@pytest.fixture(autouse=True)
def _keys(change_keys):
    change_keys({"2026": NEW, "2025": OLD}, search_key=SEARCH)


def sealed_by_the_old_key(change_keys):
    change_keys({"2025": OLD})
    sealed = seal(TEXT, PURPOSE)
    change_keys({"2026": NEW, "2025": OLD})
    return sealed


@given(st.text(max_size=200))
def test_unseal_gives_back_every_text(text):
    assert unseal(seal(text, PURPOSE), PURPOSE) == text


def test_unseal_takes_what_the_database_hands_over():
    assert unseal(memoryview(seal(TEXT, PURPOSE)), PURPOSE) == TEXT


def test_seal_puts_the_newest_key_in_front_and_hides_the_text():
    sealed = seal(TEXT, PURPOSE)

    assert sealed[:5] == b"2026:"
    assert len(sealed) == 5 + 12 + 18 + 16
    assert TEXT.encode() not in sealed


def test_seal_of_the_same_text_is_never_the_same():
    assert len({seal(TEXT, PURPOSE) for _ in range(100)}) == 100


def test_rotation_reads_the_old_key_and_asks_for_the_new(change_keys):
    old, new = sealed_by_the_old_key(change_keys), seal(TEXT, PURPOSE)

    assert (unseal(old, PURPOSE), needs_new_key(old)) == (TEXT, True)
    assert (unseal(new, PURPOSE), needs_new_key(new)) == (TEXT, False)


def test_unseal_of_a_key_that_was_dropped_names_its_id(settings, change_keys):
    old = sealed_by_the_old_key(change_keys)
    settings.PERSONAL_DATA_KEYS = {"2026": NEW}

    with pytest.raises(UnknownKeyError) as caught:
        unseal(old, PURPOSE)

    assert str(caught.value) == "PERSONAL_DATA_KEYS has no key with the id '2025'"


def test_unseal_under_the_same_id_and_another_key_is_refused(settings):
    sealed = seal(TEXT, PURPOSE)
    settings.PERSONAL_DATA_KEYS = {"2026": OLD}

    with pytest.raises(BrokenSealError):
        unseal(sealed, PURPOSE)


def test_unseal_for_another_purpose_is_refused():
    with pytest.raises(BrokenSealError) as caught:
        unseal(seal(TEXT, PURPOSE), "family.id_number")

    assert str(caught.value) == "sealed bytes were changed, or not sealed for 'family.id_number'"


def test_unseal_notices_every_changed_bit():
    sealed = seal(TEXT, PURPOSE)
    changed = [
        sealed[:place] + bytes([sealed[place] ^ (1 << bit)]) + sealed[place + 1 :]
        for place in range(len(sealed))
        for bit in range(8)
    ]

    for other in changed:
        with pytest.raises(SealError):
            unseal(other, PURPOSE)


def test_unseal_notices_every_cut():
    sealed = seal(TEXT, PURPOSE)

    for length in range(len(sealed)):
        with pytest.raises(BrokenSealError):
            unseal(sealed[:length], PURPOSE)


@given(st.binary(max_size=100))
def test_unseal_refuses_any_other_bytes_with_its_own_error(data):
    with pytest.raises(SealError):
        unseal(data, PURPOSE)


def test_refusal_holds_neither_keys_nor_contents():
    sealed = seal(TEXT, PURPOSE)

    with pytest.raises(BrokenSealError) as caught:
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), PURPOSE)

    said = f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.__suppress_context__ is True
    assert [secret for secret in (TEXT, NEW.decode(), repr(NEW), repr(sealed)) if secret in said] == []


def test_search_hash_is_the_keyed_hash():
    # printf %s 11010519491231002X | openssl dgst -sha256 -hmac ssssssssssssssssssssssssssssssss
    assert search_hash(TEXT) == "7b727fd214f6051c442b067aaa3f1daa719d18b3583ac50e36bd1f8102f435a8"


def test_search_hash_depends_on_the_key(settings):
    before = search_hash(TEXT)
    settings.PERSONAL_DATA_SEARCH_KEY = NEW

    assert search_hash(TEXT) != before
