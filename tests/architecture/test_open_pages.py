"""Which addresses a visitor reaches without signing in, said here one by one; all others are closed by default."""

from tests.architecture.routes import all_routes

OPEN = {
    # the programme and its papers
    "programme:home", "programme:activities", "programme:activity", "programme:calendar", "programme:day", "programme:highlights",
    "programme:map-outline", "programme:map-places",
    "programme:district", "programme:department", "programme:departments", "programme:cities",
    "programme:unit", "programme:venue", "programme:main-venue", "programme:press", "programme:press-stories", "programme:press-story",
    "programme:press-feed", "programme:press-coverage", "programme:press-picture",
    "editions:main-venue-plan", "editions:mark-picture",
    # the same for other programs
    "programme:feed", "programme:activity-feed", "programme:suggestions", "programme:my-month", "programme:my-month-changes",
    "programme:my-month-feed", "ui:service-worker", "bookings:door-worker",
    "programme:cloud", "programme:cloud-item", "programme:cloud-feed", "cloud:cover", "cloud:openings", "bookings:children",
    "bookings:draw", "bookings:draw-file", "bookings:feedback",
    # asking under a topic and looking after one's own question, without an account
    "programme:cloud-question", "programme:my-questions", "programme:question-withdrawal",
    "programme:poster", "programme:card", "programme:edition-card",
    "programme:widget", "programme:widget-accent", "programme:widget-script", "programme:embed",
    "programme:handbook", "programme:handbook-pdf", "programme:handbook-print",
    "programme:open-data", "programme:open-data-file",
    # by what tickets are verified
    "programme:ticket-keys",
    # booking, the ticket by its signed link, one's own bookings by a code sent to the phone
    "programme:booking", "programme:booking-clock", "programme:ticket", "programme:ticket-code", "programme:ticket-acceptance",
    "programme:ticket-cancellation", "programme:ticket-seats", "programme:ticket-roster", "programme:ticket-calendar",
    "programme:my-bookings", "programme:my-bookings-code", "programme:my-bookings-proof", "programme:my-bookings-leaving",
    "programme:my-bookings-export", "programme:my-bookings-appeal", "programme:my-bookings-erasure",
    # photos of how it was, once accepted and with consent
    "summaries:public-photos", "summaries:public-photo",
    "programme:robots", "programme:sitemap", "programme:sitemap-part",
    # figures that the office published
    "insight:figures",
    # the list for objections, and what was settled
    "evaluation:notice", "evaluation:honors",
    "editions:notice", "editions:paper",
    "resources:bases",
    "resources:base",
    # the one-time link by which content is signed off
    "activities:sign-off-page",
    # pictures of published activities; the view refuses others
    "activities:picture",
    # language and display, the page of components, the health check
    "ui:set_language", "ui:display", "ui:components", "core:health",
    # for those who watch; figures only to whom the operator names
    "operation:ready", "operation:metrics",
    # the interface for other machines
    "messaging:unsubscription", "api:openapi-json", "api:activities", "api:activity", "api:programme-changes", "api:admission", "api:bookings",
    "api:reference", "api:editions", "api:districts", "api:terms", "api:units", "api:indicators", "api:figures",
    # open to whoever has a token of the unit
    "api:unit", "api:unit-activities", "api:unit-activity", "api:unit-bookings", "api:unit-summaries", "api:unit-figures",
    "api:unit-picture", "api:unit-pictures", "api:unit-sign-off", "api:unit-sign-off-link", "api:unit-submission", "api:unit-withdrawal",
    "api:unit-cancellation", "api:unit-session-cancellation", "api:unit-session-postponement",
    "api:api-root",
    # coming in
    "organizations:registration", "organizations:similar", "organizations:invitation", "account_login", "account_logout", "account_inactive", "account_signup",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "mfa_authenticate", "mfa_login_webauthn",
    "outside_login", "outside_callback",
    # in demonstration mode only
    "demo:stage", "demo:text-messages",
}  # fmt: skip


def test_open_pages_are_these_and_no_others() -> None:
    assert {route.name for route in all_routes().values() if route.is_open} == OPEN
