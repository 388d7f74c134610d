from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kepuyue.accounts"
    label = "accounts"
