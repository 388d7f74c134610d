from django.urls import path

from kepuyue.cloud.views import airing, covers, items, openings, questions

app_name = "cloud"
urlpatterns = [
    path("cloud/covers/<int:pk>.jpg", covers.picture, name="cover"),
    path("cloud/<slug:code>/openings/", openings.opened, name="openings"),
    path("desk/cloud/", items.item_list, name="items"),
    path("desk/cloud/panel/", items.panel, name="panel"),
    path("desk/cloud/new/", items.new, name="item-new"),
    path("desk/cloud/activities/<slug:code>/", items.of_activity, name="of-activity"),
    path("desk/cloud/questions/", questions.queue, name="questions"),
    path("desk/cloud/questions/<int:pk>/", questions.question, name="question"),
    path("desk/cloud/questions/<int:pk>/release/", questions.release, name="question-release"),
    path("desk/cloud/questions/<int:pk>/wording/", questions.reword, name="question-wording"),
    path("desk/cloud/questions/<int:pk>/refusal/", questions.refuse, name="question-refusal"),
    path("desk/cloud/questions/<int:pk>/reopening/", questions.reopen, name="question-reopening"),
    path("desk/cloud/questions/<int:pk>/merger/", questions.merge, name="question-merger"),
    path("desk/cloud/questions/<int:pk>/answer/", questions.answer, name="question-answer"),
    path("desk/cloud/<slug:code>/", items.item, name="item"),
    path("desk/cloud/<slug:code>/edit/", items.edit, name="item-edit"),
    path("desk/cloud/<slug:code>/picture/", covers.edit, name="cover-edit"),
    path("desk/cloud/<slug:code>/picture/removal/", covers.remove, name="cover-removal"),
    path("desk/cloud/<slug:code>/submission/", items.submit, name="submission"),
    path("desk/cloud/<slug:code>/taking-back/", items.take_back, name="taking-back"),
    path("desk/cloud/<slug:code>/discarding/", items.discard, name="discarding"),
    path("desk/cloud/<slug:code>/approval/", items.approve, name="approval"),
    path("desk/cloud/<slug:code>/return/", items.give_back, name="return"),
    path("desk/cloud/<slug:code>/withdrawal/", items.withdraw, name="withdrawal"),
    path("desk/cloud/<slug:code>/reopening/", items.reopen, name="reopening"),
    path("desk/cloud/<slug:code>/live/", airing.live, name="live"),
    path("desk/cloud/<slug:code>/ended/", airing.ended, name="ended"),
    path("desk/cloud/<slug:code>/replay/", airing.replay, name="replay"),
]
