"""What is a version, once read: something that sorts."""

from dataclasses import dataclass, field

LONGEST = 100  # characters; the longest real version of the NVD's 2002-2026 criteria has 64


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scheme read: numbers whose lexicographic order is the order of the versions."""

    parts: tuple[int, ...]  # none negative; prefix-free within a scheme, save for what `vague` says
    branch: tuple[int, ...]  # the maintained line that it belongs to: (7, 0) of FortiOS 7.0.12
    vague: bool = False  # only a beginning is known: 9.1R11 with a patch level that is not told
    track: str = ""  # a list of its own, which does not compare with the others: VMware's patch bundles


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Comparable within its scheme. Equal when the scheme says so, however it is written: 14.1.4 and 14.1.4.0."""

    key: bytes  # sorts as the versions do: what a database or a columnar file compares
    ceiling: bytes = field(compare=False)  # the highest key that it may have; `key` itself when nothing is vague
    scheme: str = field(compare=False)  # with its list behind it: "vmware/bundle" does not compare with "vmware"
    text: str = field(compare=False)
    parts: tuple[int, ...] = field(compare=False)
    branch: tuple[int, ...] = field(compare=False)

    @property
    def vague(self) -> bool:
        return self.ceiling != self.key


def encode(parts: tuple[int, ...]) -> bytes:
    """Write numbers so that the bytes sort as the numbers do: each is preceded by its own length."""
    encoded = bytearray()
    for part in parts:
        size = (part.bit_length() + 7) // 8
        encoded.append(size)
        encoded += part.to_bytes(size, "big")
    return bytes(encoded)


def version(scheme: str, text: str, reading: Reading) -> Version:
    key = encode(reading.parts)
    # 0xFF cannot be the length of a number: LONGEST characters hold fewer than 42 bytes of digits.
    ceiling = key + b"\xff" if reading.vague else key
    named = f"{scheme}/{reading.track}" if reading.track else scheme
    return Version(key, ceiling, named, text, reading.parts, reading.branch)
