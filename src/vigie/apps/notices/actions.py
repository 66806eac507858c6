"""What can be done about notices; each verb lives beside its own kind."""

from .acknowledging import acknowledge, acknowledge_alert, can_declare_fix, declare_fix, note_stages
from .bounces import apply_report
from .contacts import declare_contact, end_contact, refuse_digest
from .escalating import confirm_contact, note_call, take_due_steps
from .planning import (
    URGENT_FIRST,
    Occasion,
    Subject,
    plan_message,
    plan_messages,
    plan_notice,
    plan_verification,
    tell,
)
from .refusals import (
    AlreadyDone,
    InvalidContact,
    InvalidWords,
    NoticeRefused,
    SecondPersonNeeded,
    UrgentCannotBeRefused,
)
from .releasing import agree, edit, withhold
from .sending import Post, Sender, Sent

__all__ = [
    "URGENT_FIRST",
    "AlreadyDone",
    "InvalidContact",
    "InvalidWords",
    "NoticeRefused",
    "Occasion",
    "Post",
    "SecondPersonNeeded",
    "Sender",
    "Sent",
    "Subject",
    "UrgentCannotBeRefused",
    "acknowledge",
    "acknowledge_alert",
    "agree",
    "apply_report",
    "can_declare_fix",
    "confirm_contact",
    "declare_contact",
    "declare_fix",
    "edit",
    "end_contact",
    "note_call",
    "note_stages",
    "plan_message",
    "plan_messages",
    "plan_notice",
    "plan_verification",
    "refuse_digest",
    "take_due_steps",
    "tell",
    "withhold",
]  # fmt: skip
