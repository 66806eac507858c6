"""Does the site list the files of a folder where documents or backups are put?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.LISTING,
    weak="a folder lists its files",
    sound="no folder lists its files",
)

CHECK = Check("http-folder-listing", Severity.MEDIUM, LoadClass.NORMAL, "CWE-548", judge)
