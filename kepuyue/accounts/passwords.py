from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LengthValidator(MinimumLengthValidator):
    """The framework's rule with a sentence of ours: its own is not translated into Chinese."""

    def get_error_message(self) -> str:
        """What is wrong and what to do."""
        return _("密码太短，至少要%(length)s位。") % {"length": self.min_length}
