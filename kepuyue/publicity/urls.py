from django.urls import path

from kepuyue.publicity.views import highlights

app_name = "publicity"
urlpatterns = [
    path("desk/highlights/", highlights.grid, name="highlights"),
    path("desk/highlights/table.xlsx", highlights.export, name="highlight-table"),
    path("desk/highlights/entries/<int:pk>/", highlights.describe, name="highlight-line"),
    path("desk/highlights/entries/<int:pk>/order/", highlights.put_first, name="highlight-order"),
    path("desk/highlights/entries/<int:pk>/removal/", highlights.remove, name="highlight-removal"),
    path("desk/highlights/<str:day>/", highlights.day, name="highlight-day"),
]
