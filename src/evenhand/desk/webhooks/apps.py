from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "evenhand.desk.webhooks"
    label = "desk_webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        from evenhand.desk.record.act import recorded
        from evenhand.desk.webhooks import copies  # noqa: F401
        from evenhand.desk.webhooks.outbox import enqueue

        recorded.connect(enqueue, dispatch_uid="webhooks")
