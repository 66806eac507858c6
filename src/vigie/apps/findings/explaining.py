"""What is said to people of one finding, in their language."""

from vigie.data.documents import DocumentError
from vigie.data.texts import CheckText, check_text, product_name, product_text

from .enums import FindingKind
from .models import Finding


def text_of(finding: Finding, count: int, language: str) -> CheckText | None:
    """The whole explanation, with `count` vulnerabilities behind it; None when nobody has written it yet."""
    try:
        if finding.kind != FindingKind.PRODUCT:
            return check_text(finding.subject, language)
        return product_text(
            language,
            product=product_name(finding.subject),
            version=finding.seen_version,
            fixed=finding.fixed_version or None,
            count=count,
            exploited=finding.exploited,
        )
    except DocumentError:
        return None
