"""How is an answer of a table written for people?"""

from collections.abc import Mapping

from vigie.exports.wording import Wording

Labels = Mapping[str, Mapping[str, str]]  # axis of the taxonomy -> slug -> words; "region", "category" of the registry
YES_NO = {"data_loss", "data_integrity", "data_disclosure", "ongoing", "support_asked", "support_given", "provider",
          "weakness"}  # fmt: skip
DAY = 24  # hours


def label(table: str, slug: str, labels: Labels, words: Wording) -> str:
    if slug == "unknown":
        return words.say("unknown")
    if table in YES_NO:
        return words.say(slug)
    if table == "entry":
        vector, equipment = slug.split("/")
        return f"{_known(labels, 'vector', vector)} · {_known(labels, 'equipment', equipment)}"
    if table in {"month", "weekday"}:
        return words.words[f"{table}s"].split()[int(slug) - 1]
    if table == "hour":
        return f"{int(slug)} h"
    if table == "repeats":
        return words.say("times_many") if slug == "5+" else words.say("times", n=slug)
    return _known(labels, table, slug)


def short(table: str, slug: str, words: Wording) -> str:
    """As it stands under a column."""
    return slug if table == "hour" else words.words[f"{table}s_short"].split()[int(slug) - 1]


def band(slug: str, bounds: tuple[int, ...], words: Wording) -> str:
    """ "4 to 24 h" of the band that begins at that hour; the last one has no end."""
    low = int(slug)
    high = next((bound for bound in bounds if bound > low), None)
    if low == 0:
        return words.say("band_first", high=words.duration(3600 * (high or 0)))
    if high is None:
        return words.say("band_last", low=words.duration(3600 * low))
    return words.say("band", low=words.duration(3600 * low), high=words.duration(3600 * high))


def _known(labels: Labels, axis: str, slug: str) -> str:
    return labels.get(axis, {}).get(slug, slug)
