"""Does the server tell strangers what it tells its administrator?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.STATUS,
    weak="a page of the administrator is served",
    sound="no page of the administrator is served",
)

CHECK = Check("http-status-exposed", Severity.MEDIUM, LoadClass.NORMAL, "CWE-497", judge)
