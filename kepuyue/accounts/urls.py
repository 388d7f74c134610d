from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kepuyue.accounts import views
from kepuyue.accounts.reauthentication import fresh_sign_in_required

# Only what is used here: people come in through their unit, so there is no open sign-up. A new password and the end of
# all other sessions are one transaction: never the one without the other.
urlpatterns = [
    path("", views.account, name="account"),
    path("login/", account_views.login, name="account_login"),
    path("login/passkey/", login_not_required(passkey_views.login_webauthn), name="mfa_login_webauthn"),
    path("login/code/", mfa_views.authenticate, name="mfa_authenticate"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("signup/", account_views.signup, name="account_signup"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("reauthenticate/code/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/", passkey_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
    path(
        "password/change/", transaction.atomic(account_views.password_change), name="account_change_password"
    ),
    path("password/set/", transaction.atomic(account_views.password_set), name="account_set_password"),
    path("password/reset/", account_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        transaction.atomic(account_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("address/", views.address, name="account_address"),
    path("address/mail/", views.proof_mail, name="account_proof_mail"),
    path("address/proof/<str:token>/", views.address_proof, name="account_address_proof"),
    path("sessions/end/", views.stays_end, name="account_stays_end"),
    path("sessions/<int:pk>/end/", views.stay_end, name="account_stay_end"),
    path("second-factor/", views.second_factor_gate, name="account_second_factor"),
    path("second-factor/app/", fresh_sign_in_required(totp_views.activate_totp), name="mfa_activate_totp"),
    path(
        "second-factor/app/removal/",
        fresh_sign_in_required(totp_views.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/codes/",
        require_safe(never_cache(fresh_sign_in_required(code_views.view_recovery_codes))),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new/",
        fresh_sign_in_required(code_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("passkeys/new/", fresh_sign_in_required(passkey_views.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/", fresh_sign_in_required(passkey_views.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/removal/",
        fresh_sign_in_required(views.passkey_removal),
        name="mfa_remove_webauthn",
    ),
    path("second-factor/all/", views.to_account, name="mfa_index"),
    path("passkeys/", views.to_account, name="mfa_list_webauthn"),
    path("outside/<slug:provider>/", views.outside_login, name="outside_login"),
    path("outside/<slug:provider>/callback/", views.outside_callback, name="outside_callback"),
    path("outside/<int:pk>/release/", views.outside_release, name="account_release"),
]
