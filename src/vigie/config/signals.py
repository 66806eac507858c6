"""What must flow upward between the apps: connected here, the only place that knows both ends."""

from django.apps import AppConfig
from django.db.models.signals import post_save


class SignalsConfig(AppConfig):
    """Last of the installed apps: every app is ready when it connects them."""

    name = "vigie.config"
    label = "config"

    def ready(self) -> None:
        from vigie.apps.accounts import signals as accounts
        from vigie.apps.audit.tasks import seal_each_second
        from vigie.apps.findings import receivers, telling
        from vigie.apps.findings import signals as findings
        from vigie.apps.findings.models import FindingEvent
        from vigie.apps.jobs import signals as jobs
        from vigie.apps.notices import receivers as tellers
        from vigie.apps.notices import signals as notices
        from vigie.apps.scans import signals
        from vigie.apps.watch import receivers as watch

        accounts.started_again.connect(tellers.on_started_again, dispatch_uid="notices")
        jobs.tended.connect(seal_each_second, dispatch_uid="audit")
        signals.host_recorded.connect(receivers.on_host_recorded, dispatch_uid="findings")
        signals.absences_weighed.connect(receivers.on_absences_weighed, dispatch_uid="findings")
        signals.absences_settled.connect(receivers.on_absences_settled, dispatch_uid="findings")
        post_save.connect(telling.on_event, sender=FindingEvent, dispatch_uid="telling")
        notices.alert_acknowledged.connect(telling.on_acknowledged, dispatch_uid="findings")
        notices.fix_declared.connect(telling.on_fix_declared, dispatch_uid="findings")
        findings.knowledge_came.connect(watch.on_knowledge_came, dispatch_uid="watch")
        findings.judged_anew.connect(watch.on_judged_anew, dispatch_uid="watch")
        findings.occasions_asked.connect(watch.on_occasions_asked, dispatch_uid="watch")
        notices.mailing_judged.connect(watch.on_mailing_judged, dispatch_uid="watch")
