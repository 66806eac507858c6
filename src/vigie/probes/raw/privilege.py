"""What may this process still do? Once its sockets are open, nothing that an ordinary one may not."""

import ctypes
import struct

_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL = 38, 47, 4


def give_up() -> None:
    """Give every capability up for good, of this process and of what it would start. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    nothing = bytes(24)  # effective, permitted, inheritable, twice 32 bits each
    for code in (
        libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0),
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        libc.capset(header, nothing),
    ):
        if code:
            error = ctypes.get_errno()
            raise OSError(error, "the capability could not be given up")
