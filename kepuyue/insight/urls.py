from django.urls import path

from kepuyue.insight.views import board, burden

app_name = "insight"
urlpatterns = [
    path("desk/insight/", board.board, name="board"),
    path("desk/insight/rows/", board.rows, name="rows"),
    path("desk/insight/files/", board.files, name="files"),
    path("desk/burden/", burden.overview, name="burden"),
    path("desk/burden/export/", burden.export, name="burden-export"),
    path("desk/burden/<slug:code>/", burden.unit, name="burden-unit"),
]
