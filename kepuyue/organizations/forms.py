from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from kepuyue.organizations.models import Organization, Role


class UnitForm(forms.ModelForm):
    """A unit's facts as its own people know them."""

    class Meta:
        model = Organization
        fields: tuple[str, ...] = ("name", "type", "district", "credit_code", "address")
        error_messages = {
            "name": {"unique": _("这个单位已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。")}
        }
        help_texts = {
            "name": _("全称，与公章一致。"),
            "credit_code": _("18位；没有的单位（如社区工作站）可以不填。"),
        }


class UnitEditForm(UnitForm):
    """The same with the English name."""

    class Meta(UnitForm.Meta):
        fields = ("name", "name_en", "type", "district", "credit_code", "address")


class UnitRegistrationForm(UnitForm):
    """A unit and its first person, asked for once."""

    person_name = forms.CharField(label=_("您的姓名"), max_length=60)
    email = forms.EmailField(label=_("您的邮箱"), help_text=_("用来登录和接收审核结果。"))
    password = forms.CharField(
        label=_("密码"), widget=forms.PasswordInput, help_text=_("至少10位，不要用常见的密码。")
    )

    class Meta(UnitForm.Meta):
        fields = ("name", "type", "district", "parent", "credit_code", "address")
        labels = {"parent": _("上级单位")}
        help_texts = UnitForm.Meta.help_texts | {
            "parent": _("街道、社区、学校和企业一般选所在区科协；市级学会和基地选主管部门。")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = Organization.objects.active().exclude(level=Organization.Level.UNIT)
        parent.required = True

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class MemberForm(forms.Form):
    """A colleague and what they do."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"))
    role = forms.ChoiceField(label=_("角色"))

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role, Role(role).label) for role in roles]
        # The least that is of use, not the first of the list
        field.initial = Role.EDITOR if Role.EDITOR in roles else None


class RefusalForm(forms.Form):
    """Why a unit is not confirmed."""

    reason = forms.CharField(label=_("原因"), max_length=300)
