from django.urls import path

from kepuyue.documents.views import drafts, issued, organs, register

app_name = "documents"
urlpatterns = [
    path("", register.register, name="register"),
    path("register.xlsx", register.table, name="register-table"),
    path("organs/new/", organs.new, name="organ-new"),
    path("organs/<int:pk>/", organs.organ, name="organ"),
    path("new/", drafts.begin, name="begin"),
    path("new/<int:organ>/<slug:kind>/", drafts.ask, name="ask"),
    path("<int:pk>/", drafts.document, name="document"),
    path("<int:pk>/progress/", drafts.progress, name="progress"),
    path("<int:pk>/building/", drafts.try_again, name="building"),
    path("<int:pk>/removal/", drafts.remove, name="removal"),
    path("<int:pk>/issue/", issued.issue, name="issue"),
    path("<int:pk>/void/", issued.void, name="void"),
    path("<int:pk>/correction/", issued.correct, name="correction"),
    path("<int:pk>/word/", issued.word_file, name="word"),
    path("<int:pk>/pdf/", issued.pdf_file, name="pdf"),
    path("<int:pk>/pictures/<str:name>/", issued.picture, name="picture"),
]
