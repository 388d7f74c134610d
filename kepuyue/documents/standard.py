"""The figures of GB/T 9704-2012 (党政机关公文格式), each once: rendering takes them from here, measuring compares with
them.

Clauses are those of the standard. Where it gives none, the figure is derived from others, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MM_PER_POINT = 25.4 / 72
TWIPS = 20  # in a point
# The standard leaves the height of these lines open: so many times the size of their signs
TITLE_PITCH = RECORD_PITCH = 1.5
# Sizes of Chinese typesetting in points
SIZE_2, SIZE_3, SIZE_4 = 22.0, 16.0, 14.0
# Named in the file and never shipped: commercial or fonts of a system; what stands in for each where it is missing
FONTS = {
    "方正小标宋简体": ("小标宋体", "华文中宋", "宋体"),
    "仿宋_GB2312": ("仿宋", "FangSong", "华文仿宋"),
    "黑体": ("SimHei", "华文黑体", "Noto Sans CJK SC"),
    "楷体_GB2312": ("楷体", "KaiTi", "华文楷体"),
    "宋体": ("SimSun", "华文宋体", "Noto Serif CJK SC"),
}
HEADLINE, BODY, LEVEL_1, LEVEL_2, NUMERALS = FONTS


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the standard."""

    code: str
    what: str
    "As people read it"
    value: float
    unit: str
    tolerance: float
    "So far it may be off, in the same unit"
    clause: str


_TABLE = (
    Figure("paper_width", "纸张宽", 210, "mm", 0.5, "5.1"),
    Figure("paper_height", "纸张高", 297, "mm", 0.5, "5.1"),
    Figure("top", "天头", 37, "mm", 1.0, "5.2.1"),
    Figure("left", "订口", 28, "mm", 1.0, "5.2.1"),
    Figure("block_width", "版心宽", 156, "mm", 0.5, "5.2.1"),
    Figure("block_height", "版心高", 225, "mm", 0.5, "5.2.1"),
    Figure("lines", "每面行数", 22, "行", 0, "5.2.3"),
    Figure("characters", "每行字数", 28, "字", 0, "5.2.3"),
    Figure("body_size", "正文字号（3号）", SIZE_3, "pt", 0.2, "5.2.2"),
    Figure("text_color", "文字与黑色的色差", 0, "色", 25, "5.2.4"),
    Figure("marks_top", "份号等首行上边缘至版心上边缘", 0, "mm", 0.5, "7.2.1"),
    Figure("marks_left", "份号、密级、紧急程度左空字数", 0, "字", 0.1, "7.2.1"),
    Figure("copy_digits", "份号位数", 6, "位", 0, "7.2.1"),
    Figure("marks_step", "份号、密级、紧急程度的行距", 1, "倍", 0.05, "7.2.3"),
    Figure("mark_top", "发文机关标志上边缘至版心上边缘", 35, "mm", 0.5, "7.2.4"),
    Figure("mark_color", "发文机关标志与红色的色差", 0, "色", 25, "7.2.4"),
    Figure("joint_center", "联合行文“文件”二字与各机关名称中线相差", 0, "mm", 0.5, "7.2.4"),
    Figure("number_lines", "发文字号在标志下空行", 2, "行", 0.2, "7.2.5"),
    Figure("number_left", "上行文发文字号左空字数", 1, "字", 0.1, "7.2.5"),
    Figure("signer_right", "上行文签发人右空字数", 1, "字", 0.2, "7.2.6"),
    Figure("signer_line", "发文字号与最后一个签发人相差行数", 0, "行", 0.2, "7.2.5"),
    Figure("rule_gap", "红色分隔线在发文字号下", 4, "mm", 0.5, "7.2.7"),
    Figure("rule_width", "红色分隔线长", 156, "mm", 0.5, "7.2.7"),
    Figure("rule_color", "分隔线与红色的色差", 0, "色", 25, "7.2.7"),
    Figure("title_size", "标题字号（2号）", SIZE_2, "pt", 0.2, "7.3.1"),
    Figure("title_lines", "标题在分隔线下空行", 2, "行", 0.2, "7.3.1"),
    Figure("addressee_lines", "主送机关在标题下空行", 1, "行", 0.2, "7.3.2"),
    Figure("indent", "正文每段左空字数", 2, "字", 0.1, "7.3.3"),
    Figure("attachment_lines", "附件说明在正文下空行", 1, "行", 0.2, "7.3.4"),
    Figure("date_right", "成文日期右空字数（加盖印章）", 4, "字", 0.2, "7.3.5.1"),
    Figure("record_below", "版记末条分隔线在版心下边缘下", 0, "mm", 0.5, "7.4.1"),
    Figure("record_outer", "版记首末条分隔线粗", 0.35, "mm", 0.04, "7.4.1"),
    Figure("record_inner", "版记中间分隔线粗", 0.25, "mm", 0.04, "7.4.1"),
    Figure("record_size", "版记字号（4号）", SIZE_4, "pt", 0.2, "7.4.2"),
    Figure("page_size", "页码字号（4号）", SIZE_4, "pt", 0.2, "7.5"),
    Figure("page_below", "页码一字线距版心下边缘", 7, "mm", 0.5, "7.5"),
    Figure("page_side", "页码外侧空字数", 1, "字", 0.1, "7.5"),
)
FIGURES: Mapping[str, Figure] = MappingProxyType({one.code: one for one in _TABLE})
VALUES: Mapping[str, float] = MappingProxyType({one.code: one.value for one in _TABLE})
# Red, green, blue; differences are those of the channel that is farthest off, 0 to 255
RED, BLACK = (255, 0, 0), (0, 0, 0)  # 7.2.4, 7.2.7; 5.2.4


def line_pitch(values: Mapping[str, float]) -> float:
    """From line to line in points (derived): in twentieths, and never more than fits the block."""
    exact = values["block_height"] / MM_PER_POINT / values["lines"]
    return int(exact * 20) / 20


def character_pitch(values: Mapping[str, float]) -> float:
    """From character to character in points (derived), in the same way."""
    exact = values["block_width"] / MM_PER_POINT / values["characters"]
    return int(exact * 20) / 20


def hex_color(color: tuple[int, int, int], off: float) -> str:
    """A color as Word writes it, its green and blue so far off."""
    red, green, blue = (min(255, round(channel + off)) for channel in color)
    return f"{red:02X}{green:02X}{blue:02X}"


def color_off(found: tuple[float, float, float], color: tuple[int, int, int]) -> float:
    """How far a color is from another: the channel that is farthest off."""
    return max(abs(one - other) for one, other in zip(found, color, strict=True))


def is_reddish(color: tuple[float, float, float]) -> bool:
    """Whether people would call it red, right or not."""
    return color[0] - max(color[1:]) > 100
