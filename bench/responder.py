"""A nation behind a cable: answers the SYNs to its open ports, and is silent on all the rest. Run in a namespace.

One address in sixteen is live; of a live one the ports that five divides are open. Prints "ready", then works until
it is ended.
"""

import select
import time

import numpy as np
from numpy.typing import NDArray

from vigie.probes.raw.consent import Consent, ip_network
from vigie.probes.raw.door import Door
from vigie.probes.raw.packets import folded, word_sum
from vigie.probes.raw.ring import Ring

LIVE_ONE_IN, OPEN_EVERY = 16, 5
SYN, ACK = 0x02, 0x10
_BATCH_SECONDS = 0.02  # one by one, an interpreter would work harder than the machines whose part it plays
_LENGTH = 44  # as the questions are: the door knows no other size

# TCP; the last four bits of the address zero; the port a multiple of five; SYN alone.
_QUESTIONS = [
    (0x30, 0, 0, 9), (0x15, 0, 10, 6), (0x20, 0, 0, 16), (0x54, 0, 0, LIVE_ONE_IN - 1), (0x15, 0, 7, 0),
    (0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x94, 0, 0, OPEN_EVERY), (0x15, 0, 3, 0), (0x50, 0, 0, 13),
    (0x15, 0, 1, SYN), (0x06, 0, 0, 88), (0x06, 0, 0, 0),
]  # fmt: skip


def replies(questions: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A SYN-ACK to each, (n, 44) bytes."""
    packets = questions[:, :_LENGTH].copy()
    packets[:, 12:16], packets[:, 16:20] = questions[:, 16:20], questions[:, 12:16]
    packets[:, 20:22], packets[:, 22:24] = questions[:, 22:24], questions[:, 20:22]
    packets[:, 24:28] = 7
    asked = np.ascontiguousarray(questions[:, 24:28]).view(">u4").ravel().astype(np.uint32)
    packets[:, 28:32] = (asked + np.uint32(1)).astype(">u4").view(np.uint8).reshape(-1, 4)
    packets[:, 33] = SYN | ACK
    packets[:, 36:38] = 0
    total = word_sum(packets[:, 12:20]) + np.uint64(6 + 24) + word_sum(packets[:, 20:])
    packets[:, 36:38] = folded(total).astype(">u2").view(np.uint8).reshape(-1, 2)
    return packets


def main() -> None:
    ring, door = Ring(4, _QUESTIONS), Door(4)
    anyone = Consent([ip_network("10.0.0.0/8")], range(1, 65536))
    print("ready", flush=True)
    while True:
        select.select([ring], [], [])
        time.sleep(_BATCH_SECONDS)
        while len(questions := ring.read()):
            door.send(replies(questions), anyone)


if __name__ == "__main__":
    main()
