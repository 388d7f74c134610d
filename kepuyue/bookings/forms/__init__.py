from kepuyue.bookings.forms.terms import DefaultsForm, RowForm, TermsPage

__all__ = ["DefaultsForm", "RowForm", "TermsPage"]
