from django.urls import path

from kepuyue.evaluation.views import applying, desk, public, running, scoring
from kepuyue.evaluation.views.steps import step

app_name = "evaluation"
# {step: the address that it has}; `views.steps.STEPS` says what each does
_STEPS = {
    "round-new": "desk/evaluation/rounds/",
    "opening": "desk/evaluation/rounds/<int:pk>/opening/",
    "scoring-start": "desk/evaluation/rounds/<int:pk>/scoring-start/",
    "tie": "desk/evaluation/rounds/<int:pk>/ties/",
    "freezing": "desk/evaluation/rounds/<int:pk>/freezing/",
    "reopening": "desk/evaluation/rounds/<int:pk>/reopening/",
    "notice-new": "desk/evaluation/rounds/<int:pk>/notices/",
    "announcement": "desk/evaluation/rounds/<int:pk>/announcements/",
    "settlement": "desk/evaluation/rounds/<int:pk>/settlement/",
    "calling-off": "desk/evaluation/rounds/<int:pk>/calling-off/",
    "departure": "desk/evaluation/judges/<int:pk>/departure/",
    "own-departure": "desk/evaluation/scoring/<int:pk>/departure/",
    "application": "desk/evaluation/candidates/<int:pk>/application/",
    "withdrawal": "desk/evaluation/candidates/<int:pk>/withdrawal/",
    "recommendation": "desk/evaluation/candidates/<int:pk>/recommendation/",
    "return": "desk/evaluation/candidates/<int:pk>/return/",
    "admission": "desk/evaluation/candidates/<int:pk>/admission/",
    "exclusion": "desk/evaluation/candidates/<int:pk>/exclusion/",
    "honor": "desk/evaluation/candidates/<int:pk>/honors/",
    "finding": "desk/evaluation/objections/<int:pk>/",
    "revocation": "desk/evaluation/honors/<int:pk>/revocation/",
    "breach": "desk/evaluation/breaches/",
}
urlpatterns = [
    path("desk/evaluation/", desk.home, name="home"),
    *(path(address, step, {"name": name}, name=name) for name, address in _STEPS.items()),
    path("desk/evaluation/rounds/<int:pk>/", running.show, name="round"),
    path("desk/evaluation/rounds/<int:pk>/rules/", running.rules, name="rules"),
    path("desk/evaluation/rounds/<int:pk>/judges/", running.invite, name="judges"),
    path("desk/evaluation/rounds/<int:pk>/list/", running.listing, name="list"),
    path("desk/evaluation/rounds/<int:pk>/list/<int:number>/", running.entry, name="entry"),
    path("desk/evaluation/rounds/<int:pk>/simulation/", running.simulation, name="simulation"),
    path("desk/evaluation/rounds/<int:pk>/snapshot.json", running.snapshot, name="snapshot"),
    path("desk/evaluation/rounds/<int:pk>/list.xlsx", running.export, name="table"),
    path("desk/evaluation/package.zip", running.package, name="package"),
    path("desk/evaluation/rounds/<int:pk>/applications/", applying.begin, name="begin"),
    path("desk/evaluation/candidates/<int:pk>/", applying.candidate, name="candidate"),
    path("desk/evaluation/scoring/<int:pk>/", scoring.scoring, name="scoring"),
    path("desk/evaluation/scoring/<int:pk>/answer/", scoring.answer, name="answer"),
    path("desk/evaluation/sheets/<int:pk>/", scoring.sheet, name="sheet"),
    path("desk/evaluation/sheets/<int:pk>/conflict/", scoring.conflict, name="conflict"),
    path("desk/evaluation/honors/", public.desk_honors, name="desk-honors"),
    path("recommendations/<int:pk>/", public.notice, name="notice"),
    path("honors/", public.honors, name="honors"),
]
