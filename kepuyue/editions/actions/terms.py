"""Terms in use: retired, merged, deleted, put in another order. Nothing that an activity says is lost."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.editions.actions.editing import Values, change, is_used, locked, touch
from kepuyue.editions.models import Edition, Taxonomy, Term
from kepuyue.editions.signals import term_merged, terms_renamed

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

FIELDS = ("name", "name_en", "synonyms", "parent")


def save(taxonomy: Taxonomy, term: Term | None, values: Values, *, by: "User", seen: str) -> Term:
    """Add a term at the end, or change one. Raises `versions.Conflict` and ValidationError."""
    with transaction.atomic():
        edition = locked(taxonomy.edition, by)
        words = [values["name"], *values["synonyms"]]
        _check_words(taxonomy, words, but=term)
        if term is None:
            term = Term(taxonomy=taxonomy, position=taxonomy.terms.count(), code=values["code"])
        if values.get("parent") and _is_below(values["parent"], term):
            raise ValidationError({"parent": _("不能放在自己下面。")})
        if change(edition, term, {name: values[name] for name in FIELDS}, by=by, seen=seen) and term.pk:
            terms_renamed.send(sender=Term, terms=[Term.objects.get(pk=term.pk)])
        return term


@transaction.atomic
def retire(term: Term, *, by: "User", is_retired: bool = True) -> None:
    """Offer the term no longer (or again); activities that have it keep it."""
    edition = locked(term.taxonomy.edition, by)
    term = Term.objects.get(pk=term.pk)
    if term.is_retired != is_retired:
        term.is_retired = is_retired
        term.save(update_fields=["is_retired"])
        touch(edition)
        audit.record("term.retire" if is_retired else "term.restore", term, by=by)


@transaction.atomic
def delete(term: Term, *, by: "User") -> None:
    """Delete a term that nothing uses; raises ValidationError where something does."""
    edition = locked(term.taxonomy.edition, by)
    if is_used(term):
        raise ValidationError(_("还有活动或下级分类项在用它。可以停用，或者合并到另一项。"), code="used")
    _check_no_rule(edition, term)
    audit.record("term.delete", term, by=by)
    term.delete()
    touch(edition)


@transaction.atomic
def merge(term: Term, into: Term, *, by: "User") -> None:
    """Let `into` stand wherever `term` stood; its names become synonyms, it stays as retired.

    The rooms above move their rows when they hear of it (`signals.term_merged`).
    """
    edition = locked(term.taxonomy.edition, by)
    term, into = Term.objects.get(pk=term.pk), Term.objects.get(pk=into.pk)
    if term == into or term.taxonomy_id != into.taxonomy_id:
        raise ValidationError(_("请在同一分类里选另一项。"), code="not-here")
    if into.is_retired:
        raise ValidationError(_("那一项已经停用，请选一个在用的。"), code="retired")
    if _is_below(into, term):
        raise ValidationError(_("不能合并到自己的下级。"), code="below")
    _check_no_rule(edition, term)
    for sub_theme in term.sub_themes.all():
        sub_theme.focus.add(into)
        sub_theme.focus.remove(term)
    term.children.update(parent=into)
    words = [word for word in (term.name, *term.synonyms) if word not in (into.name, *into.synonyms)]
    into.synonyms = [*into.synonyms, *words]
    into.save(update_fields=["synonyms"])
    term.is_retired, term.synonyms = True, []
    term.save(update_fields=["is_retired", "synonyms"])
    touch(edition)
    audit.record("term.merge", term, by=by, changes={"into": [term.code, into.code]})
    term_merged.send(sender=Term, term=term, into=into)


@transaction.atomic
def move(thing: Taxonomy | Term, *, up: bool, by: "User") -> None:
    """Change places with the neighbour before (or after) in the list."""
    edition = locked(thing.edition if isinstance(thing, Taxonomy) else thing.taxonomy.edition, by)
    siblings: list[Any] = list(
        edition.taxonomies.all() if isinstance(thing, Taxonomy) else thing.taxonomy.terms.all()
    )
    keys = [one.pk for one in siblings]
    here = keys.index(thing.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(keys):
        return
    siblings[here], siblings[there] = siblings[there], siblings[here]
    for place, one in enumerate(siblings):
        if one.position != place:
            one.position = place
            one.save(update_fields=["position"])
    touch(edition)
    audit.record(f"{thing._meta.model_name}.move", thing, by=by, changes={"position": [here, there]})


def _check_words(taxonomy: Taxonomy, words: list[str], but: Term | None) -> None:
    """Import and search must know which term a word means."""
    taken = {
        word.casefold(): other
        for other in taxonomy.terms.exclude(pk=but.pk if but and but.pk else 0)
        if not other.is_retired
        for word in (other.name, *other.synonyms)
    }
    for word in words:
        if other := taken.get(word.casefold()):
            raise ValidationError(
                {"name" if word == words[0] else "synonyms": _("“%(word)s”已经用于“%(term)s”。")
                 % {"word": word, "term": other.name}}
            )  # fmt: skip


def _check_no_rule(edition: Edition, term: Term) -> None:
    key = f"{term.taxonomy.code}:{term.code}"
    if key in edition.rules.review or key in edition.rules.systems:
        raise ValidationError(_("审核规则里用到了它，请先改审核规则。"), code="in-rules")


def _is_below(term: Term, top: Term) -> bool:
    """Whether a term is the other one or stands below it."""
    above: Term | None = term
    while above is not None:
        if above.pk is not None and above.pk == top.pk:
            return True
        above = above.parent
    return False
