from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "kepuyue.documents"
    label = "documents"
