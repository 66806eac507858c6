"""One process at a time in a folder."""

import os

import pytest

from vigie.config.locks import AlreadyHeld, Holder, hold


def test_the_second_learns_who_is_the_first(tmp_path):
    path = tmp_path / "serve.lock"
    with hold(path, address="http://127.0.0.1:8000"):
        with pytest.raises(AlreadyHeld) as refused, hold(path, address="http://127.0.0.1:9000"):
            pass
        assert refused.value.holder == Holder(os.getpid(), "http://127.0.0.1:8000")
    with hold(path):
        pass


@pytest.mark.parametrize("left", ["", "{", '{"pid": "x"}', "[]", "\x00" * 100], ids=repr)
def test_what_a_dead_process_left_in_the_file_is_of_no_matter(tmp_path, left):
    path = tmp_path / "serve.lock"
    path.write_text(left)
    with hold(path):
        path.write_text(left)  # as if it had died while writing
        with pytest.raises(AlreadyHeld) as refused, hold(path):
            pass
        assert refused.value.holder.pid == 0
