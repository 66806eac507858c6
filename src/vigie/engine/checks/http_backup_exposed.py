"""Does the site serve a backup of itself?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.BACKUP,
    weak="a backup is served",
    sound="no backup is served",
)

CHECK = Check("http-backup-exposed", Severity.CRITICAL, LoadClass.NORMAL, "CWE-530", judge)
