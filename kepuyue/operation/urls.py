from django.urls import path

from kepuyue.operation.views import desk, monitoring

app_name = "operation"
urlpatterns = [
    path("readyz", monitoring.ready, name="ready"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("desk/operation/", desk.operation, name="operation"),
    path("desk/operation/jobs/<str:name>/runs/", desk.run, name="run"),
]
