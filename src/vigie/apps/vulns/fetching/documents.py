"""Documents fetched one by one, those that changed, and remembered once they are stored."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vigie.channels.courtesy import Courtesy
from vigie.channels.feeds import ChannelAnswered, ChannelFlooded, ChannelRefused, Fetched
from vigie.sources.csaf_provider import read_hash
from vigie.sources.faults import SourceUnreadable
from vigie.sources.json_stream import BadRecord

from .errand import Errand

AT_ONCE = 25  # documents brought before they are stored: as many are brought again after a kill
MOST_TRIES = 3  # rounds in which a document that is not there is asked for


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document: where it is, under which name it is kept, and what changes when it does."""

    address: str
    path: str  # below the folder of the errand
    stamp: str
    hashes: tuple[str, ...] = ()
    hash_is_promised: bool = False


@dataclass(slots=True)
class Ledger:
    """Which version of each document was brought and stored: a small file beside them."""

    file: Path
    stamps: dict[str, str] = field(default_factory=dict)  # by path
    absences: dict[str, int] = field(default_factory=dict)  # by path: rounds in which it was not there

    @classmethod
    def read(cls, folder: Path) -> "Ledger":
        ledger = cls(folder / "brought.notes.json")
        try:
            kept = json.loads(ledger.file.read_text())
            ledger.stamps = {str(path): str(stamp) for path, stamp in kept["stamps"].items()}
            ledger.absences = {str(path): int(rounds) for path, rounds in kept["absences"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(ledger.file)  # none, or not ours: every document is asked for again, and answered "unchanged"
        return ledger

    def write(self) -> None:
        part = self.file.with_name(f"{self.file.name}.part")
        part.write_text(json.dumps({"stamps": self.stamps, "absences": self.absences}))
        part.replace(self.file)

    def lacks(self, one: Wanted) -> bool:
        """Whether it must be asked for: another version, or never seen, and not known to be absent."""
        return self.stamps.get(one.path) != one.stamp and self.absences.get(one.path, 0) < MOST_TRIES


def bring(errand: Errand, wanted: Sequence[Wanted], courtesy: Courtesy) -> Iterator[tuple[Path, ...]]:
    """Yield the documents that changed, some at a time; those that are here already come first on a first reading."""
    ledger = Ledger.read(errand.folder)
    if errand.since is None:
        yield from _here_already(errand.folder, ledger)
    lacking = [one for one in wanted if ledger.lacks(one)]
    this_round = lacking[: errand.source.most_documents]
    errand.waiting = len(lacking)
    errand.watch.begin(f"{errand.source.slug}: documents", len(this_round))
    for start in range(0, len(this_round), AT_ONCE):
        batch = this_round[start : start + AT_ONCE]
        found = {one: _brought(errand, one, ledger, courtesy) for one in batch}
        yield tuple(fetched.path for fetched in found.values() if fetched is not None)
        ledger.stamps |= {one.path: one.stamp for one, fetched in found.items() if fetched is not None}
        ledger.write()
        errand.waiting -= len(batch)
        errand.watch.at(start + len(batch), len(this_round))


def _here_already(folder: Path, ledger: Ledger) -> Iterator[tuple[Path, ...]]:
    """The database is new and the folder is not: what it holds is read before anything is asked for."""
    files = [folder / path for path in sorted(ledger.stamps) if (folder / path).is_file()]
    for start in range(0, len(files), AT_ONCE):
        yield tuple(files[start : start + AT_ONCE])


def _brought(errand: Errand, one: Wanted, ledger: Ledger, courtesy: Courtesy) -> Fetched | None:
    """One document that is not there, too long or not what its hash says does not keep the others away."""
    target = errand.folder / one.path
    try:
        fetched = errand.fetch(one.address, target, courtesy)
        _compare(errand, one, target, courtesy)
    except ChannelAnswered as error:
        if not error.is_absent:
            raise
        ledger.absences[one.path] = ledger.absences.get(one.path, 0) + 1
        _leave_out(errand, one, str(error))
    except (ChannelFlooded, ChannelRefused) as error:
        _leave_out(errand, one, str(error))
    except SourceUnreadable as error:
        _drop(target)
        _leave_out(errand, one, str(error))
    else:
        ledger.absences.pop(one.path, None)
        return fetched
    return None


def _compare(errand: Errand, one: Wanted, target: Path, courtesy: Courtesy) -> None:
    """Hold a document to the hash that its publisher tells beside it; one that tells none is believed."""
    for address in one.hashes:
        beside = errand.folder / "hash.part"
        _drop(beside)
        try:
            errand.fetch(address, beside, courtesy)
            told = read_hash(beside)
        except ChannelAnswered as error:
            if error.is_absent:
                continue
            raise
        finally:
            _drop(beside)
        with target.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha512" if len(told) == 128 else "sha256").hexdigest()
        if found != told:
            raise SourceUnreadable(f"its hash is {found[:16]}…, its publisher tells {told[:16]}…")
        return
    if one.hash_is_promised:
        raise SourceUnreadable("its publisher promises a hash and has none")


def _leave_out(errand: Errand, one: Wanted, reason: str) -> None:
    errand.left_out.append(BadRecord(len(errand.left_out) + 1, one.path[-60:], reason))


def _drop(file: Path) -> None:
    for name in (file.name, f"{file.name}.part", f"{file.name}.notes.json"):
        file.with_name(name).unlink(missing_ok=True)
