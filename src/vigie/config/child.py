"""Run a command that ends when its parent does, however the parent died: `python child.py PARENT COMMAND...`.

Run as a plain file by the supervisor: it must start fast, so it imports nothing of the house.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2): the signal that the kernel sends to us when our parent dies; kept across exec


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # it died before we asked
    os.execvp(command[0], command)  # noqa: S606 -- our own supervisor's command, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
