"""Does the site serve its log?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.LOG,
    weak="a log is served",
    sound="no log is served",
)

CHECK = Check("http-log-exposed", Severity.HIGH, LoadClass.NORMAL, "CWE-532", judge)
