"""Classifications and their terms, marks, papers, synonyms, rules."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.core.versions import Conflict
from kepuyue.editions import overview, queries
from kepuyue.editions.actions import editing, terms, vocabulary
from kepuyue.editions.forms import (
    MarkForm,
    MergeForm,
    PaperForm,
    RulesForm,
    SynonymsForm,
    TaxonomyForm,
    TermForm,
)
from kepuyue.editions.forms.vocabulary import code_for
from kepuyue.editions.markdown import to_html
from kepuyue.editions.models import Edition, Mark, Paper, Taxonomy, Term
from kepuyue.editions.views.hub import BOTH
from kepuyue.editions.views.office import OfficeRequest, back, office_page, put_errors, saved, shown, typed


@require_safe
@office_page
def taxonomies(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """All classifications."""
    return shown(
        request, "editions/taxonomies.html", edition, _("分类"), taxonomies=queries.taxonomies(edition)
    )


@require_http_methods(BOTH)
@office_page
def taxonomy_new(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """One more classification."""
    form = TaxonomyForm(typed(request)[0], taxonomy=None)

    def save(values: dict[str, Any], seen: str) -> None:
        codes = set(edition.taxonomies.values_list("code", flat=True))
        position = edition.taxonomies.count()
        made = Taxonomy(edition=edition, code=code_for(values["name_en"], codes), position=position)
        editing.change(edition, made, values, by=request.user, seen=seen)

    if saved(request, form, save):
        return back("taxonomies", edition.code)
    return shown(
        request, "editions/form.html", edition, _("新增分类"), form=form, above=[_taxonomies(edition)]
    )


@require_http_methods(BOTH)
@office_page
def taxonomy(request: OfficeRequest, edition: Edition, code: str) -> HttpResponse:
    """A classification, how it is chosen, and its terms."""
    found = get_object_or_404(edition.taxonomies, code=code)
    form = TaxonomyForm(typed(request)[0], taxonomy=found)
    if saved(
        request, form, lambda values, seen: editing.change(edition, found, values, by=request.user, seen=seen)
    ):
        return back("taxonomy", edition.code, code)
    context = {"taxonomy": found, "terms": overview.terms_with_use(found)}
    return shown(
        request,
        "editions/taxonomy.html",
        edition,
        str(found),
        form=form,
        above=[_taxonomies(edition)],
        **context,
    )


@require_http_methods(BOTH)
@office_page
def term_new(request: OfficeRequest, edition: Edition, code: str) -> HttpResponse:
    """One more term."""
    found = get_object_or_404(edition.taxonomies, code=code)
    form = TermForm(typed(request)[0], taxonomy=found, term=None)
    if saved(request, form, lambda values, seen: terms.save(found, None, values, by=request.user, seen=seen)):
        return back("taxonomy", edition.code, code)
    return shown(
        request, "editions/form.html", edition, _("新增分类项"), form=form,
        above=[_taxonomies(edition), _taxonomy(found)],
    )  # fmt: skip


@require_http_methods(BOTH)
@office_page
def term(request: OfficeRequest, edition: Edition, code: str, term: str) -> HttpResponse:
    """One term: its names and synonyms, and what else can be done with it."""
    found = _term(edition, code, term)
    form = TermForm(typed(request)[0], taxonomy=found.taxonomy, term=found)
    if saved(
        request,
        form,
        lambda values, seen: terms.save(found.taxonomy, found, values, by=request.user, seen=seen),
    ):
        return back("taxonomy", edition.code, code)
    context = {"term": found, "used": overview.use_of(found), "is_used": editing.is_used(found)}
    return shown(
        request, "editions/term.html", edition, str(found), form=form,
        above=[_taxonomies(edition), _taxonomy(found.taxonomy)], **context,
    )  # fmt: skip


@require_http_methods(BOTH)
@office_page
def term_merge(request: OfficeRequest, edition: Edition, code: str, term: str) -> HttpResponse:
    """Merge a term into another: first how many activities move, then the deed."""
    found = _term(edition, code, term)
    form = MergeForm(typed(request)[0], term=found)
    into = None
    if form.is_valid():
        into = form.cleaned_data["into"]
        if "confirm" in request.POST:
            try:
                terms.merge(found, into, by=request.user)
            except ValidationError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("已合并到“%(name)s”。") % {"name": into})
                return back("taxonomy", edition.code, code)
    above = [_taxonomies(edition), _taxonomy(found.taxonomy)]
    return shown(
        request, "editions/term_merge.html", edition, _("合并分类项"), form=form, term=found, into=into,
        used=overview.use_of(found), above=above,
    )  # fmt: skip


@require_POST
@office_page
def term_retire(request: OfficeRequest, edition: Edition, code: str, term: str) -> HttpResponse:
    """Offer a term no longer, or again."""
    terms.retire(_term(edition, code, term), by=request.user, is_retired="restore" not in request.POST)
    messages.success(request, _("已保存，各处已更新。"))
    return back("taxonomy", edition.code, code)


@require_POST
@office_page
def term_delete(request: OfficeRequest, edition: Edition, code: str, term: str) -> HttpResponse:
    """Delete a term that nothing uses."""
    try:
        terms.delete(_term(edition, code, term), by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return back("term", edition.code, code, term)
    messages.success(request, _("已删除。"))
    return back("taxonomy", edition.code, code)


@require_POST
@office_page
def term_move(request: OfficeRequest, edition: Edition, code: str, term: str) -> HttpResponse:
    """One place up or down."""
    terms.move(_term(edition, code, term), up="up" in request.POST, by=request.user)
    return back("taxonomy", edition.code, code)


@require_POST
@office_page
def taxonomy_move(request: OfficeRequest, edition: Edition, code: str) -> HttpResponse:
    """One place up or down."""
    terms.move(get_object_or_404(edition.taxonomies, code=code), up="up" in request.POST, by=request.user)
    return back("taxonomies", edition.code)


@require_http_methods(BOTH)
@office_page
def rules(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The rules of review: typed, looked at with their effect, then saved."""
    form = RulesForm(typed(request)[0], edition=edition)
    is_sure = "confirm" in request.POST
    changes = form.differences() if form.is_bound and form.is_valid() else []
    if is_sure and saved(
        request,
        form,
        lambda values, seen: editing.change(edition, edition, values, by=request.user, seen=seen),
    ):
        return back("rules", edition.code)
    context = {
        "changes": changes,
        "effect": overview.under_way(edition),
        "looked": form.is_bound and not form.errors,
    }
    return shown(request, "editions/rules.html", edition, _("审核规则"), form=form, **context)


@require_safe
@office_page
def marks(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """All marks."""
    return shown(request, "editions/marks.html", edition, _("标识"), marks=edition.marks.all())


@require_http_methods(BOTH)
@office_page
def mark(request: OfficeRequest, edition: Edition, code: str = "") -> HttpResponse:
    """One mark, or a new one."""
    found = get_object_or_404(edition.marks, code=code) if code else None
    form = MarkForm(*typed(request), mark=found)

    def save(values: dict[str, Any], seen: str) -> None:
        codes = set(edition.marks.values_list("code", flat=True))
        thing = found or Mark(edition=edition, code=code_for(values["name_en"], codes))
        try:
            vocabulary.save_mark(
                edition, thing, values, by=request.user, seen=seen, picture=form.cleaned_data["picture"]
            )
        except ValidationError as error:
            if isinstance(error, Conflict) or hasattr(error, "error_dict"):
                raise
            raise ValidationError({"picture": error}) from error

    if saved(request, form, save):
        return back("marks", edition.code)
    title = str(found) if found else _("新增标识")
    above = [(_("标识"), reverse("editions:marks", args=[edition.code]))]
    return shown(request, "editions/mark.html", edition, title, form=form, mark=found, above=above)


@require_POST
@office_page
def mark_delete(request: OfficeRequest, edition: Edition, code: str) -> HttpResponse:
    """Take a mark away that nothing uses."""
    return _removed(request, edition, get_object_or_404(edition.marks, code=code), "marks")


@require_safe
@office_page
def papers(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """All papers, drafts among them."""
    return shown(request, "editions/papers.html", edition, _("文件"), papers=edition.papers.all())


@require_http_methods(BOTH)
@office_page
def paper(request: OfficeRequest, edition: Edition, code: str = "") -> HttpResponse:
    """One paper, or a new one; it can be looked at before it is saved."""
    found = get_object_or_404(edition.papers, code=code) if code else None
    form = PaperForm(typed(request)[0], paper=found)
    looks = "preview" in request.POST and form.is_valid()

    def save(values: dict[str, Any], seen: str) -> None:
        codes = set(edition.papers.values_list("code", flat=True))
        thing = found or Paper(edition=edition, code=code_for("", codes), position=len(codes))
        editing.change(edition, thing, values, by=request.user, seen=seen)

    if "preview" not in request.POST and saved(request, form, save):
        return back("papers", edition.code)
    title = str(found) if found else _("新增文件")
    above = [(_("文件"), reverse("editions:papers", args=[edition.code]))]
    preview = to_html(form.cleaned_data["body"]) if looks else ""
    return shown(
        request,
        "editions/paper_edit.html",
        edition,
        title,
        form=form,
        paper=found,
        preview=preview,
        above=above,
    )


@require_POST
@office_page
def paper_delete(request: OfficeRequest, edition: Edition, code: str) -> HttpResponse:
    """Take a paper away."""
    return _removed(request, edition, get_object_or_404(edition.papers, code=code), "papers")


@require_http_methods(BOTH)
@office_page
def synonyms(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """The words that a search treats as one."""
    form = SynonymsForm(typed(request)[0], edition=edition)
    if saved(
        request, form,
        lambda values, seen: vocabulary.set_synonyms(edition, values["groups"], by=request.user, seen=seen),
    ):  # fmt: skip
        return back("synonyms", edition.code)
    return shown(request, "editions/form.html", edition, _("搜索同义词"), form=form)


def _removed(request: OfficeRequest, edition: Edition, thing: Mark | Paper, name: str) -> HttpResponse:
    try:
        editing.remove(edition, thing, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("已删除。"))
    return back(name, edition.code)


def _term(edition: Edition, taxonomy: str, code: str) -> Term:
    terms = Term.objects.select_related("taxonomy__edition__office", "parent")
    return get_object_or_404(terms, taxonomy__edition=edition, taxonomy__code=taxonomy, code=code)


def _taxonomies(edition: Edition) -> tuple[str, str]:
    return _("分类"), reverse("editions:taxonomies", args=[edition.code])


def _taxonomy(taxonomy: Taxonomy) -> tuple[str, str]:
    return str(taxonomy), reverse("editions:taxonomy", args=[taxonomy.edition.code, taxonomy.code])
