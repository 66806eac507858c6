"""Each message leaves once, whatever stops, dies or refuses."""

from datetime import timedelta

import pytest

from vigie.apps.jobs.models import Job
from vigie.apps.notices import actions, sending
from vigie.apps.notices.models import Alert, Contact, Notice

from .world import DAY, HOUR, Drawer, hospital, tell

pytestmark = pytest.mark.django_db


def test_what_is_urgent_leaves_at_once_and_once(now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(hospital(now), now, 1, 2)
    drawer = Drawer()
    assert drawer.deliver(now).sent == 1
    assert drawer.deliver(now + HOUR).sent == 0
    (notice,) = drawer.kept
    assert notice.address == "officer@valmorne.example"
    assert notice.message_id == f"<{notice.uid.hex}@vigie.example>"
    assert Job.objects.filter(path="vigie.apps.notices.tasks.deliver").count() == 1


def test_the_same_thing_told_again_makes_no_message(now):
    one = hospital(now)
    tell(one, now, 1)
    tell(one, now + HOUR, 1)
    tell(one, now + HOUR, 1, campaign=2)
    assert Notice.objects.count() == 1


def test_what_is_found_an_hour_later_joins_the_alert_that_waits(now):
    one = hospital(now)
    tell(one, now, 1)
    tell(one, now + HOUR, 2)
    assert Alert.objects.get().items.count() == 2
    assert Notice.objects.count() == 1


def test_what_is_not_urgent_leaves_with_the_digest_of_the_morning(now):
    one = hospital(now)
    tell(one, now, 1, 2, urgent=False)
    tell(one, now + timedelta(minutes=30), 3, urgent=False, campaign=2)
    drawer = Drawer()
    assert drawer.deliver(now + HOUR).sent == 0  # 08:10 in Paris
    assert drawer.deliver(now + 2 * HOUR).sent == 1
    assert Alert.objects.get().items.count() == 3


def test_a_worker_stopped_for_six_hours_sends_each_once_and_hurries_nobody(now):
    for number in range(12):
        tell(hospital(now), now, number)
    back = now + 6 * HOUR
    assert actions.take_due_steps(back) == 0  # nothing had left: no reminder is due
    drawer = Drawer()
    assert drawer.deliver(back).sent == 12
    assert len(set(drawer.ids)) == 12
    assert actions.take_due_steps(back + timedelta(minutes=5)) == 0
    assert drawer.deliver(back + timedelta(minutes=5)).sent == 0


def test_a_sender_killed_with_a_message_in_hand_repeats_that_one_only_and_marks_it(now):
    for number in range(5):
        tell(hospital(now), now, number)
    first = Drawer()

    def dies(notice):
        return KeyboardInterrupt() if len(first.kept) == 2 else None

    first.fault = dies
    with pytest.raises(KeyboardInterrupt):
        first.deliver(now)
    in_hand = Notice.objects.get(state="sending")
    assert Drawer().deliver(now).sent == 2  # the others do not wait for it
    second = Drawer()
    assert second.deliver(now + sending.LEASE + timedelta(seconds=1)).sent == 1
    (repeated,) = second.kept
    assert (repeated.pk, repeated.message_id, repeated.repeats) == (in_hand.pk, in_hand.message_id, 1)
    assert list(repeated.events.values_list("kind", flat=True)) == ["released", "uncertain", "sent"]
    assert Notice.objects.filter(state="sent").count() == 5


def test_what_a_stuck_sender_brings_late_is_not_recorded(now):
    tell(hospital(now), now, 1)
    notice = Notice.objects.get()
    stuck = sending.claim(notice.pk, now, "vigie.example")
    drawer = Drawer()
    drawer.deliver(now + sending.LEASE * 2)
    assert not sending.record_sent(stuck, "250 late", now + sending.LEASE * 2)
    notice.refresh_from_db()
    assert (notice.state, notice.reply) == ("sent", "250 kept")


def test_two_senders_never_take_the_same_message(now):
    tell(hospital(now), now, 1)
    pk = Notice.objects.get().pk
    assert sending.claim(pk, now, "vigie.example") is not None
    assert sending.claim(pk, now, "vigie.example") is None


def test_what_is_put_off_is_tried_later_and_later_then_given_up(now):
    tell(hospital(now), now, 1)
    drawer = Drawer(fault=lambda notice: sending.PutOff("451 later"))
    moment, tries = now, 0
    while Notice.objects.filter(state="released").exists():
        tries += drawer.deliver(moment).put_off
        moment = Notice.objects.get().not_before if Notice.objects.get().state == "released" else moment
    notice = Notice.objects.get()
    assert (notice.state, notice.reply) == ("failed", "451 later")
    assert tries == 11
    assert moment - now > 4 * DAY  # RFC 5321 asks for four to five days


def test_a_closed_way_out_is_not_knocked_at_for_each_message(now):
    for number in range(4):
        tell(hospital(now), now, number)
    drawer = Drawer(fault=lambda notice: sending.NothingLeaves("no route"))
    done = drawer.deliver(now)
    assert (done.put_off, done.closed) == (1, "no route")
    assert Notice.objects.filter(attempts=0).count() == 3


def test_a_doubtful_end_is_repeated_under_the_same_message_id_and_marked(now):
    tell(hospital(now), now, 1)
    Drawer(fault=lambda notice: sending.Uncertain("silence")).deliver(now)
    drawer = Drawer()
    drawer.deliver(now + HOUR)
    (notice,) = drawer.kept
    assert notice.repeats == 1


@pytest.mark.parametrize(
    ("hours", "urgent", "leaves"),
    [
        pytest.param(16, True, 1, id="urgent-at-night"),
        pytest.param(16, False, 0, id="digest-at-night"),
        pytest.param(24, False, 1, id="digest-the-next-morning"),
    ],
)
def test_quiet_hours_hold_for_what_is_late_too(now, hours, urgent, leaves):
    """The worker was stopped all day, and comes back at 23:10 in Paris."""
    tell(hospital(now), now, 1, urgent=urgent)
    assert Drawer().deliver(now + hours * HOUR + (2 * HOUR if hours == 24 else 0 * HOUR)).sent == leaves


def test_a_message_to_a_contact_that_ended_does_not_leave(now):
    tell(hospital(now), now, 1)
    actions.end_contact(contact=Contact.objects.get(role="officer"), by="test", now=now)
    assert Drawer().deliver(now).cancelled == 1


def test_a_message_that_somebody_made_pointless_does_not_leave(now):
    tell(hospital(now), now, 1)
    actions.acknowledge_alert(alert=Alert.objects.get(), by="test", now=now)
    assert Drawer().deliver(now).sent == 0
    assert Notice.objects.get().state == "cancelled"


def test_somebody_faster_than_our_own_record_loses_nothing(now):
    tell(hospital(now), now, 1)
    notice = sending.claim(Notice.objects.get().pk, now, "vigie.example")
    assert actions.acknowledge(notice=notice, by="contact", now=now)
    assert sending.record_sent(notice, "250 ok", now)
    notice.refresh_from_db()
    assert notice.state == "acknowledged"
    assert Alert.objects.get().next_step_at is None
