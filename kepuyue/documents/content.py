"""What an official document says, as plain data. Whoever has something to issue builds one of these."""

from dataclasses import dataclass
from datetime import date

# Printed width in characters: a sign of another script is half as wide
_FULL_FROM = 0x2E80
# What nobody knows yet stays to be seen, and keeps a draft from being issued
TO_FILL_IN = "（待填写）"
FILE, SIGNED_OFF = "文件", "签发人："
# Names in a joint mark, the host's among them, that leave room for text on the first page
MOST_IN_MARK = 5
URGENCIES, SECRECIES = ("特急", "加急"), ("绝密", "机密", "秘密")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the text; its number (一、（一）1.（1）) is counted. `text` that follows runs on in its line."""

    level: int
    "1 to 4"
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its head is repeated on every page, and no row is divided. `widths`: shares of the block."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (PNG or JPEG) with what stands below it, as wide as a share of the block."""

    data: bytes
    caption: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars for each label, a series beside the other; what a figure says has to stand in a table too."""

    caption: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    "(what is counted, the value for each label)"


Block = Heading | Paragraph | Table | Picture | Chart


@dataclass(frozen=True, slots=True)
class Attachment:
    """附件: what is bound with the document, on pages of its own; without blocks it is only named."""

    title: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One official document (GB/T 9704-2012, 7). A kind gives what it is about; its issuer fills in what is empty of
    `mark`, `issuer`, `on_behalf` and `printed_by`, the register its number."""

    title: str
    blocks: tuple[Block, ...]
    dated: date
    addressees: str = ""
    "主送机关 without the colon; empty where there are none"
    note: str = ""
    "附注 without its brackets"
    attachments: tuple[Attachment, ...] = ()
    copies_to: tuple[str, ...] = ()
    "抄送机关"
    mark: str = ""
    "发文机关标志 as it is printed large and red, with 文件 where the issuer writes it"
    number: str = ""
    "发文字号, as 深科联办〔2024〕4号; empty before it is issued"
    issuer: str = ""
    "发文机关署名"
    on_behalf: str = ""
    "The unit whose seal stands for the issuer's (代章)"
    printed_by: str = ""
    "印发机关; empty: no 版记"
    printed_on: date | None = None
    joint: tuple[str, ...] = ()
    "联合行文: the other organs in their order; the issuer is the host, stands first and gives the number"
    signers: tuple[str, ...] = ()
    "签发人 of a document that goes upward (上行文), in the order of the organs"
    copy_number: int | None = None
    "份号 of this copy"
    secrecy: str = ""
    "密级 with its term (保密期限), as 机密★1年"
    urgency: str = ""
    "紧急程度: 特急 or 加急"

    @property
    def copy_text(self) -> str:
        """份号 in six digits (7.2.1); empty where there is none."""
        return "" if self.copy_number is None else f"{self.copy_number:06d}"

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands at the upper left, a line each, in this order (7.2.1 to 7.2.3); without 份号."""
        return tuple(filter(None, (self.secrecy, self.urgency)))

    @property
    def issuers(self) -> tuple[str, ...]:
        """发文机关署名: the host, then the others (7.3.5.1)."""
        return (self.issuer, *self.joint)

    @property
    def marked(self) -> tuple[tuple[str, ...], str]:
        """(the organs in the mark from above, what stands beside all of them): of one organ its mark as it is, of
        several their names with 文件 on the right (7.2.4). So many that no text would fit the page: the host alone.
        """
        if not 1 <= len(self.joint) < MOST_IN_MARK:
            return (self.mark,), ""
        beside = FILE if self.mark.endswith(FILE) else ""
        return (self.mark.removesuffix(FILE), *self.joint), beside

    @property
    def signer_rows(self) -> tuple[str, ...]:
        """签发人 as they stand on the page, two a line; turned lines begin below the first name (7.2.6)."""
        # A name of two signs is as wide as one of three
        names = [f"{name[0]}　{name[1]}" if len(name) == 2 else name for name in self.signers]
        rows = ["　".join(names[place : place + 2]) for place in range(0, len(names), 2)]
        return tuple(f"{SIGNED_OFF}{row}" if not place else row for place, row in enumerate(rows))

    @property
    def salutation(self) -> str:
        """主送机关 as it stands on the page: with a full-width colon after the last (7.3.2)."""
        return f"{self.addressees}："

    @property
    def attached(self) -> tuple[str, ...]:
        """附件说明, a line for each attachment; numbered where there are several (7.3.4)."""
        several = len(self.attachments) > 1
        return tuple(
            f"{'附件：' if place == 1 else ''}{f'{place}. ' if several else ''}{one.title}"
            for place, one in enumerate(self.attachments, 1)
        )

    @property
    def copied(self) -> str:
        """抄送 with its full stop (7.4.2); empty where nobody gets a copy."""
        return f"抄送：{'，'.join(self.copies_to)}。" if self.copies_to else ""

    @property
    def date_text(self) -> str:
        """成文日期: Arabic numerals, no leading zeros (7.3.5.4)."""
        return date_text(self.dated)


def date_text(day: date) -> str:
    """A day as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def width(text: str) -> float:
    """The printed width of a text in characters."""
    return sum(1.0 if ord(sign) >= _FULL_FROM or sign in "“”‘’…—·" else 0.5 for sign in text)
