from django.apps import AppConfig


class OperationConfig(AppConfig):
    name = "kepuyue.operation"
    label = "operation"
