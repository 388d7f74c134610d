from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "kepuyue.messaging"
    label = "messaging"
