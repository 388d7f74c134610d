from django.urls import path

from kepuyue.partners.views import endpoints, keys

app_name = "partners"
urlpatterns = [
    path("", keys.home, name="home"),
    path("tokens/new/", keys.token_new, name="token-new"),
    path("tokens/<int:pk>/revocation/", keys.token_revocation, name="token-revocation"),
    path("addresses/new/", endpoints.new, name="endpoint-new"),
    path("addresses/<int:pk>/", endpoints.endpoint, name="endpoint"),
    path("addresses/<int:pk>/state/", endpoints.state, name="endpoint-state"),
    path("addresses/<int:pk>/removal/", endpoints.removal, name="endpoint-removal"),
    path("addresses/<int:pk>/deliveries/<int:delivery>/", endpoints.again, name="delivery-again"),
]
