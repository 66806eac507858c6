"""What rests encrypted opens for its purpose and its owner, under its key, unchanged; or it says that it does not."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.apps.vault import keyring
from vigie.apps.vault.encryption import (
    HEAD_BYTES,
    OVERHEAD_BYTES,
    KeyMissing,
    Unreadable,
    current_ring,
    decrypt,
    encrypt,
    key_name,
)
from vigie.apps.vault.keyring import KeyringUnusable, first_keyring, new_key

pytestmark = pytest.mark.embedded  # on PostgreSQL no process makes the keyring by itself


@given(data=st.binary(max_size=4096), about=st.one_of(st.integers(0, 2**63), st.text(max_size=20)))
def test_what_was_encrypted_comes_back(data, about):
    stored = encrypt(data, purpose="attachment", about=about)
    assert decrypt(stored, purpose="attachment", about=about) == data
    assert len(stored) == len(data) + OVERHEAD_BYTES


@given(data=st.binary(min_size=8, max_size=200))
def test_nothing_of_it_can_be_read_and_no_two_are_alike(data):
    one, two = (encrypt(data, purpose="attachment", about=1) for _ in range(2))
    assert data not in one
    assert one[HEAD_BYTES:] != two[HEAD_BYTES:]


@given(place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place, flip):
    stored = bytearray(encrypt(b"the finding of Valmorne", purpose="attachment", about=1))
    stored[place % len(stored)] ^= flip
    with pytest.raises(Unreadable):
        decrypt(bytes(stored), purpose="attachment", about=1)


@given(cut=st.integers(1, 60))
def test_what_was_cut_is_noticed(cut):
    stored = encrypt(b"the finding of Valmorne", purpose="attachment", about=1)
    with pytest.raises(Unreadable):
        decrypt(stored[:-cut], purpose="attachment", about=1)


@pytest.mark.parametrize(
    ("purpose", "about"),
    [
        pytest.param("second-factor", 1, id="moved-to-another-column"),
        pytest.param("attachment", 2, id="moved-to-another-owner"),
        pytest.param("attachment", "1\0", id="an-owner-that-resembles-it"),
    ],
)
def test_what_was_moved_does_not_open(purpose, about):
    stored = encrypt(b"evidence", purpose="attachment", about=1)
    with pytest.raises(Unreadable):
        decrypt(stored, purpose=purpose, about=about)


def test_the_owner_may_be_told_as_a_number_or_as_its_text():
    assert decrypt(encrypt(b"evidence", purpose="attachment", about=7), purpose="attachment", about="7") == b"evidence"


def test_a_machine_alone_makes_its_first_key_which_only_its_user_reads(own_ring):
    encrypt(b"evidence", purpose="attachment", about=1)
    assert stat.S_IMODE(own_ring.stat().st_mode) == 0o600
    assert len(keyring.read(own_ring).keys) == 1


def test_a_machine_beside_others_does_not_begin_a_keyring_of_its_own(own_ring, settings):
    shared = {"database_url": "postgresql://vigie@db.example/vigie"}
    settings.VIGIE = settings.VIGIE.model_copy(update=shared)
    with pytest.raises(KeyringUnusable, match="cannot be read"):
        encrypt(b"evidence", purpose="attachment", about=1)
    assert not own_ring.exists()


def test_a_missing_key_is_named(own_ring):
    stored = encrypt(b"evidence", purpose="attachment", about=1)
    keyring.write(own_ring, first_keyring())
    with pytest.raises(KeyMissing, match=key_name(stored)):
        decrypt(stored, purpose="attachment", about=1)


def test_a_running_process_sees_that_the_file_has_changed(own_ring):
    before = encrypt(b"evidence", purpose="attachment", about=1)
    ring = current_ring().with_new("2026-11-23T06:10:00+00:00")
    keyring.write(own_ring, keyring.Keyring(ring.keys, ring.keys[-1].name))
    after = encrypt(b"evidence", purpose="attachment", about=1)
    assert key_name(before) != key_name(after) == ring.keys[-1].name
    assert decrypt(before, purpose="attachment", about=1) == decrypt(after, purpose="attachment", about=1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="another-shape"),
        pytest.param('{"keys": [], "current": "00"}', id="no-key"),
        pytest.param(
            '{"keys": [{"name": "00ff00ff", "secret": "AAAA", "made_at": ""}], "current":"00ff00ff"}', id="cut"
        ),
        pytest.param('{"keys": [{"name": "00ff00ff", "secret": "é", "made_at": ""}], "current": "00ff00ff"}', id="odd"),
    ],
)
def test_a_damaged_keyring_is_told_and_never_replaced(own_ring, text):
    own_ring.write_text(text)
    with pytest.raises(KeyringUnusable, match=r"keyring\.json"):
        encrypt(b"evidence", purpose="attachment", about=1)
    assert own_ring.read_text() == text


def test_a_key_does_not_print_itself():
    key = new_key("")
    assert repr(key.secret) not in repr(keyring.Keyring((key,), key.name))
