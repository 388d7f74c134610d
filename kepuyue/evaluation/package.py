"""推荐材料包: what goes to the province, in one ZIP: the letter, the two lists, the forms, the evidence."""

import zipfile
from io import BytesIO

from kepuyue.core import tables
from kepuyue.documents import storing, word
from kepuyue.documents.models import OfficialDocument
from kepuyue.editions.models import Edition
from kepuyue.evaluation import blanks, presentation, queries, ranking
from kepuyue.evaluation.models import Line, Round
from kepuyue.evaluation.official import NAMES, RECOMMENDATION
from kepuyue.organizations.actions.notices import in_city_language

EXPLAINED = (
    "推荐表打印后由各级单位盖章。评分数据可以用下面的命令重新算出名单：",
    "kepuyue evaluation rank 评分数据.json",
)
# The same content gives the same bytes
MOMENT = (2000, 1, 1, 0, 0, 0)


@in_city_language
def packed(edition: Edition) -> bytes:
    """The package of an edition's settled rounds; without a letter where none was drafted yet."""
    rounds = Round.objects.filter(edition=edition, state=Round.State.SETTLED).select_related(
        "edition__office"
    )
    files: dict[str, bytes] = {}
    letter = _letter(edition)
    if letter is not None:
        files[f"1-推荐函{'' if letter.number else '（草稿）'}.docx"] = _word(letter)
    told = []
    for round in rounds.order_by("-line"):
        name = NAMES[Line(round.line)]
        snapshot = queries.last_snapshot(round)
        if snapshot is None:
            continue
        forms = blanks.filled(queries.chosen(round))
        board = queries.board(round)
        head, body = presentation.table(board.data, board.ranked)
        files |= {
            f"2-推荐名单和推荐表/{name}推荐表.docx": blanks.to_word(forms),
            f"2-推荐名单和推荐表/{name}推荐汇总表.xlsx": blanks.to_xlsx(f"{name}推荐汇总表", forms),
            f"3-佐证材料/{name}全部名次.xlsx": tables.to_xlsx(f"{name}全部名次", head, body),
            f"3-佐证材料/{name}评分数据.json": ranking.canonical(snapshot.content),
        }
        told.append(f"{name}\n  评分数据 SHA-256 {snapshot.digest}\n  名单 SHA-256 {snapshot.result_digest}")
    files["说明.txt"] = "\n".join([*EXPLAINED, *told, ""]).encode("utf-8-sig")
    return _zip(files)


def _letter(edition: Edition) -> OfficialDocument | None:
    """The letter that was issued last; else the draft."""
    rows = OfficialDocument.objects.filter(kind=RECOMMENDATION, facts__edition=edition.code)
    issued: OfficialDocument | None = rows.filter(state=OfficialDocument.State.ISSUED).order_by("pk").last()
    return issued or rows.filter(state=OfficialDocument.State.DRAFT).order_by("pk").last()


def _word(letter: OfficialDocument) -> bytes:
    if letter.word:
        with letter.word.open("rb") as file:
            return bytes(file.read())
    return word.render(storing.from_json(letter.content))


def _zip(files: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, MOMENT), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
