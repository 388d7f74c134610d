from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from kepuyue.core import audit
from kepuyue.core.codes import as_credit_code
from kepuyue.messaging import kinds
from kepuyue.messaging.models import Message
from kepuyue.organizations import naming, queries
from kepuyue.organizations.actions import invitations, units
from kepuyue.organizations.actions.liaisons import FIELDS
from kepuyue.organizations.models import District, Liaison, Organization, Role

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

CODE_FIELDS = ("credit_code", "no_code_reason", "no_code_note")


FACTS = ("name", "type", "district", "credit_code", "no_code_reason", "no_code_note", "address")


def ask_which(field: forms.Field, units: QuerySet[Organization]) -> None:
    """Let the field choose of these units; where there is only one, nobody is asked."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = units
    if len(units) == 1:
        field.initial = units[0]
        field.widget = forms.HiddenInput()


class UnitForm(forms.ModelForm):
    """A unit's facts as its own people know them: with its credit code, or the reason why there is none."""

    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        required=False,
        max_length=40,  # with the spaces of print
        help_text=_("18位，见营业执照或法人证书；大小写、空格都可以。"),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )

    class Meta:
        model = Organization
        fields: tuple[str, ...] = FACTS
        error_messages = {
            "name": {"unique": _("这个单位已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。")}
        }
        help_texts = {
            "name": _("全称，与公章一致。"),
            "no_code_reason": _("有信用代码的不用选。"),
            "no_code_note": _("选“其他”的请写明。"),
        }

    def clean_credit_code(self) -> str:
        return as_credit_code(self.cleaned_data["credit_code"])

    def clean(self) -> dict[str, Any]:
        """The code or the reason; the message stands at the field that can be filled."""
        data = super().clean() or {}
        if "credit_code" not in self.errors and self.asks_for_code():
            unit = Organization(**{name: data.get(name) or "" for name in CODE_FIELDS})
            try:
                units.check_code_or_reason(unit)
            except forms.ValidationError as error:
                self.add_error(None, error)
            data |= {name: getattr(unit, name) for name in CODE_FIELDS}
        return data

    def asks_for_code(self) -> bool:
        """Whether the code or the reason has to be there."""
        return True


class UnitEditForm(UnitForm):
    """The same with the English name. `version` is the state of the unit that the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(UnitForm.Meta):
        fields = ("name", "name_en", *FACTS[1:])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def asks_for_code(self) -> bool:
        """A unit that came in by a list without either is not stopped from changing its address."""
        return bool(set(CODE_FIELDS) & set(self.changed_data))


class NewUnitForm(UnitForm):
    """A unit below a superior. Where a confirmed unit looks like the same one, it asks once whether it is."""

    is_distinct = forms.BooleanField(
        label=_("我确认这是另一个单位，不是上面列出的"), required=False, widget=forms.HiddenInput
    )

    class Meta(UnitForm.Meta):
        fields = (*FACTS[:3], "parent", *FACTS[3:])
        labels = {"parent": _("上级单位")}
        help_texts = UnitForm.Meta.help_texts | {
            "parent": _("街道、社区、学校和企业一般选所在区科协；市级学会和基地选主管部门。")
        }

    def __init__(self, *args: Any, parents: QuerySet[Organization] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        if parents is None:
            parents = Organization.objects.active().exclude(level=Organization.Level.UNIT)
        # Districts first, for most units belong to one; then the office and the departments
        parent.queryset = parents.order_by(F("district__position").asc(nulls_last=True), "path")
        parent.required = True

    def ask_whether_distinct(self, near: "list[queries.Near]") -> None:
        """Add a fault where a unit of nearly the same name is confirmed and the person has not said otherwise."""
        if near and near[0].score >= naming.NEARLY_SAME:
            self.fields["is_distinct"].widget = forms.CheckboxInput()
            if not self.cleaned_data.get("is_distinct"):
                text = _("可能已经登记过：%(name)s。如果不是同一个单位，请在下面勾选确认。")
                self.add_error("name", text % {"name": near[0].organization.name})

    def facts(self) -> dict[str, Any]:
        """The unit's own fields, its superior among them, for the action."""
        return {name: self.cleaned_data[name] for name in (*FACTS, "parent")}


class UnitRegistrationForm(NewUnitForm):
    """A unit and its first person, asked for once."""

    person_name = forms.CharField(label=_("您的姓名"), max_length=60)
    email = forms.EmailField(label=_("您的邮箱"), help_text=_("用来登录和接收审核结果。"))
    field_order = (*FACTS[:3], "parent", *FACTS[3:], "person_name", "email", "is_distinct")


class UnitCreationForm(NewUnitForm):
    """A unit that its superior makes, and who is to be its first person."""

    person_name = forms.CharField(label=_("首位负责人姓名"), max_length=60, required=False)
    email = forms.EmailField(
        label=_("首位负责人邮箱"),
        required=False,
        help_text=_("邀请会发到这个邮箱，14天内有效。不填则给您一个链接，自己转发。"),
    )
    field_order = (*FACTS[:3], "parent", *FACTS[3:], "person_name", "email", "is_distinct")


class UnitFilterForm(forms.Form):
    """What the list of units is narrowed down by; what does not fit is passed over."""

    q = forms.CharField(label=_("名称、代码或拼音首字母"), required=False, max_length=60)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("所属区"), required=False, empty_label=_("所有区")
    )
    type = forms.ChoiceField(
        label=_("类型"), required=False, choices=[("", _("所有类型")), *Organization.Type.choices]
    )
    level = forms.ChoiceField(
        label=_("层级"), required=False, choices=[("", _("所有层级")), *Organization.Level.choices]
    )
    sort = forms.ChoiceField(
        label=_("排序"),
        required=False,
        choices=[("", _("按上下级")), ("name", _("按名称拼音")), ("newest", _("最近登记在前"))],
    )
    state = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), *Organization.State.choices]
    )

    def chosen(self) -> dict[str, Any]:
        """The values that fit, empty where there is none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


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


class SuperiorForm(forms.Form):
    """Another superior for a unit, and why."""

    parent: Any = forms.ModelChoiceField(queryset=None, label=_("新的上级单位"))
    reason = forms.CharField(
        label=_("原因"), max_length=300, required=False, help_text=_("会留在操作记录里。")
    )

    def __init__(self, *args: Any, parents: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = parents


class AppointmentForm(forms.Form):
    """Who is to be owner, and why the superior says so."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"))
    reason = forms.CharField(
        label=_("原因"), max_length=300, help_text=_("如：原负责人已调离。单位现有的负责人会看到。")
    )


class InvitationForm(forms.Form):
    """A link into the unit: for whom, as what, how long, how often."""

    role = forms.ChoiceField(label=_("角色"))
    email = forms.EmailField(
        label=_("发到邮箱"),
        required=False,
        help_text=_("填了就由系统发送，只限这个邮箱用一次；不填则给您链接，自己转发。"),
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        initial=7,
        choices=[(days, _("%(days)s天") % {"days": days}) for days in invitations.DAYS],
    )
    max_uses = forms.IntegerField(
        label=_("可用次数"), initial=1, min_value=1, max_value=invitations.MOST_USES, required=False,
        help_text=_("一个链接最多让几个人加入，最多20。"),
    )  # fmt: skip

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role, Role(role).label) for role in roles]
        field.initial = Role.EDITOR if Role.EDITOR in roles else None

    def clean_max_uses(self) -> int:
        return self.cleaned_data["max_uses"] or 1


class NewcomerForm(forms.Form):
    """Somebody who comes in by an invitation and has no account yet. A mailed link brings its address."""

    name = forms.CharField(label=_("您的姓名"), max_length=60)
    email = forms.EmailField(label=_("您的邮箱"), help_text=_("用来登录和接收审核结果。"))
    password = forms.CharField(
        label=_("设置密码"), widget=forms.PasswordInput, help_text=_("至少10位，不要用常见的密码。")
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        if address:
            del self.fields["email"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data | ({"email": self.address} if self.address else {})


class HandoverForm(forms.Form):
    """Who takes over, and what they should know."""

    email = forms.EmailField(label=_("接任人邮箱"), widget=forms.EmailInput(attrs={"list": "colleagues"}))
    name = forms.CharField(
        label=_("接任人姓名"), max_length=60, required=False, help_text=_("对方还没有账号时填写。")
    )
    note = forms.CharField(
        label=_("交接说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("如：进行到哪一步、资料放在哪里。只有接任人和操作记录会看到。"),
    )  # fmt: skip

    def __init__(self, *args: Any, colleagues: "set[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = sorted(colleagues, key=lambda person: person.name)


class LiaisonForm(forms.ModelForm):
    """Who answers for the unit. `version` is the entry that the person looked at, 0 where there was none."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    class Meta:
        model = Liaison
        fields = FIELDS
        help_texts = {
            "lead_office": _("如：科普部、办公室。"),
            "phone": _("办公电话，如 0755-00000000；请不要填私人手机号。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version if self.instance.pk else 0


class TrailForm(forms.Form):
    """What of the trail is wanted. A field that cannot be read narrows nothing and says so."""

    q = forms.CharField(label=_("姓名或名称"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("操作"), required=False)
    branch = forms.ModelChoiceField(
        Organization.objects.none(), label=_("单位和它的下级"), required=False, empty_label=_("全部单位")
    )
    first = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, branches: QuerySet[Organization], **kwargs: Any) -> None:
        """`branches`: the units whose trail the person may read."""
        super().__init__(*args, **kwargs)
        field, branch = self.fields["action"], self.fields["branch"]
        assert isinstance(field, forms.ChoiceField)
        assert isinstance(branch, forms.ModelChoiceField)
        field.choices = [("", _("全部操作")), *audit.all_action_names()]
        branch.queryset, branch.to_field_name = branches, "code"

    def wanted(self) -> dict[str, str]:
        """What narrows, as plain text by name; a branch by its code."""
        self.is_valid()
        plain = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: value.code if name == "branch" else str(value) for name, value in plain.items()}


class OutboxForm(forms.Form):
    """Which messages of the outbox are wanted."""

    q = forms.CharField(label=_("收件人或主题"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("状态"), required=False)
    kind = forms.ChoiceField(label=_("种类"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state, kind = self.fields["state"], self.fields["kind"]
        assert isinstance(state, forms.ChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        state.choices = [("", _("全部状态")), *Message.State.choices]
        kind.choices = [("", _("全部种类")), *((one.code, one.label) for one in kinds.all_kinds())]

    def wanted(self) -> dict[str, str]:
        """What narrows, for `messaging.queries.outbox`."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "word": found.get("q", ""),
            "state": found.get("state", ""),
            "kind": found.get("kind", ""),
        }


class HoldForm(forms.Form):
    """A kind that is to wait, and why."""

    kind = forms.ChoiceField(label=_("种类"))
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.code, one.label) for one in kinds.all_kinds() if not one.code.startswith("account.")
        ]
