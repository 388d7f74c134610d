"""How text becomes search terms, the same for both databases.

Chinese is written without spaces, so every two neighbouring characters make a term ("湿地公园" → 湿地, 地公,
公园, and 园 for the end of the run). A word of two or more characters is found when all its pairs are there
and its characters stand side by side; a single character is a prefix of the pairs it begins. No dictionary
takes part, so a new or unusual word is found as surely as a common one. Latin words and numbers are terms as
they stand. Titles, units and places are also kept by sound: `_shi_di` for the pair 湿地, `~sd` for its initials.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from kepuyue.activities.letters import simplified

# Ideographs with all extensions, kana, bopomofo and hangul: scripts whose words are not set apart
_RUN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_PIECE = re.compile(rf"(?P<run>[{_RUN}]+)|(?P<word>(?:(?![{_RUN}])[^\W_])+)")

# 二〇二四年 as people write it in documents
_YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")

# What one document or query may hold; PostgreSQL's vectors end at 1 MB and 2 KB a term
MAX_DOCUMENT = 20_000
MAX_WORD = 64
MAX_QUERY = 100
MAX_ALTERNATIVES = 8
MAX_PIECES = 24
MIN_SPELLED = 4


class _Clean(dict[int, int | None]):
    """What becomes of each character: any space is a space, what cannot be seen goes. The common ones are kept."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        if character.isspace():
            found: int | None = ord(" ")
        else:
            found = None if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co") else code
        if code < 0x1_0000:
            self[code] = found
        return found


_CLEAN = _Clean()


def normalize(text: str) -> str:
    """One spelling for one word: full-width to half-width (NFKC), lower case, simplified characters, years in digits,
    no control characters."""
    text = simplified(unicodedata.normalize("NFKC", text).lower())
    text = _YEAR.sub(lambda year: year.group().translate(_DIGITS), text)
    return text.translate(_CLEAN)


def terms(text: str) -> list[str]:
    """The terms under which a document is found by its characters; `text` is normalized."""
    found: dict[str, None] = {}
    for kind, piece in _pieces(text[:MAX_DOCUMENT]):
        if kind == "word":
            found[piece[:MAX_WORD]] = None
        else:
            found.update(dict.fromkeys(first + second for first, second in pairwise(piece)))
            found[piece[-1]] = None
    return list(found)


@dataclass(frozen=True)
class Sound:
    """How a text is read: syllables (" shi di gong yuan / ") and initials ("sdgy/"), run by run."""

    syllables: str = ""
    initials: str = ""

    @property
    def terms(self) -> list[str]:
        """The terms under which it is found by pinyin or its initials."""
        found: dict[str, None] = {}
        for run in self.syllables.split("/"):
            syllables = run.split()
            found.update(dict.fromkeys(f"_{first}_{second}" for first, second in pairwise(syllables)))
            found.update(dict.fromkeys(f"~{first[0]}{second[0]}" for first, second in pairwise(syllables)))
        return list(found)


def sound(text: str) -> Sound:
    """The pinyin of a normalized text's Chinese runs."""
    from pypinyin.seg.mmseg import seg  # 60 MB of tables that only indexing needs

    syllables, initials = [], []
    for kind, run in _pieces(text[:MAX_DOCUMENT]):
        if kind == "run":
            read = [syllable for word in seg.cut(run) for syllable in _read(word)]
            syllables.append(f" {' '.join(read)} ")
            initials.append("".join(one[0] for one in read))
    return Sound("/".join(syllables), "/".join(initials))


@lru_cache(maxsize=20_000)
def _read(word: str) -> tuple[str, ...]:
    """How a word is read; most of a text are words that were read before."""
    from pypinyin import Style, lazy_pinyin

    return tuple(one for one in lazy_pinyin(word, style=Style.NORMAL, errors="ignore") if one)


@dataclass(frozen=True)
class Term:
    """A term to look up; a prefix finds all that begin with it."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Alternative:
    """One way to write a word of the query: all its terms, and the strings that must stand there whole.

    `kind` names the stored text in which `exact` is looked for: words, syllables or initials.
    """

    terms: tuple[Term, ...]
    exact: tuple[str, ...]
    kind: str = "words"


Clause = tuple[Alternative, ...]


def clauses(query: str, synonyms: Iterable[list[str]] = ()) -> list[Clause]:
    """A query as clauses that must all hold, each by one of its alternatives.

    Only the first `MAX_QUERY` characters count. The list is empty where nothing in the query can be looked up.
    Words that mean the same (`synonyms`, in groups) become alternatives.
    """
    text = f" {normalize(query[:MAX_QUERY])} "
    groups = [[normalize(word).strip() for word in group] for group in synonyms]
    for phrase in (word for group in groups for word in group if " " in word):
        text = text.replace(f" {phrase} ", f" {_bound(phrase)} ")
    groups = [[_bound(word) for word in group if word] for group in groups]
    found: list[Clause] = []
    for chunk in text.split():
        written = (_as_written(variant) for variant in _variants(chunk, groups))
        clause = [alternative for alternative in written if alternative.terms]
        if clause and re.fullmatch("[a-z]{2,}", chunk):
            clause += _by_sound(chunk)
        if clause and tuple(clause) not in found:
            found.append(tuple(clause))
    return found


def parted(query: str, words: Iterable[str]) -> str:
    """The query with a space around each of the words that stands in it, the longest first: 院士讲座 as 院士 讲座."""
    text = normalize(query[:MAX_QUERY])
    known = sorted(
        {one for word in words if len(one := normalize(word).strip()) > 1}, key=lambda one: (-len(one), one)
    )
    return (
        re.sub("|".join(map(re.escape, known)), lambda found: f" {found.group()} ", text) if known else text
    )


def by_ear(query: str) -> list[Clause]:
    """A query's Chinese words by their sound, as clauses: what was typed with another character of the same sound.

    Words of one character sound like too many others. The list is empty where nothing is left.
    """
    found: list[Clause] = []
    for run in sound(normalize(query[:MAX_QUERY])).syllables.split("/"):
        syllables = run.split()
        if len(syllables) > 1:
            pairs = tuple(dict.fromkeys(Term(f"_{first}_{second}") for first, second in pairwise(syllables)))
            found.append((Alternative(pairs, (f" {' '.join(syllables)} ",), "syllables"),))
    return found


def latin_words(text: str) -> set[str]:
    """The words of a normalized text in Latin letters that are long enough to be known by all letters but one."""
    return {word for word in re.findall(r"[a-z][a-z0-9]+", text) if MIN_SPELLED <= len(word) <= MAX_WORD}


def is_slip(typed: str, word: str) -> bool:
    """Whether one letter was left out, put in, put for another, or two neighbours changed places."""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return False
    same = next(
        (n for n, (one, other) in enumerate(zip(typed, word, strict=False)) if one != other),
        min(len(typed), len(word)),
    )
    rest, wanted = typed[same:], word[same:]
    return (
        rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and len(wanted) > 1 and rest[2:] == wanted[2:])
    )  # fmt: skip


# Said with a wish and no part of it; where nothing else is said, nothing is looked for
_SAYING = re.compile(
    "怎么|怎样|如何|哪里|哪儿|什么|有没有|没有|这个|那个|可以|我想|想要|关于|适合|参加|报名|附近|周末|今天|明天|活动|地方|好玩"
)


def pieces(query: str) -> list[Term]:
    """What of a query may be there alone: pairs of characters and whole words, without what is only said."""
    text = _SAYING.sub(" ", normalize(query[:MAX_QUERY]))
    found: dict[Term, None] = {}
    for kind, piece in _pieces(text):
        if kind == "word":
            found[Term(piece[:MAX_WORD])] = None
        else:
            found.update(dict.fromkeys(Term(first + second) for first, second in pairwise(piece)))
    return list(found)[:MAX_PIECES]


def _bound(phrase: str) -> str:
    """A phrase as one chunk: an underscore keeps its words together and is no part of any term."""
    return "_".join(phrase.split())


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for match in _PIECE.finditer(text):
        yield match.lastgroup or "", match.group()


def _variants(chunk: str, groups: list[list[str]]) -> list[str]:
    """The chunk itself, then with each other word of a group in the place of the one that stands there."""
    variants = {chunk: None}
    for group in groups:
        word = max((word for word in group if _stands_in(word, chunk)), key=len, default="")
        if word:
            before, _word, after = chunk.partition(word)
            variants.update(
                dict.fromkeys(f"{before} {other} {after}".strip() for other in group if other != word)
            )
    return list(islice(variants, MAX_ALTERNATIVES))


def _stands_in(word: str, chunk: str) -> bool:
    """Whether the word is the chunk, or a word inside it: no Latin part of a word, no single character."""
    if word == chunk:
        return True
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", chunk) is not None
    return len(word) > 1 and word in chunk


def _as_written(text: str) -> Alternative:
    found: list[Term] = []
    exact: list[str] = []
    for kind, piece in _pieces(text):
        if kind == "word":
            word = piece[:MAX_WORD]
            # A word may still be in typing: "robo" finds robots. Numbers and one or two letters are whole.
            found.append(Term(word, is_prefix=len(word) > 2 and word.isalpha()))
            exact.append(word)
        elif len(piece) == 1:
            found.append(Term(piece, is_prefix=True))
            exact.append(piece)
        else:
            found += [Term(first + second) for first, second in pairwise(piece)]
            exact.append(piece)
    return Alternative(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(exact)))


def _by_sound(word: str) -> list[Alternative]:
    """Pinyin of two or more syllables, in each way the letters can be cut; and initials."""
    found = [
        Alternative(
            tuple(dict.fromkeys(Term(f"_{first}_{second}") for first, second in pairwise(cut))),
            (f" {' '.join(cut)} ",),
            "syllables",
        )
        for cut in islice(_cuts(word), 4)
        if len(cut) > 1
    ]
    if not set(word) & set("iuv") and len(word) <= 12:  # no syllable begins with these
        initials = tuple(dict.fromkeys(Term(f"~{first}{second}") for first, second in pairwise(word)))
        found.append(Alternative(initials, (word,), "initials"))
    return found


def _cuts(word: str) -> Iterator[list[str]]:
    """The ways to read letters as syllables, longest first syllable first; few exist for real words."""
    reachable = {len(word)}
    for start in range(len(word) - 1, -1, -1):
        if any(start + n in reachable and word[start : start + n] in SYLLABLES for n in range(1, 7)):
            reachable.add(start)

    def walk(start: int, before: list[str]) -> Iterator[list[str]]:
        if start == len(word):
            yield before
            return
        for n in range(min(6, len(word) - start), 0, -1):
            if start + n in reachable and word[start : start + n] in SYLLABLES:
                yield from walk(start + n, [*before, word[start : start + n]])

    if 0 in reachable:
        yield from walk(0, [])


SYLLABLES = frozenset(  # 405 without tones; a list would fill pages
    """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao
    ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui
    chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die
    ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai
    gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei
    hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu
    ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la
    lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo
    lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang
    nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai
    pan pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing
    qiong qiu qu quan que qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san
    sang sao se sen seng sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan
    shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te tei teng ti tian tiao
    tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie
    xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai
    zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua
    zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """.split()  # noqa: SIM905
)
