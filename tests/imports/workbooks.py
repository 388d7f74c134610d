"""Workbooks as people send them, made here: each mixes several ways in which real tables go astray."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.imports import old_workbooks

Rows = Sequence[Sequence[object]]


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(rows: Rows, *merged: str, name: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    return book


def summary_of_a_district() -> bytes:
    """Title and sender above, one unit joined over three rows, a second time under a joined title, totals and notes."""
    rows = [
        ["2024年深圳科普月福田区活动汇总表"],
        ["填报单位：福田区科协", None, None, None, "填报日期：2024年8月20日"],
        ["序号", "活动名称", "主办单位", "承办单位", "活动时间", "活动地点", "面向人群", "联系人及电话", "是否预约", "备注"],
        [1, "湿地观鸟", "福田区科协", "市观鸟协会", "9月14日（周六）上午9:30—11:30", "红树林公园", "市民",
         "张老师 13800138000", "是"],
        [2, "天文夜", None, "市天文学会", "9月21日19:30-21:00", "莲花山", "亲子家庭", "李老师0755-83256789", "否",
         "自带望远镜"],
        [3, "AI课", None, None, "9月22日", "腾讯会议：123-456-789", "学生", None, "扫码报名"],
        [None, None, None, None, "9月28日 14:00", "少年宫"],
        [4, "【取消】海洋讲座", "盐田区科协", None, "9月15日 10:00", "盐田图书馆"],
        [5],
        ["合计", "5项"],
        ["注：1.请于8月20日前报送；2.附盖章扫描件"],
        ["填表人：王五", None, "联系电话：0755-12345678"],
    ]  # fmt: skip
    return saved(workbook(rows, "A1:J1", "C4:C6", "A11:J11", "B6:B7", "A6:A7", name="汇总"))


def headings_in_two_storeys() -> bytes:
    """Day and clock, district and place, name and phone under joined headings; cells of every type."""
    rows = [
        ["科普月活动一览表"],
        ["序号", "活动名称", "活动时间", None, "活动地点", None, "负责人", None, "参与人数"],
        [None, None, "日期", "时间", "区", "地点", "姓名", "电话"],
        [1, "机器人体验", "9月14日", "9:00-11:00", "南山", "科技馆", "赵一", 13900139000, 100],
        [
            2,
            "植物课",
            datetime(2024, 9, 15),
            time(14, 0),
            "罗湖",
            "仙湖植物园",
            "钱二",
            13700137000.0,
            "50人/场",
        ],
        [3, "观星", "9月16日—18日", "每晚8:00", "大鹏", "天文台", "孙三", "1.37E+10", "不限"],
        [4, "昆虫课", "9月19日", "待定", "光明", None, "周四", "见上", "30-50人"],
    ]
    joined = ("A1:I1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:H2", "I2:I3")
    return saved(workbook(rows, *joined))


def no_headings() -> bytes:
    """Only content; columns are known by what stands in them."""
    rows = [
        [1, "湿地观鸟", "福田区科协", "9月14日 9:00-11:00", "红树林公园", "13800138000"],
        [2, "昆虫夜观", "罗湖区科协", "9月15日 19:00-21:00", "梧桐山公园", "13800138001"],
        [3, "编程体验", "南山区教育局", "9月21日 14:00", "科技馆", "13800138002"],
    ]
    return saved(workbook(rows))


def several_tables() -> bytes:
    """Sections with a table each and different columns; a second sheet beside a page of instructions."""
    book = workbook([
        ["一、主场活动"],
        ["活动名称", "时间", "地点"],
        ["启动仪式", "9月14日 9:00", "市民中心"],
        [],
        ["二、福田区活动"],
        ["活动名称", "主办单位", "时间", "地点"],
        ["进社区", "福田区科协", "9月15日", "莲花社区"],
        ["小计", "1项"],
        [],
        ["三、线上活动"],
        ["活动名称", "时间", "直播平台"],
        ["云看展", "9月20日19:00", "视频号"],
    ], name="活动")  # fmt: skip
    sheet = book.create_sheet("罗湖区")
    for row in (["活动名称", "活动日期", "活动地点"], ["进校园", "9.18-9.20", "翠园中学"]):
        sheet.append(row)
    book.create_sheet("填表说明").append(["请各单位认真填写"])
    return saved(book)


def hidden_and_dangerous() -> bytes:
    """A hidden row, column and sheet, errors, formulas without a result, links and texts that are none."""
    book = workbook([
        ["活动名称", "活动时间", "主办单位", "活动时间", "活动地点", "链接", "备注"],
        ["甲课", "9月1日", "A局", "9月14日", "公园", "javascript:alert(1)", "+新增"],
        ["乙课", None, "B局", "9月15日", "公园", "https://example.org/b", "@某人"],
        ["丙课", None, "C局", "#N/A", "展馆", "https://example.org/c", "-5℃保存"],
        ["丁课", None, "D局", "=DATE(2024,9,17)", "展馆"],
        ["戊课", None, "E局", "9月18日", "展馆", None, "=1+1"],
    ])  # fmt: skip
    book.active["G6"].data_type = "s"
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    old = book.create_sheet("旧表")
    old.append(["活动名称", "活动时间"])
    old.append(["旧活动", "9月14日"])
    old.sheet_state = "hidden"
    return saved(book)


def one_form_a_sheet() -> bytes:
    """Labels on the left, values on the right, one activity a sheet; one pair a row or two."""
    book = workbook([
        ["2024年科普月活动申报表"],
        ["活动名称", "湿地观鸟"],
        ["主办单位", "福田区科协", "承办单位", "观鸟会"],
        ["活动时间", "9月14日9:00-11:00", "活动地点", "红树林"],
        ["联系人", "张三", "联系电话", "13800138000"],
        ["活动内容", "看鸟"],
        ["单位意见", "（盖章）"],
    ], "A1:D1", "B2:D2", "B6:D6", name="表1")  # fmt: skip
    sheet = book.create_sheet("表2")
    for row in (
        ["2024年科普月活动申报表"],
        ["活动名称：", "观星"],
        ["主办单位：", "市天文学会"],
        ["活动时间：", "9月21日19:00"],
        ["活动地点：", "莲花山"],
    ):
        sheet.append(row)
    return saved(book)


def answers_to_a_questionnaire() -> bytes:
    """Questions as headings; when somebody answered is no activity's time; both times at midnight are whole days."""
    answered = datetime(2024, 8, 10, 9, 12)
    return saved(workbook([
        ["编号", "开始答题时间", "提交时间", "1. 活动名称", "2、主办单位（必填）", "3、活动开始时间", "4、活动结束时间",
         "5、活动地点", "6、是否需要预约", "7、联系电话"],
        [1, answered, answered, "湿地观鸟", "福田区科协", datetime(2024, 9, 14), datetime(2024, 9, 14), "红树林", "是",
         13800138000],
        [2, answered, answered, "观星", "天文学会", datetime(2024, 9, 21, 19), datetime(2024, 9, 21, 21), "线上直播",
         "否", 13800138001],
        [3, answered, answered, "测试", "x", datetime(2024, 9, 21, 19), datetime(2024, 9, 21, 21), "x", "否", 1],
        [4, answered, answered, "展览", "天文学会", datetime(2024, 9, 3), datetime(2024, 9, 8), "馆", "无需预约", None],
    ]))  # fmt: skip


def days_counted_from_1904() -> bytes:
    """Serial days of the other epoch, clocks as fractions, full-width texts, phones with a date's format."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (
        ["活动名称", "日期", "时间", "地点", "电话", "名额"],
        ["观鸟", datetime(2024, 9, 14), time(9, 30), "园", 13800138000, 30],
        ["观星", 44087, 0.375, "园", "13800138000.0", "三十人左右"],
        ["观海", 20240922, "9：00－１１：００", "园", "１３８００１３８０００", "约200人"],
        ["观花", "2024-09-23", 1.5, "园", 1.38e10, "1,000"],
        ["观云", "2024-09-24（周三）", "下午3点-4点半", "园", "0755-83256789转801", 20],
    ):
        book.active.append(row)
    book.active["E2"].number_format = "yyyy-mm-dd"
    return saved(book)


def repeated_and_doubled() -> bytes:
    """An example row, the heading on every page, numbered empty rows, one activity sent twice."""
    header = ["序号", "活动名称", "责任单位", "时间", "地点"]
    return saved(workbook([
        header,
        ["例", "示例：XX科普讲座", "XX局", "9月1日9:00", "XX"],
        [1, "垃圾分类", "龙华科协", "9月14日", "社区"],
        [2, "垃圾分类", "龙华区科学技术协会", "9月14日", "社区"],
        [3, "垃 圾分类", "龙华科协", "2024-09-14", "社区"],
        header,
        [4, "垃圾分类", "龙华科协", "9月15日", "社区"],
        [5], [6],
        [7, None, "龙华科协", "9月15日", "社区"],
    ], name="龙华区"))  # fmt: skip


def side_by_side() -> bytes:
    """Two tables beside each other, each under its district; below, a plan by the day."""
    return saved(workbook([
        ["福田区活动", None, None, None, "罗湖区活动"],
        ["活动名称", "时间", "地点", None, "活动名称", "时间", "地点"],
        ["甲课", "9月14日", "公园", None, "乙课", "9月15日", "展馆"],
        ["丙课", "9月16日", "公园"],
    ]))  # fmt: skip


def plan_by_the_day() -> bytes:
    """The day joined over its rows, weekdays in a column of their own."""
    return saved(workbook([
        ["日期", "星期", "时间", "活动名称", "地点"],
        ["9月14日", "周六", "9:00-10:00", "观鸟", "公园"],
        [None, None, "14:00-15:00", "观虫", "公园"],
        ["9月15日", "周六", "9:00", "观花", "公园"],
    ], "A2:A3", "B2:B3"))  # fmt: skip


def open_document() -> bytes:
    """An .ods with a joined unit, a hidden row, repeated rows to paint the page, dates and clocks of its own kind."""

    def cell(text: str = "", more: str = "") -> str:
        return f"<table:table-cell {more}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"

    day = 'office:value-type="date" office:date-value="2024-09-14"'
    clock = 'office:value-type="time" office:time-value="PT09H30M00S"'
    phone = 'office:value-type="float" office:value="13800138000"'
    span = 'table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell/>"
    head = "".join(cell(text) for text in ("活动名称", "主办单位", "日期", "时间", "地点", "电话"))
    rows = [
        f"<table:table-row>{head}</table:table-row>",
        f"<table:table-row>{cell('观鸟')}{cell('福田区科协', span)}{cell('14.9.', day)}{cell('9:30', clock)}{cell('园')}"
        f"{cell('1.38E10', phone)}</table:table-row>",
        f"<table:table-row>{cell('观星')}{covered}{cell('9月21日')}{cell('19:00')}{cell('山')}</table:table-row>",
        f'<table:table-row table:visibility="collapse">{cell("旧课")}{cell("某局")}{cell("9月2日")}</table:table-row>',
        f'<table:table-row table:number-rows-repeated="1048570">{cell()}</table:table-row>',
    ]
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="活动">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
    return file.getvalue()


def text_of_an_old_program() -> bytes:
    """A CSV in the national encoding with a title above, ="…" wrappers and a line break inside a cell."""
    return (
        "2024年科普月活动表,,,,\r\n活动名称,主办单位,活动时间,活动地点,联系电话\r\n"
        '湿地观鸟,福田区科协,"9月14日\n9:00-11:00",红树林,="075583256789"\r\n'
        "观星,市天文学会,9月31日,莲花山,13800138000\r\n合计,2,,,\r\n"
    ).encode("gb18030")


def workbook_of_the_nineties(*, locked: bool = False) -> bytes:
    """An .xls or .et: joined units, a hidden row and sheet, serial days, a clock, a formula, a phone as a number."""
    sheet = old_workbooks.OldSheet(
        "活动表",
        [
            ["活动名称", "主办单位", "日期", "时间", "地点", "电话", "名额"],
            [
                "观鸟",
                "福田区科协",
                (45549, old_workbooks.DAY),
                (0.375, old_workbooks.CLOCK),
                "公园",
                13800138000,
            ],
            ["观星", None, "9月21日（周六）", "19:00—21:00", "莲花山", "0755-83256789"],
            ["旧课", "某局", "9月2日", None, "某处"],
            ["观海", "盐田区科协", 20240922, None, "海滨", (13800138001, old_workbooks.DAY)],
        ],
        hidden_rows=[3],
        merges=[(1, 2, 1, 1)],
        formulas={(1, 6): 30.0},
    )
    hidden = old_workbooks.OldSheet("草稿", [["活动名称"], ["旧活动"]], is_hidden=True)
    return old_workbooks.workbook(sheet, hidden, locked=locked)


def sections_and_signatures() -> bytes:
    """Districts as sections in the titles' column, further days under a title that nobody joined, a signature."""
    header = ["活动名称", "开始日期", "结束日期", "开放时间", "地点", "参与方式", "联系方式", "人数"]
    return saved(workbook([
        ["福田区"],
        header,
        ["恐龙展", "2024/9/10", "2024/9/12", "9:00-17:00（周三闭馆）", "博物馆", "线上预约（公众号）", "(0755)8325 6789",
         "30人/场，共2场"],
        [None, "2024/9/20"],
        ["（以上活动均免费）"],
        ["罗湖区"],
        header,
        ["机器人展（已取消）", "9月14日", None, None, "科学馆", "自由参加", "138-0013-8000"],
        ["线上活动"],
        ["云观星", "9月21日", None, "晚上8点—9点30", "https://example.org/live", "扫码报名"],
        ["深圳市福田区科学技术协会（盖章）"],
        ["2024年8月20日"],
    ]))  # fmt: skip
