from django.urls import path

from kepuyue.insight.views import board, burden, coverage, late, releases, statistics

app_name = "insight"
urlpatterns = [
    path("desk/insight/", board.board, name="board"),
    path("desk/insight/rows/", board.rows, name="rows"),
    path("desk/insight/files/", board.files, name="files"),
    path("desk/insight/coverage/", coverage.grid, name="coverage"),
    path("desk/insight/coverage/gap/", coverage.gap, name="gap"),
    path("desk/insight/late/", late.overview, name="late"),
    path("desk/insight/releases/", releases.listing, name="releases"),
    path("desk/insight/releases/new/", releases.publish, name="publish"),
    path("desk/insight/releases/<int:pk>/", releases.show, name="release"),
    path("desk/insight/releases/<int:pk>/correction/", releases.correct, name="correction"),
    path("desk/insight/statistics/", statistics.form, name="statistics"),
    path("desk/insight/statistics.xlsx", statistics.file, name="statistics-file"),
    path("figures/", releases.public, name="figures"),
    path("desk/burden/", burden.overview, name="burden"),
    path("desk/burden/export/", burden.export, name="burden-export"),
    path("desk/burden/<slug:code>/", burden.unit, name="burden-unit"),
]
