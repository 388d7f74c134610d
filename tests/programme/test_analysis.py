import pytest
from hypothesis import given
from hypothesis import strategies as st

from kepuyue.programme import analysis
from kepuyue.programme.analysis import Term

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30)
GROUPS = [["人工智能", "AI"], ["开放日", "open day"], ["展览", "展"]]


def found(query: str, text: str) -> bool:
    """Whether the terms of a text satisfy a query, as both engines decide it."""
    text = analysis.normalize(text)
    known = {*analysis.terms(text), *analysis.sound(text).terms}

    def holds(term: Term) -> bool:
        return any(one.startswith(term.text) for one in known) if term.is_prefix else term.text in known

    clauses = analysis.clauses(query)
    return bool(clauses) and all(any(all(map(holds, way.terms)) for way in clause) for clause in clauses)


@given(CHINESE, st.data())
def test_any_two_neighbouring_characters_find_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))

    assert found(text[start : start + 2], text)


@given(CHINESE, st.data())
def test_any_single_character_and_any_part_find_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    assert found(text[start], text)
    assert found(text[start:end], text)


@given(st.text(max_size=300))
def test_no_query_breaks_the_analysis_or_makes_terms_that_need_quoting(query: str) -> None:
    for clause in analysis.clauses(query, GROUPS):
        for way in clause:
            assert way.terms
            assert not any(set(term.text) & set("'\"\\ *:()&|\0") for term in way.terms)


@given(st.text(max_size=300))
def test_no_document_makes_terms_that_need_quoting(text: str) -> None:
    text = analysis.normalize(text)

    terms = [*analysis.terms(text), *analysis.sound(text).terms]

    assert not [term for term in terms if set(term) & set("'\"\\ *:()&|\0") or len(term) > analysis.MAX_WORD]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ＡＩ", "AI课堂"),
        ("ai课堂", "AI 课堂"),
        ("shidi", "华侨城湿地公园"),
        ("sdgy", "华侨城湿地公园"),
        ("huaqiao", "华侨城湿地公园"),
        ("robo", "RoboMaster 机器人赛"),
        ("2024", "2024年全国科普日"),
        ("５Ｇ", "5G与生活"),
        ("𠮷野", "𠮷野家的化学"),
    ],
)
def test_one_word_has_many_spellings(query: str, text: str) -> None:
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("地湿", "湿地公园"),
        ("湿园", "湿地公园"),
        ("20", "2024年"),
        ("ai", "爱国主义"),
        ("湿地 观鸟", "湿地公园"),
    ],
)
def test_what_does_not_stand_there_is_not_found(query: str, text: str) -> None:
    assert not found(query, text)


@pytest.mark.parametrize("query", ["", "  ", "\0", '"', "'; --", "*", "()", "？！", "\ud800"])
def test_a_query_without_words_has_no_clauses(query: str) -> None:
    assert analysis.clauses(query) == []


def test_a_synonym_is_another_way_to_write_a_word() -> None:
    [clause] = analysis.clauses("人工智能", GROUPS)

    assert [way.exact for way in clause] == [("人工智能",), ("ai",)]


def test_a_synonym_of_several_words_is_one_word() -> None:
    [clause] = analysis.clauses("open day", GROUPS)

    assert [way.exact for way in clause] == [("open", "day"), ("开放日",)]


def test_a_single_character_inside_a_word_is_no_synonym() -> None:
    [clause] = analysis.clauses("展览会", GROUPS)

    assert [way.exact for way in clause] == [("展览会",), ("展", "会")]


def test_a_latin_synonym_is_no_part_of_another_word() -> None:
    [clause] = analysis.clauses("hair", GROUPS)

    assert clause[0].exact == ("hair",)
    assert "人工智能" not in [text for way in clause for text in way.exact]


def test_long_input_is_cut_and_quick() -> None:
    assert len(analysis.terms("字" * 100_000)) == 2
    assert len(analysis.clauses("ab" * 5_000)) == 1
    assert len(analysis.clauses("zhang" * 2_000)) == 1
