"""What can be done about declarations and incidents; each verb lives beside its own kind."""

from .authorities import let_go, note_told, remind_authorities, write_to_authorities
from .declaring import Receipt, Receiving, confirm, declare, follow_up, open_with_code, save_draft, start_draft
from .handling import (
    acknowledge,
    assess,
    assign,
    end,
    hand_over,
    latest_facts,
    log_support,
    move,
    qualify,
    remark,
    reopen,
    start_qualifying,
    tell,
)
from .linking import confirm_shared, merge, open_shared, split
from .receipts import write_back
from .refusals import (
    AlreadyDone,
    AnswersRefused,
    IncidentRefused,
    Incomplete,
    NotFromHere,
    NotOpened,
    TooMany,
)
from .reminding import forget_drafts, remind
from .shifts import give, take, take_alone, take_back
from .steps import do_step, undo_step
from .submitting import review, submit

__all__ = [
    "AlreadyDone", "AnswersRefused", "IncidentRefused", "Incomplete", "NotFromHere", "NotOpened", "Receipt",
    "Receiving", "TooMany", "acknowledge", "assess", "assign", "confirm", "confirm_shared", "declare", "do_step",
    "end", "follow_up", "forget_drafts", "give", "hand_over", "latest_facts", "let_go", "log_support", "merge", "move",
    "note_told", "open_shared", "open_with_code", "qualify", "remark", "remind", "remind_authorities", "reopen",
    "review", "save_draft", "split", "start_draft", "start_qualifying", "submit", "take", "take_alone", "take_back",
    "tell", "undo_step", "write_back", "write_to_authorities",
]  # fmt: skip
