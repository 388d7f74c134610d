"""A partner with only the description publishes an activity; nobody else's can be read or written."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from kepuyue.activities.actions import review, submission
from kepuyue.activities.models import Activity, Picture, SignOff
from kepuyue.api.models import KeptAnswer
from kepuyue.core.models import AuditEvent
from kepuyue.organizations.models import Role
from kepuyue.partners.actions import tokens
from tests.api.partner import ACTIVITY, V1, Partner, a_picture
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import DistrictFactory, EditionFactory, MembershipFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/unit/activities/lib-7"


@pytest.fixture
def partner(cast: Cast, in_the_month: datetime) -> Partner:
    DistrictFactory()
    EditionFactory()
    return Partner(cast.own_unit)


def test_with_the_description_alone_an_activity_is_published_and_found(
    partner: Partner, client: Client, cast: Cast
) -> None:
    described = client.get(f"{V1}/openapi.json").json()
    by_summary = {
        operation["summary"]: (path, method)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    put, _method = by_summary["Create or change an activity"]
    submit, _method = by_summary["Hand in for review"]
    sign, _method = by_summary["Pass a sign-off on"]

    def at(path: str) -> str:
        return path.removeprefix(V1).replace("{key}", "lib-7")

    made = partner.put(at(put), ACTIVITY)
    assert made.status_code == 201 and made.json()["state"] == "draft", made.content
    assert [gap["field"] for gap in made.json()["missing"] if gap["blocks"]] == ["sign_off"]
    too_early = partner.post(at(submit), {})
    assert too_early.status_code == 422 and too_early.json()["type"] == "incomplete"
    picture = partner.client.post(
        f"{V1}{ADDRESS}/pictures",
        {"file": a_picture(), "alt": "修书的手", "rights_confirmed": "true"},
        headers={"idempotency-key": "p1"},
    )
    assert picture.status_code == 201, picture.content
    signed = partner.post(at(sign), {"name": "王芳", "confirmed": True})
    assert signed.json()["sign_off"]["name"] == "王芳"
    handed_in = partner.post(at(submit), {})
    assert handed_in.status_code == 201 and handed_in.json()["state"] == "submitted", handed_in.content
    assert handed_in.json()["reviews"][0]["turn"] == cast.own_district.name

    activity = Activity.objects.get(outside_key="api:lib-7")
    submitted = activity.submissions.get()
    while submitted.state == "pending":
        assert submitted.turn is not None
        reviewer = MembershipFactory(organization=submitted.turn, role=Role.REVIEWER).user
        submitted = review.approve(submitted, by=reviewer)
        submitted.refresh_from_db()

    assert partner.get(ADDRESS).json()["state"] == "published"
    [found] = client.get(f"{V1}/activities", {"q": "古籍"}).json()["results"]
    assert found["code"] == made.json()["code"]
    venue = found["sessions"][0]["venue"]
    assert (venue["name"], venue["lng"], venue["lat"]) == ("区图书馆", 114.04, 22.55)
    followed = client.get(f"{V1}/programme/changes").json()["results"][0]["activity"]
    assert followed["pictures"][0]["alt"] == "修书的手"
    assert {row["actor_name"] for row in AuditEvent.objects.filter(action="activity.submit").values()} == {
        f"{partner.owner.name}（图书馆系统）"
    }
    assert SignOff.objects.get().method == "system"


def test_what_a_reviewer_gave_back_is_read_changed_and_handed_in_again(partner: Partner, cast: Cast) -> None:
    partner.put(ADDRESS, ACTIVITY)
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    partner.post(f"{ADDRESS}/submission", {})
    reviewer = MembershipFactory(organization=cast.own_district, role=Role.REVIEWER).user
    review.return_for_changes(
        Activity.objects.get().submissions.get(), by=reviewer, note="请补充", comments={"summary": "太短"}
    )

    read = partner.get(ADDRESS)
    [decision] = read.json()["reviews"][0]["decisions"]
    changed = partner.put(
        ADDRESS, {"summary": "亲手修一页旧书，带回家。"}, **{"if-match": read.headers["etag"]}
    )

    assert (decision["decision"], decision["note"]) == ("returned", "请补充")
    assert decision["remarks"] == [{"field": "summary", "text": "太短"}]
    assert changed.status_code == 200 and changed.json()["title"] == ACTIVITY["title"]
    assert partner.post(f"{ADDRESS}/submission", {}).json()["type"] == "incomplete", "signed something else"
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    assert partner.post(f"{ADDRESS}/submission", {}).status_code == 201


def publish(partner: Partner) -> Activity:
    partner.put(ADDRESS, ACTIVITY)
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    partner.post(f"{ADDRESS}/submission", {})
    activity = Activity.objects.get(outside_key="api:lib-7")
    submitted = activity.submissions.get()
    while submitted.state == "pending":
        assert submitted.turn is not None
        reviewer = MembershipFactory(organization=submitted.turn, role=Role.REVIEWER).user
        submitted = review.approve(submitted, by=reviewer)
        submitted.refresh_from_db()
    activity.refresh_from_db()
    return activity


def test_a_published_activity_is_revised_postponed_and_cancelled(partner: Partner, client: Client) -> None:
    activity = publish(partner)
    assert partner.get(ADDRESS).json()["change_state"] == ""
    second = ACTIVITY["sessions"][0] | {
        "start": "2024-09-22T14:00:00+08:00", "end": "2024-09-22T16:00:00+08:00",
    }  # fmt: skip

    tag = partner.get(ADDRESS).headers["etag"]
    revised = partner.put(
        ADDRESS, {"title": "古籍修复", "public_phone": "0755-80000001"}, **{"if-match": tag}
    )
    seen = client.get(f"{V1}/activities/{activity.code}").json()
    assert revised.json()["title"] == "古籍修复" and revised.json()["state"] == "published"
    assert (seen["title"], seen["public_phone"]) == (ACTIVITY["title"], "0755-80000001")
    assert (revised.json()["change_state"], partner.get(ADDRESS).json()["change_state"]) == ("open", "open")

    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    assert partner.post(f"{ADDRESS}/submission", {}).json()["change_state"] == "pending"
    partner.post(f"{ADDRESS}/withdrawal", {})
    session = activity.sessions.get()
    late = partner.post(
        f"{ADDRESS}/sessions/{session.pk}/postponement",
        {"reason": "台风", "start": second["start"], "end": second["end"]},
    )
    assert late.status_code == 201, late.content
    last = partner.post(f"{ADDRESS}/sessions/{session.pk}/cancellation", {"reason": "台风"})
    assert last.status_code == 409, "the last session goes with its activity"
    over = partner.post(f"{ADDRESS}/cancellation", {"reason": "台风"})
    assert over.json()["state"] == "cancelled"
    assert client.get(f"{V1}/activities/{activity.code}").json()["status"] == "cancelled"


def test_the_same_again_changes_nothing_and_a_change_has_to_name_what_it_was_made_on(
    partner: Partner,
) -> None:
    made = partner.put(ADDRESS, ACTIVITY)

    same = partner.put(ADDRESS, ACTIVITY)
    blind = partner.put(ADDRESS, {"title": "别的"})
    right = partner.put(ADDRESS, {"title": "别的"}, **{"if-match": made.headers["etag"]})
    stale = partner.put(ADDRESS, {"title": "又一个"}, **{"if-match": made.headers["etag"]})
    forced = partner.put(ADDRESS, {"title": "又一个"}, **{"if-match": "*"})

    assert (same.status_code, same.headers["etag"]) == (200, made.headers["etag"])
    assert (blind.status_code, blind.headers["etag"]) == (428, made.headers["etag"])
    assert (right.status_code, stale.status_code, forced.status_code) == (200, 412, 200)
    assert Activity.objects.count() == 1 and Activity.objects.get().sessions.count() == 1


def test_a_request_sent_again_is_done_once(partner: Partner, clock: Clock) -> None:
    partner.put(ADDRESS, ACTIVITY)
    body = {"name": "王芳", "confirmed": True}

    first = partner.post(f"{ADDRESS}/sign-off", body, key="k1")
    again = partner.post(f"{ADDRESS}/sign-off", body, key="k1")
    other = partner.post(f"{ADDRESS}/sign-off", body | {"name": "别人"}, key="k1")
    elsewhere = partner.post(f"{ADDRESS}/sign-off-link", body, key="k1")

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert (other.status_code, other.json()["type"]) == (422, "key-reused") and elsewhere.status_code == 422
    assert SignOff.objects.count() == 1
    clock.set(datetime(2024, 9, 15, 11))
    assert "idempotency-replayed" not in partner.post(f"{ADDRESS}/sign-off", body, key="k1").headers


def test_a_refusal_is_the_same_answer_again_and_did_nothing(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)

    first = partner.post(f"{ADDRESS}/submission", {}, key="k")
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    again = partner.post(f"{ADDRESS}/submission", {}, key="k")

    assert first.status_code == again.status_code == 422 and again.content == first.content
    assert Activity.objects.get().state == "draft"


def test_a_post_without_its_key_is_refused(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)

    response = partner.client.post(f"{V1}{ADDRESS}/submission", "{}", content_type="application/json")

    assert response.status_code == 400 and response.json()["type"] == "no-key"


OPERATIONS: list[tuple[str, str, str, Any]] = [
    ("get", "/unit/activities", "programme:read-drafts", None),
    ("get", ADDRESS, "programme:read-drafts", None),
    ("put", ADDRESS, "activities:write", {"title": "改"}),
    ("post", f"{ADDRESS}/sign-off", "activities:submit", {"name": "王芳", "confirmed": True}),
    ("post", f"{ADDRESS}/sign-off-link", "activities:submit", {"name": "王芳", "confirmed": True}),
    ("post", f"{ADDRESS}/submission", "activities:submit", {}),
    ("post", f"{ADDRESS}/withdrawal", "activities:submit", {}),
    ("post", f"{ADDRESS}/cancellation", "activities:cancel", {"reason": "台风"}),
    ("post", f"{ADDRESS}/sessions/1/cancellation", "activities:cancel", {"reason": "台风"}),
    ("post", f"{ADDRESS}/sessions/1/postponement", "activities:cancel", {"reason": "台风"}),
    ("get", "/unit/bookings", "bookings:read-counts", None),
    ("get", "/unit/summaries", "summaries:read", None),
    ("get", "/unit/figures", "figures:read", None),
]  # fmt: skip


def asked(partner: Partner, method: str, path: str, body: Any) -> Any:
    return getattr(partner, method)(path, *(() if body is None else (body,)))


def test_each_scope_opens_its_own_operations_and_no_others(partner: Partner, cast: Cast) -> None:
    partner.put(ADDRESS, ACTIVITY)
    scopes = {scope for _method, _path, scope, _body in OPERATIONS}

    for scope in sorted(scopes):
        narrow = Partner(cast.own_unit, scope)
        for method, path, needed, body in OPERATIONS:
            answer = asked(narrow, method, path, body)
            is_refused = answer.status_code == 403
            assert is_refused == (needed != scope), (scope, method, path, answer.content)
            if is_refused:
                assert answer.json()["type"] == "missing-scope"


def test_every_operation_with_a_token_stands_in_the_table(client: Client) -> None:
    described = client.get(f"{V1}/openapi.json").json()
    found = {
        (method, path.removeprefix(V1))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    known = {(m, p.replace("lib-7", "{key}").replace("/1/", "/{session}/")) for m, p, _s, _b in OPERATIONS}

    # Who the token is asks for no scope; pictures are no JSON, with a test of their own
    apart = {("post", "/unit/activities/{key}/pictures"), ("get", "/unit/pictures/{picture}")}
    assert found - known == {("get", "/unit"), *apart}


def test_a_picture_is_read_by_the_units_token_before_it_is_public(partner: Partner, cast: Cast) -> None:
    partner.put(ADDRESS, ACTIVITY)
    sent = {"file": a_picture(), "alt": "修书的手", "rights_confirmed": "true"}
    made = partner.client.post(f"{V1}{ADDRESS}/pictures", sent, headers={"idempotency-key": "p"}).json()
    path = made["url"].partition(V1)[2]

    read = partner.get(path)
    again = partner.get(path, **{"if-none-match": read["ETag"]})
    narrow = Partner(cast.own_unit, "activities:write").get(path)
    foreign = Partner(cast.other_unit).get(path)
    nobody = Client().get(f"{V1}{path}")

    assert (read.status_code, read["Content-Type"]) == (200, "image/jpeg")
    with Image.open(BytesIO(read.content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (made["width"], made["height"]))
    assert "private" in read["Cache-Control"] and again.status_code == 304
    assert (narrow.status_code, foreign.status_code, nobody.status_code) == (403, 404, 401)
    file = Picture.objects.get().file
    file.storage.delete(file.name)
    assert partner.get(path).status_code == 404


def test_other_units_activities_are_neither_read_nor_written(partner: Partner, cast: Cast) -> None:
    partner.put(ADDRESS, ACTIVITY)
    for unit in (cast.other_unit, cast.far_unit, cast.own_district, cast.office_unit):
        other = Partner(unit)
        for method, path, _scope, body in OPERATIONS:
            if method == "put":
                continue
            answer = asked(other, method, path, body)
            if path in ("/unit/activities", "/unit/bookings", "/unit/summaries", "/unit/figures"):
                assert answer.json()["results"] == [], (unit, path)
            else:
                assert answer.status_code == 404, (unit, method, path, answer.content)
        # The same key is another activity there
        assert other.put(ADDRESS, ACTIVITY).status_code == 201
        assert Activity.objects.filter(outside_key="api:lib-7", organization=unit).count() == 1
        Activity.objects.filter(organization=unit).delete()
    assert partner.get(ADDRESS).json()["title"] == ACTIVITY["title"]


@pytest.mark.parametrize(
    "why", ["revoked", "expired", "left", "inactive", "closed", "forged", "none", "session"]
)
def test_a_token_that_is_no_longer_good_opens_nothing(
    partner: Partner, cast: Cast, clock: Clock, why: str
) -> None:
    partner.put(ADDRESS, ACTIVITY)
    wanted = 401
    if why == "revoked":
        tokens.revoke(partner.token, by=partner.owner)
    elif why == "expired":
        clock.set(datetime(2024, 10, 15))
    elif why == "left":
        partner.owner.memberships.all().delete()
        wanted = 403
    elif why == "inactive":
        partner.owner.is_active = False
        partner.owner.save()
    elif why == "closed":
        cast.own_unit.state = "merged"
        cast.own_unit.merged_into = cast.other_unit
        cast.own_unit.save()
        wanted = 403
    elif why == "forged":
        partner.client = Client(headers={"authorization": f"Bearer {partner.secret[:-1]}x"})
    elif why == "none":
        partner.client = Client()
    else:
        partner.client = Client()
        partner.client.force_login(partner.owner)

    answer = partner.put(ADDRESS, {"title": "改"}, **{"if-match": "*"})

    assert answer.status_code == wanted and answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) == (wanted == 401)
    assert Activity.objects.get().title == ACTIVITY["title"]


def test_wrong_requests_are_told_what_is_wrong_and_where(partner: Partner) -> None:
    def where(answer: Any) -> list[str]:
        return [one["parameter"] for one in answer.json()["errors"]]

    slip = partner.put(ADDRESS, ACTIVITY | {"titel": "x"})
    no_offset = partner.put(ADDRESS, {"title": "x", "sessions": [{"start": "2024-09-21T14:00:00"}]})
    odd = partner.put(ADDRESS, ACTIVITY | {"terms": {"tier": ["moon"]}, "district": "mars"})
    ends_early = partner.put(
        ADDRESS, ACTIVITY | {"sessions": [{"start": "2024-09-21T14:00:00Z", "end": "2024-09-21T13:00:00Z"}]}
    )
    nameless = partner.put(ADDRESS, {"summary": "x"})
    text = partner.client.put(f"{V1}{ADDRESS}", "title=x", content_type="text/plain")
    broken = partner.client.put(f"{V1}{ADDRESS}", "{", content_type="application/json")
    large = partner.client.put(f"{V1}{ADDRESS}", " " * 1_000_001, content_type="application/json")

    assert where(slip) == ["titel"] and where(no_offset) == ["sessions.0.start"]
    assert sorted(where(odd)) == ["district", "terms.tier"]
    assert where(ends_early) == ["sessions"] and where(nameless) == ["title"]
    assert [one.status_code for one in (text, broken, large)] == [415, 400, 413]
    assert all("problem+json" in one.headers["content-type"] for one in (text, broken, large))
    assert Activity.objects.count() == 0


@pytest.mark.parametrize("act", ["submission", "withdrawal"])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
def test_where_nothing_is_told_nothing_has_to_be_sent(partner: Partner, act: str, content_type: str) -> None:
    partner.put(ADDRESS, ACTIVITY)
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    if act == "withdrawal":
        partner.post(f"{ADDRESS}/submission", {})

    answer = partner.client.post(
        f"{V1}{ADDRESS}/{act}", b"", content_type=content_type, headers={"idempotency-key": "k"}
    )

    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == {"submission": "submitted", "withdrawal": "withdrawn"}[act]


def test_a_body_that_is_none_is_told_of_without_our_own_names(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    nothing = partner.client.post(
        f"{V1}{ADDRESS}/sign-off", b"", content_type="", headers={"idempotency-key": "n"}
    )
    none = partner.client.put(f"{V1}{ADDRESS}", content_type="application/json")
    text = partner.client.post(
        f"{V1}{ADDRESS}/submission", "a=b", content_type="text/plain", headers={"idempotency-key": "t"}
    )
    listed = [partner.post(f"{ADDRESS}/{act}", []) for act in ("submission", "withdrawal", "sign-off")]
    listed.append(partner.put(ADDRESS, "x"))

    assert [one.status_code for one in (nothing, none, text)] == [422, 422, 415]
    for answer in (nothing, none):
        assert answer.json()["errors"] == [{"parameter": "body", "detail": "请发送一个JSON对象。"}]
    for answer in listed:
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"parameter": "body", "detail": "请写成对象。"}]


def test_what_is_wrong_is_said_in_the_readers_language(partner: Partner) -> None:
    wrong = ACTIVITY | {
        "titel": "x",
        "title": "字" * 121,
        "age_min": "x",
        "booking_mode": "moon",
        "summary": 3,
    }

    said = {one["parameter"]: one["detail"] for one in partner.put(ADDRESS, wrong).json()["errors"]}
    english = partner.put(ADDRESS, wrong, **{"accept-language": "en"}).json()["errors"]

    assert said["titel"] == "没有这一项，请检查名称的拼写。" and said["title"] == "最多120个。"
    assert said["booking_mode"].startswith("只能是") and "first_come" in said["booking_mode"]
    assert set(said) == {"titel", "title", "age_min", "booking_mode", "summary"}
    assert [one["detail"] for one in english if one["parameter"] == "titel"] == [
        "There is no such field: look at how its name is spelled."
    ]


def test_a_state_has_one_tag_in_every_language(partner: Partner) -> None:
    partner.put(ADDRESS, {"title": "x"})
    english = partner.get(ADDRESS, **{"accept-language": "en"})
    chinese = partner.get(ADDRESS)

    assert english.json()["missing"] != chinese.json()["missing"]
    assert english["ETag"] == chinese["ETag"]
    assert partner.put(ADDRESS, {"title": "y"}, **{"if-match": english["ETag"]}).status_code == 200


def test_a_null_character_is_refused_wherever_it_stands(partner: Partner) -> None:
    odd = ({"title": "a\0b"}, {"city": "\0"}, {"safety_items": {"staff": "\0"}}, {"terms": {"tier": ["\0"]}})
    for body in odd:
        answer = partner.put(ADDRESS, ACTIVITY | body)
        assert answer.status_code == 422 and "U+0000" in answer.json()["detail"]
    made = partner.put("/unit/activities/a%00b", ACTIVITY)
    again = partner.put("/unit/activities/a%00b", ACTIVITY)

    assert (made.status_code, again.status_code, Activity.objects.count()) == (201, 200, 1)


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:00:00Z"])
def test_a_time_that_no_clock_shows_is_refused(partner: Partner, start: str) -> None:
    answer = partner.put(ADDRESS, ACTIVITY | {"sessions": [{"start": start}]})

    assert answer.status_code == 422 and "2200" in answer.json()["detail"]


def test_a_token_of_who_has_left_says_so_when_it_is_asked(partner: Partner) -> None:
    assert partner.get("/unit").status_code == 200
    partner.owner.memberships.all().delete()

    assert partner.get("/unit").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/v2/activities", 404),
        ("delete", "/api/v1/activities", 405),
        ("post", "/api/v1/editions", 405),
        ("put", "/api/v1/activities", 405),
    ],
)
def test_what_no_view_ever_saw_is_a_problem_too(client: Client, method: str, path: str, status: int) -> None:
    answer = getattr(client, method)(path)

    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("allow" in answer.headers) == (status == 405)


def test_a_failure_of_ours_is_a_problem_and_is_not_kept_as_an_answer(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.put(ADDRESS, ACTIVITY)
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    partner.client.raise_request_exception = False
    kept = KeptAnswer.objects.count()
    with monkeypatch.context() as patch:

        def fails(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError("the disk is full")

        patch.setattr(submission, "submit", fails)
        failed = partner.post(f"{ADDRESS}/submission", {}, key="k")

    assert failed.status_code == 500 and failed.json()["type"] == "internal-error"
    assert "disk" not in failed.content.decode() and KeptAnswer.objects.count() == kept
    assert partner.post(f"{ADDRESS}/submission", {}, key="k").status_code == 201


def test_whoever_asks_too_often_is_told_when_to_come_again(partner: Partner, settings: Any) -> None:
    settings.API_REQUESTS_PER_TOKEN = 2

    answers = [partner.get("/unit") for _time in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) >= 1 and answers[2].json()["type"] == "limited"


def test_what_did_not_change_is_not_sent_again(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    tag = partner.get(ADDRESS).headers["etag"]

    assert partner.get(ADDRESS, **{"if-none-match": tag}).status_code == 304
    partner.post(f"{ADDRESS}/sign-off", {"name": "王芳", "confirmed": True})
    assert partner.get(ADDRESS, **{"if-none-match": tag}).status_code == 200


def test_a_list_goes_on_where_it_ended(partner: Partner) -> None:
    for number in range(3):
        partner.put(f"/unit/activities/n{number}", {"title": f"第{number}项"})

    first = partner.get("/unit/activities?limit=2").json()
    second = partner.get(f"/unit/activities?limit=2&cursor={first['cursor']}").json()

    assert [row["key"] for page in (first, second) for row in page["results"]] == ["n0", "n1", "n2"]
    assert second["cursor"] == "" and partner.get("/unit/activities?limit=500").status_code == 422


def test_a_picture_that_is_none_is_refused(partner: Partner) -> None:
    partner.put(ADDRESS, ACTIVITY)
    fake = BytesIO(b"<svg onload=alert(1)>")
    fake.name = "x.png"

    def send(**fields: Any) -> Any:
        return partner.client.post(
            f"{V1}{ADDRESS}/pictures", fields, headers={"idempotency-key": repr(sorted(fields))}
        )

    assert send(file=fake, alt="x", rights_confirmed="true").status_code == 422
    assert send(file=a_picture(), alt="x", rights_confirmed="false").status_code == 422
    assert send(alt="x", rights_confirmed="true", credit="c").status_code == 422
    assert Activity.objects.get().pictures.count() == 0


def test_pages_of_other_sites_read_what_is_public_and_nothing_of_a_unit(
    partner: Partner, client: Client
) -> None:
    def opened(path: str, **headers: str) -> str:
        return str(client.get(f"{V1}{path}", headers=headers).headers.get("access-control-allow-origin", ""))

    assert {opened(path) for path in ("/activities", "/programme/changes", "/terms", "/openapi.json")} == {
        "*"
    }
    assert opened("/unit", authorization=f"Bearer {partner.secret}") == ""
    assert opened("/activities/NOPE22") == ""
