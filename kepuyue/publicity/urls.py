from django.urls import path

from kepuyue.publicity.views import coverage, highlights, national, pictures, stories

app_name = "publicity"
urlpatterns = [
    path("desk/highlights/", highlights.grid, name="highlights"),
    path("desk/highlights/table.xlsx", highlights.export, name="highlight-table"),
    path("desk/highlights/entries/<int:pk>/", highlights.describe, name="highlight-line"),
    path("desk/highlights/entries/<int:pk>/order/", highlights.put_first, name="highlight-order"),
    path("desk/highlights/entries/<int:pk>/removal/", highlights.remove, name="highlight-removal"),
    path("desk/highlights/<str:day>/", highlights.day, name="highlight-day"),
    path("desk/key-activities/", national.listing, name="key-activities"),
    path("desk/key-activities/table.xlsx", national.export, name="key-table"),
    path("desk/key-activities/reminders/", national.remind, name="key-reminders"),
    path("desk/key-activities/<slug:code>/", national.of_activity, name="of-activity"),
    path("desk/key-activities/<slug:code>/proposal/", national.propose, name="key-proposal"),
    path("desk/key-activities/<slug:code>/withdrawal/", national.withdraw, name="key-withdrawal"),
    path("desk/key-activities/<slug:code>/listing/", national.enlist, name="key-listing"),
    path("desk/key-activities/<slug:code>/refusal/", national.decline, name="key-refusal"),
    path("desk/key-activities/<slug:code>/address/", national.note, name="key-address"),
    path("desk/press/", stories.story_list, name="stories"),
    path("desk/press/new/", stories.new, name="story-new"),
    path("desk/press/pictures/", pictures.picture_list, name="pictures"),
    path("desk/press/pictures/<int:pk>/", pictures.clearance, name="clearance"),
    path("desk/press/pictures/<int:pk>/ending/", pictures.end, name="clearance-ending"),
    path("desk/press/stories/<slug:code>/", stories.story, name="story"),
    path("desk/press/stories/<slug:code>/edit/", stories.edit, name="story-edit"),
    path("desk/press/stories/<slug:code>/release/", stories.release, name="story-release"),
    path("desk/press/stories/<slug:code>/withdrawal/", stories.withdraw, name="story-withdrawal"),
    path("desk/coverage/", coverage.coverage_list, name="coverages"),
    path("desk/coverage/new/", coverage.new, name="coverage-new"),
    path("desk/coverage/export.<slug:form>", coverage.export, name="coverage-export"),
    path("desk/coverage/<int:pk>/", coverage.coverage, name="coverage"),
    path("desk/coverage/<int:pk>/edit/", coverage.edit, name="coverage-edit"),
    path("desk/coverage/<int:pk>/confirmation/", coverage.confirm, name="coverage-confirmation"),
    path("desk/coverage/<int:pk>/refusal/", coverage.decline, name="coverage-refusal"),
    path("desk/coverage/<int:pk>/withdrawal/", coverage.withdraw, name="coverage-withdrawal"),
]
