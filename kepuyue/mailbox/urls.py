from django.urls import path

from kepuyue.mailbox.views import letters, tray

app_name = "mailbox"
urlpatterns = [
    path("desk/mailbox/", tray.tray, name="tray"),
    path("desk/mailbox/documents/", tray.enter, name="entry"),
    path("desk/mailbox/<slug:code>/", letters.letter, name="letter"),
    path("desk/mailbox/<slug:code>/original/", letters.original, name="original"),
    path("desk/mailbox/<slug:code>/pictures/<int:pk>/", letters.picture, name="picture"),
    path("desk/mailbox/<slug:code>/placement/", letters.place, name="placement"),
    path("desk/mailbox/<slug:code>/setting-aside/", letters.set_aside, name="setting-aside"),
    path("desk/mailbox/<slug:code>/taking-up/", letters.take_up, name="taking-up"),
]
