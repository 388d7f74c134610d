"""The office's outbox: what was told, what has not left, and what the office does about it."""

from typing import Any

import pytest
from django.urls import reverse

from kepuyue.accounts.actions import letters, people
from kepuyue.core.models import AuditEvent
from kepuyue.messaging.actions import bounces, outbox
from kepuyue.messaging.models import BouncedAddress, KindHold, Message
from kepuyue.organizations.actions import invitations
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def posted(**facts: Any) -> Message:
    message = outbox.post(
        **(
            {
                "kind": "review.turn",
                "to": "a@example.org",
                "subject": "待审核：航天",
                "body": "请审核。",
                "key": None,
            }
            | facts
        )
    )
    assert message is not None
    return message


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_list_is_narrowed_by_state_kind_and_word(cast: Cast, sign_in: Any) -> None:
    posted()
    posted(kind="review.decided", subject="已通过：航天")
    posted(to="b@example.org")
    Message.objects.filter(to="b@example.org").update(state="failed")
    office = sign_in(cast.office)

    def shown(query: str) -> int:
        return len(office.get(reverse("organizations:outbox") + query).context["page"].object_list)

    assert [shown(q) for q in ("", "?state=failed", "?kind=review.decided", "?q=b@example", "?q=航天", "?state=x")] == [
        3, 1, 1, 1, 3, 3,
    ]  # fmt: skip


def test_hold_and_release_each_by_itself_with_its_result(cast: Cast, sign_in: Any) -> None:
    first, second = posted(), posted()
    Message.objects.filter(pk=second.pk).update(state="failed")
    office = sign_in(cast.office)

    page = office.post(
        reverse("organizations:outbox-move", args=["hold"]), {"message": [first.pk, second.pk]}, follow=True
    )

    assert states() == ["held", "failed"]
    assert [str(text) for text in page.context["messages"]] == [
        "已处理1条。", "待审核：航天：现在的状态是“发送失败”，不能这样操作。请刷新页面查看最新状态。",
    ]  # fmt: skip
    office.post(reverse("organizations:outbox-move", args=["release"]), {"message": first.pk})
    assert states() == ["waiting", "failed"]
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "changes")) == [
        ("messages.hold", {"state": ["waiting", "held"]}),
        ("messages.release", {"state": ["held", "waiting"]}),
    ]


def test_send_again_forgets_the_bounced_address(cast: Cast, sign_in: Any) -> None:
    message = posted()
    Message.objects.update(state="bounced", attempts=3, last_error="550")
    bounces.mark("A@example.org", "550")

    sign_in(cast.office).post(
        reverse("organizations:outbox-move", args=["send_again"]), {"message": message.pk}
    )

    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error, BouncedAddress.objects.count()) == (
        "waiting",
        0,
        "",
        0,
    )


@pytest.mark.parametrize("ticked", [[], ["x", "²", "-1"]])
def test_nothing_ticked_says_what_to_do(ticked: list[str], cast: Cast, sign_in: Any) -> None:
    page = sign_in(cast.office).post(
        reverse("organizations:outbox-move", args=["hold"]), {"message": ticked}, follow=True
    )

    assert [str(text) for text in page.context["messages"]] == ["没有选中消息。请先勾选，再操作。"]


def test_held_kind_waits_until_it_is_released(cast: Cast, sign_in: Any) -> None:
    posted()
    office = sign_in(cast.office)
    office.post(reverse("organizations:outbox-hold"), {"kind": "review.turn", "reason": "核对后再发"})
    posted()

    assert (states(), outbox.deliver_due()) == (["held", "held"], 0)

    office.post(reverse("organizations:outbox-release", args=["review.turn"]))

    assert (states(), KindHold.objects.count(), outbox.deliver_due()) == (["waiting", "waiting"], 0, 2)


def test_hold_without_a_reason_keeps_the_form_and_says_so(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.office).post(
        reverse("organizations:outbox-hold"), {"kind": "review.turn", "reason": " "}
    )

    assert (answer.status_code, list(answer.context["hold_form"].errors)) == (422, ["reason"])
    assert KindHold.objects.count() == 0


def test_mails_about_signing_in_are_never_held(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.office).post(
        reverse("organizations:outbox-hold"), {"kind": "account.sign_in", "reason": "x"}
    )

    assert (answer.status_code, list(answer.context["hold_form"].errors)) == (422, ["kind"])


def test_preview_shows_the_text_but_never_that_of_a_password_mail(cast: Cast, sign_in: Any) -> None:
    ordinary = posted(link="/desk/reviews/1/")
    secret = posted(kind="account.sign_in", body="https://kepu.example/accounts/password/reset/key/abc/")
    invitation = posted(kind="unit.invited", body="https://kepu.example/desk/invitations/token/")
    office = sign_in(cast.office)

    def page(message: Message) -> str:
        return office.get(reverse("organizations:outbox-message", args=[message.pk])).content.decode()

    assert "请审核。" in page(ordinary)
    assert "reset/key/abc" not in page(secret)
    assert "/desk/invitations/token/" not in page(invitation)
    assert "登录、密码和邀请邮件的内容只有收件人能看。" in page(secret)


@pytest.mark.parametrize("person", ["owner", "district_reviewer", "judge", "outsider"])
def test_others_see_no_outbox(person: str, cast: Cast, sign_in: Any) -> None:
    message = posted()
    client = sign_in(getattr(cast, person))

    assert client.get(reverse("organizations:outbox-message", args=[message.pk])).status_code == 403
    assert (
        client.post(reverse("organizations:outbox-move", args=["hold"]), {"message": message.pk}).status_code
        == 403
    )
    assert states() == ["waiting"]


def test_key_leaves_the_row_once_the_mail_was_sent(cast: Cast, sign_in: Any, mailoutbox: list[Any]) -> None:
    _invitation, token = invitations.invite(
        cast.own_unit, by=cast.owner, role="editor", email="new@example.org"
    )
    letters.set_password(cast.editor, people.password_link(cast.editor))
    plain = posted()

    outbox.deliver_due()

    sent = {mail.to[0]: mail.body for mail in mailoutbox}
    assert (token in sent["new@example.org"], "/accounts/" in sent[cast.editor.email]) == (True, True)
    kept = {message.to: message for message in Message.objects.all()}
    invited, password = kept["new@example.org"], kept[cast.editor.email]
    assert [
        (message.state, message.subject, message.body, message.link, message.values)
        for message in (invited, password)
    ] == [
        ("sent", subject, "邮件里有登录或邀请链接，发出后已从这里清除。", "", {})
        for subject in ("邀请您加入：福田区少年宫", "设置科普月的登录密码")
    ]
    plain.refresh_from_db()
    assert (plain.state, plain.body, plain.cleared_at) == ("sent", "请审核。", None)

    page = sign_in(cast.office).get(reverse("organizations:outbox-message", args=[invited.pk]))
    assert ("发出后已从这里清除" in page.content.decode(), page.context["verbs"]) == (True, [])


def test_message_whose_key_was_taken_out_is_not_sent_again(cast: Cast, sign_in: Any) -> None:
    invitations.invite(cast.own_unit, by=cast.owner, role="editor", email="new@example.org")
    outbox.deliver_due()
    message = Message.objects.get(kind="unit.invited")

    page = sign_in(cast.office).post(
        reverse("organizations:outbox-move", args=["send_again"]), {"message": message.pk}, follow=True
    )

    assert "里面的链接发出后已经清除" in str([str(text) for text in page.context["messages"]])
    message.refresh_from_db()
    assert message.state == "sent"


def test_key_stays_while_the_mail_has_not_left(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.messaging.test_outbox.ServerAway"
    _invitation, token = invitations.invite(
        cast.own_unit, by=cast.owner, role="editor", email="new@example.org"
    )

    outbox.deliver_due()

    message = Message.objects.get(kind="unit.invited")
    assert (message.state, token in message.body, message.cleared_at) == ("waiting", True, None)
