from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "kepuyue.organizations"
    label = "organizations"
