from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "evenhand.desk.accounts"
    label = "desk_accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from evenhand.desk.accounts import administrators, due, noticed  # noqa: F401
