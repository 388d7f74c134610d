"""What the desk keeps for next time: frequent remarks of a unit, the office's words."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities.actions import remarks, wordlist
from kepuyue.activities.models import Remark, SensitiveWord
from kepuyue.activities.reviewing import queue
from kepuyue.activities.reviewing.forms import RemarkForm, UnitForm, WordsForm
from kepuyue.activities.views.reviewing.queue import check_reviews
from kepuyue.editions.models import Edition
from kepuyue.editions.permissions import check_can_manage
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization

WORDS_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def remark_list(request: DeskRequest) -> HttpResponse:
    """The frequent remarks of one's reviewing unit, with a form for a new one."""
    check_reviews(request)
    units = queue.reviewing_units(request.user)
    if not units:
        raise PermissionDenied(_("只有本单位的审核人可以管理这里的常用意见。"))
    chosen = UnitForm(request.POST or request.GET, units=units)
    unit = chosen.cleaned_data["unit"] if chosen.is_valid() else units[0]
    may_share = unit.level == Organization.Level.OFFICE
    form = RemarkForm(request.POST if request.method == "POST" else None, may_share=may_share)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _kept(request, form, unit):
            return redirect(f"{request.path}?unit={unit.pk}")
        status = 422
    return render(
        request,
        "activities/remarks.html",
        {
            "unit": unit,
            "units": units,
            "own": Remark.objects.filter(organization=unit),
            "shared": Remark.objects.filter(is_shared=True).exclude(organization=unit),
            "form": form,
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remark(request: DeskRequest, pk: int) -> HttpResponse:
    """Change one remark."""
    row = get_object_or_404(_own_remarks(request), pk=pk)
    may_share = row.organization.level == Organization.Level.OFFICE
    # The form writes into its instance while it checks; the action takes the row as it was read
    editing = Remark.objects.get(pk=row.pk)
    form = RemarkForm(
        request.POST if request.method == "POST" else None, instance=editing, may_share=may_share,
        initial={"version": row.version},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        if form.is_valid() and _kept(request, form, row.organization, row):
            return redirect("activities:remarks")
        status = 409 if form.is_bound and form.non_field_errors() else 422
    return render(request, "activities/remark.html", {"remark": row, "form": form}, status=status)


@require_POST
def remove_remark(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a remark from the list."""
    row = get_object_or_404(_own_remarks(request), pk=pk)
    remarks.drop(row, by=request.user)
    messages.success(request, _("已删除。"))
    return redirect("activities:remarks")


@require_http_methods(["GET", "HEAD", "POST"])
def word_list(request: DeskRequest) -> HttpResponse:
    """The office's words for this edition; pasting adds to them."""
    edition = _managed(request)
    form = WordsForm(request.POST if request.method == "POST" else None, request.FILES or None)
    taken, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                taken = wordlist.add(edition, by=request.user, text=form.cleaned_data["text"])
            except ValidationError as error:
                form.add_error(None, error)
            else:
                status, form = 200, WordsForm()
    rows = SensitiveWord.objects.filter(edition=edition)
    if q := request.GET.get("q", "").strip()[:60]:
        rows = rows.filter(word__icontains=q) | rows.filter(category__icontains=q)
    page = Paginator(rows, WORDS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "taken": taken, "q": q, "most": wordlist.MOST_WORDS}
    return render(request, "activities/words.html", context, status=status)


@require_POST
def remove_words(request: DeskRequest) -> HttpResponse:
    """Take the ticked words from the list."""
    edition = _managed(request)
    chosen = [int(text) for text in request.POST.getlist("word")[:500] if text.isdecimal() and len(text) < 12]
    done = wordlist.remove(edition, by=request.user, words=chosen)
    messages.success(request, _("已删除%(n)s个词。") % {"n": done})
    return redirect("activities:words")


@require_safe
def word_file(request: DeskRequest) -> HttpResponse:
    """The list as a text file that can be pasted in again."""
    edition = _managed(request)
    answer = HttpResponse(wordlist.written_out(edition), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="words.txt"'
    return answer


def _own_remarks(request: DeskRequest) -> QuerySet[Remark]:
    units = queue.reviewing_units(request.user)
    return Remark.objects.filter(organization__in=units).select_related("organization")


def _kept(request: DeskRequest, form: RemarkForm, unit: Organization, row: Remark | None = None) -> bool:
    data = form.cleaned_data
    try:
        remarks.keep(
            unit=unit, by=request.user, text=data["text"], field=data["field"], position=data["position"] or 0,
            is_shared=data.get("is_shared", False), remark=row, version=data["version"],
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("已保存。"))
    return True


def _managed(request: DeskRequest) -> Edition:
    if request.edition is None:
        raise PermissionDenied(_("还没有当前的届次。"))
    check_can_manage(request.user, request.edition)
    return request.edition
