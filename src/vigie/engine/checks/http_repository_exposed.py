"""Does the site serve the history of its own code?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.REPOSITORY,
    weak="a repository of source code is served",
    sound="no repository of source code is served",
)

CHECK = Check("http-repository-exposed", Severity.HIGH, LoadClass.NORMAL, "CWE-527", judge)
