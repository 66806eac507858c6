"""Does the site serve its settings or its keys?"""

from vigie.engine.facts_of_web import ExposureKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check
from .exposures import judge_kind

judge = judge_kind(
    ExposureKind.SECRETS,
    weak="a file of settings or of keys is served",
    sound="no file of settings or of keys is served",
)

CHECK = Check("http-secrets-exposed", Severity.CRITICAL, LoadClass.NORMAL, "CWE-538; ANSSI, guide d'hygiène, 11", judge)
