from django.urls import path

from kepuyue.bookings.views import blocks, draws, feedback, lists, privacy, proxy, retention, terms

app_name = "bookings"
urlpatterns = [
    path("privacy/children/", privacy.children, name="children"),
    path("visits/<int:pk>/<slug:seal>/", feedback.form, name="feedback"),
    path("desk/activities/<slug:code>/feedback/", feedback.results, name="feedback-results"),
    path("desk/activities/<slug:code>/feedback/<int:pk>/", feedback.of_session, name="feedback-session"),
    path("desk/activities/<slug:code>/feedback/<int:pk>/code.svg", feedback.door_code, name="feedback-code"),
    path("desk/retention/", retention.report, name="retention"),
    path("desk/blocks/", blocks.blocks, name="blocks"),
    path("desk/blocks/<int:pk>/lifting/", blocks.lift, name="block-lifting"),
    path("desk/blocks/<int:pk>/upholding/", blocks.uphold, name="block-upholding"),
    path("draws/<int:pk>/", draws.draw, name="draw"),
    path("draws/<int:pk>/draw.json", draws.file, name="draw-file"),
    path("desk/activities/<slug:code>/booking/", terms.edit, name="terms"),
    path("desk/activities/<slug:code>/booking/pause/", terms.pause, name="pause"),
    path("desk/activities/<slug:code>/booking/panel/", terms.of_activity, name="of-activity"),
    path("desk/activities/<slug:code>/bookings/", lists.sessions, name="sessions"),
    path("desk/activities/<slug:code>/bookings/<int:pk>/", lists.session_list, name="list"),
    path("desk/activities/<slug:code>/bookings/<int:pk>/door.csv", lists.export, name="export"),
    path("desk/activities/<slug:code>/bookings/<int:pk>/draw/", draws.hold, name="draw-hold"),
    path("desk/bookings/<slug:code>/", lists.booking, name="booking"),
    path("desk/bookings/<slug:code>/contact/", lists.contact, name="contact"),
    path("desk/bookings/<slug:code>/cancellation/", lists.cancel, name="cancellation"),
    path("desk/bookings/<slug:code>/seats/", lists.resize, name="seats"),
    path("desk/proxy/", proxy.find, name="proxy"),
    path("desk/proxy/<int:pk>/", proxy.book, name="proxy-book"),
    path("desk/proxy/booked/<slug:code>/", proxy.booked, name="proxy-booked"),
]
