"""Classifications, marks, papers and synonyms."""

import re
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.codes import new_code
from kepuyue.editions.actions import editing, terms
from kepuyue.editions.filling import WORDS
from kepuyue.editions.forms.seen import SeenForm, day_field, taken, text_area
from kepuyue.editions.models import Edition, Mark, Paper, Taxonomy, Term

TAXONOMY = ("name", "name_en", "help", "multiple", "required", "is_filter")
MARK = ("name", "name_en", "rules", "rules_en")
PAPER = ("title", "number", "issuer", "issued_on", "body", "is_published")
SEPARATORS = re.compile(r"[、，,;；\n]+")


def code_for(name_en: str, taken_codes: set[str]) -> str:
    """A short code for addresses and files, from the English name where that gives one."""
    code = slugify(name_en)[:30]
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", code) or code in taken_codes:
        code = f"x-{new_code(6).lower()}"
    return code


def words(text: str) -> list[str]:
    """The words that somebody typed with whatever separates them, each once."""
    found = [word.strip()[:40] for word in SEPARATORS.split(text)]
    return list(dict.fromkeys(word for word in found if word))


class TaxonomyForm(SeenForm):
    """One classification."""

    def __init__(self, *args: Any, taxonomy: Taxonomy | None, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(taxonomy, TAXONOMY) if taxonomy else {}, **kwargs)
        self.fields.update(taken(Taxonomy, *TAXONOMY))
        if taxonomy is None:
            self.initial.update(multiple=True, is_filter=True)


class TermForm(SeenForm):
    """One term of a classification."""

    def __init__(self, *args: Any, taxonomy: Taxonomy, term: Term | None, **kwargs: Any) -> None:
        present = editing.values_of(term, terms.FIELDS) if term else {}
        super().__init__(*args, present=present, **kwargs)
        self.fields.update(taken(Term, "name", "name_en"))
        self.fields["synonyms"] = forms.CharField(
            label=_("同义词"), required=False, widget=text_area(2),
            help_text=_("填表人常写的其他说法，用顿号或换行分开。导入和搜索时视为同一项。"),
        )  # fmt: skip
        others = taxonomy.terms.filter(is_retired=False).exclude(pk=term.pk if term and term.pk else 0)
        self.fields["parent"] = forms.ModelChoiceField(
            others,
            label=_("归在哪一项下面"),
            required=False,
            to_field_name="code",
            empty_label=_("不归在别的项下面"),
        )
        self.initial["synonyms"] = "、".join(term.synonyms) if term else ""
        self.initial["parent"] = term.parent.code if term and term.parent else None
        self.taxonomy, self.term = taxonomy, term

    def clean_synonyms(self) -> list[str]:
        return words(self.cleaned_data["synonyms"])

    def values(self) -> dict[str, Any]:
        """The term's values; a new one gets its code."""
        got = super().values()
        if self.term is None:
            codes = set(self.taxonomy.terms.values_list("code", flat=True))
            got["code"] = code_for(got["name_en"], codes)
        return got


class MergeForm(forms.Form):
    """Into which term another one goes."""

    into = forms.ModelChoiceField(
        Term.objects.none(), label=gettext_lazy("合并到"), to_field_name="code", empty_label="———"
    )

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = term.taxonomy.terms.filter(is_retired=False).exclude(pk=term.pk)  # type: ignore[attr-defined]


class MarkForm(SeenForm):
    """A mark, its rules and its picture."""

    def __init__(self, *args: Any, mark: Mark | None, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(mark, MARK) if mark else {}, **kwargs)
        self.fields.update(taken(Mark, *MARK))
        self.fields["rules"].widget = text_area(4)
        self.fields["rules_en"].widget = text_area(4)
        self.fields["picture"] = forms.FileField(
            label=_("图样"), required=False,
            help_text=_("PNG 最好，透明底会保留；不收 SVG，因为它可能带有程序。换图时选新的文件即可。"),
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in MARK}


class PaperForm(SeenForm):
    """The notice or an annex."""

    def __init__(self, *args: Any, paper: Paper | None, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(paper, PAPER) if paper else {}, **kwargs)
        self.fields.update(taken(Paper, *PAPER))
        self.fields["issued_on"] = day_field(_("成文日期"), required=False)
        self.fields["body"].widget = text_area(18)
        self.fields["body"].required = True
        self.fields["body"].help_text = _(
            "用 Markdown 书写：空一行分段，“## ”开头是标题，“1. ”“- ”开头是清单。"
        )
        self.fields["is_published"].help_text = _("不勾选时只有市级管理员看得到。")
        if paper is not None and paper.template_of:
            # A template is never public, and has its number and day when a document is issued
            for name in ("number", "issuer", "issued_on", "is_published"):
                del self.fields[name]
            self.fields["body"].help_text = _(
                "照公文的样子一行一段；{%(words)s}这些地方起草时按本届资料填入。"
            ) % {"words": "}、{".join(WORDS)}


class SynonymsForm(SeenForm):
    """All groups of synonyms, a line each."""

    groups = forms.CharField(
        label=gettext_lazy("同义词"), required=False, max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=gettext_lazy("每行一组，用顿号分开。搜其中一个，就能找到写着其他几个的活动。"),
    )  # fmt: skip

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        groups = [list(group.words) for group in edition.synonyms.order_by("pk")]
        super().__init__(*args, present={"groups": groups}, **kwargs)
        self.initial["groups"] = "\n".join("、".join(group) for group in groups)

    def clean_groups(self) -> list[list[str]]:
        found: list[list[str]] = []
        seen: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["groups"].splitlines(), start=1):
            group = words(line)
            if not group:
                continue
            if len(group) < 2:
                raise forms.ValidationError(
                    _("第%(number)s行只有一个词“%(word)s”，至少要有两个。")
                    % {"number": number, "word": group[0]}
                )
            for word in group:
                if word.casefold() in seen:
                    raise forms.ValidationError(
                        _("“%(word)s”在第%(first)s行和第%(second)s行都有，请只留一处。")
                        % {"word": word, "first": seen[word.casefold()], "second": number}
                    )
                seen[word.casefold()] = number
            found.append(group)
        return found
