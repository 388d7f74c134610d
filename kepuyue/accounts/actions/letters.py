"""The mails that sign-in sends: all through the outbox, in the city's language.

Kinds: `account.sign_in` (links that set a password or prove an address) and `account.security` (a change of how one
signs in) cannot be turned off; `account.new_device` may wait for the digest.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.messaging.actions import outbox

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

SIGN_IN, SECURITY, NEW_DEVICE = "account.sign_in", "account.security", "account.new_device"


def set_password(user: "User", link: str) -> None:
    """The link by which a person sets a password, and proves the address by it."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            user.email,
            subject=_("设置科普月的登录密码"),
            body=_(
                "有人（应该是您）请求为这个邮箱设置登录密码。打开下面的链接设置；不是您操作的，不用理会这封邮件。"
            ),
            link=link,
        )


def unknown_account(address: str) -> None:
    """Somebody asked for a password where there is no account."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            address,
            subject=_("这个邮箱还没有账号"),
            body=_(
                "有人请求为这个邮箱设置登录密码，但这里没有用它登记的账号。如果是您操作的，请联系本单位负责人添加，或换一个邮箱试试。"
            ),
        )


def unit_registered(user: "User", unit: object, password_link: str) -> None:
    """To whoever registered a unit: somebody new sets a password by the link, who is known signs in as ever."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            user.email,
            subject=_("单位登记好了，请进入工作台"),
            body=(
                _(
                    "有人（应该是您）用这个邮箱登记了“%(unit)s”。打开链接设置密码，就能进入工作台。不是您操作的，不用理会。"
                )
                if password_link
                else _(
                    "有人（应该是您）用这个邮箱登记了“%(unit)s”。请照常登录，它已在您的单位里。不是您操作的，请告诉科协。"
                )
            ),
            values={"unit": unit},
            link=password_link or reverse(settings.LOGIN_REDIRECT_URL),
        )


def prove_new_address(user: "User", address: str, link: str) -> None:
    """To the new address: the link that proves it."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            address,
            subject=_("请确认新的登录邮箱"),
            body=_(
                "%(name)s要把登录邮箱改为这个地址。打开下面的链接确认，24 小时内有效；不是您操作的，不用理会。"
            ),
            values={"name": user.get_full_name()},
            link=link,
        )


def address_is_taken(address: str) -> None:
    """To an address that has an account already; whoever asked is told the same as always."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            address,
            subject=_("这个邮箱已经有账号"),
            body=_(
                "有人要把另一个账号的登录邮箱改为这个地址，但它已经有自己的账号，所以没有改。不是您操作的，不用理会。"
            ),
        )


def prove_address(user: "User", link: str) -> None:
    """The link that proves the address which the person has now."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            user.email,
            subject=_("请确认登录邮箱"),
            body=_("打开下面的链接，确认这个邮箱归您使用，24 小时内有效；不是您操作的，不用理会。"),
            link=link,
        )


def address_change_asked(user: "User", new: str) -> None:
    """To the old address, at once: who notices a theft only afterwards notices too late."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            user.email,
            subject=_("有人要更换您的登录邮箱"),
            body=_(
                "新邮箱：%(new)s。对方打开确认邮件后才会生效。不是您操作的，请马上修改密码并退出其他设备。"
            ),
            values={"new": masked(new)},
            link=reverse("account"),
        )


def address_changed(user: "User", old: str) -> None:
    """To the old address, once it is no longer the one to sign in with."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SIGN_IN,
            old,
            subject=_("登录邮箱已经更换"),
            body=_("现在用 %(new)s 登录。不是您操作的，请马上联系本单位负责人或上级科协。"),
            values={"new": masked(user.email)},
        )


def security_changed(user: "User", what: str) -> None:
    """How one signs in was changed; `what` is one of our own sentences."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            SECURITY,
            user.email,
            person=user,
            subject=_("登录方式有变化"),
            body=_("%(what)s不是您操作的，请马上修改密码，并在“我的账号”里退出其他设备。"),
            values={"what": str(what)},
            link=reverse("account"),
        )


def new_device(user: "User", device: str, network: str) -> None:
    """A sign-in from a browser that was not known."""
    with translation.override(settings.CITY_LANGUAGE):
        _send(
            NEW_DEVICE,
            user.email,
            person=user,
            subject=_("新设备登录了您的账号"),
            body=_(
                "设备：%(device)s，网络：%(network)s。是您本人就不用理会；不是，请马上修改密码并退出其他设备。"
            ),
            values={"device": device, "network": network},
            link=reverse("account"),
        )


def masked(address: str) -> str:
    """An address that its owner knows again and others cannot use."""
    name, _at, host = address.partition("@")
    return f"{name[:2]}***@{host}"


def _send(
    kind: str,
    to: str,
    *,
    subject: str,
    body: str,
    values: dict[str, Any] | None = None,
    link: str = "",
    person: Any = None,
) -> None:
    # A mail with a key to the account has no `person`: it must not lie in the inbox of a stolen session
    outbox.post(
        kind=kind, to=to, person=person, subject=subject, body=body, values=values, link=link, key=None
    )
