"""Tables as bases, streets and question forms send them, made here: headings of their own, cells left to the eye."""

from datetime import datetime

from tests.imports.workbooks import Rows, saved, workbook


def headings_of_their_own() -> bytes:
    """Neither 活动名称 nor 时间: what the columns mean is said in other words."""
    return saved(workbook([
        ["No.", "节目/课程名", "出品单位", "协办", "何时", "在哪里举行（详细地址）", "面向人群", "名额", "怎么报名",
         "咨询热线", "负责人", "内容梗概", "属地", "线上/线下"],
        [1, "香囊制作", "市中医院", "药学学会/中医医院", "9月10日 14：30～16：00", "福华路1号", "老人", "四十名",
         "关注公众号预约", "0755-88350001", "沈主任", "识药", "福田", "线下"],
        [2, "“核”你有约", "核电基地", "无", "9月11、12日 9:30-11:30", "鹏飞路", "中学生", "2×45", "现场报名", "/",
         "韩工", "参观", "大鹏新区", "线下"],
        [3, "云课堂", "广电集团", None, "9月13日 20:00-20:45", "某某APP", "全民", None, "自由参加", "0755 83990001",
         None, "看直播", None, "线上"],
    ]))  # fmt: skip


def open_days_of_bases() -> bytes:
    """No heading for the title that is known, the time only in the second storey, district and base joined."""
    rows = [
        ["2024年科普月基地开放安排"],
        ["辖区", "基地名称", "亮点", "开放", None, "地址", "票务/预约", "咨询电话", "报名网址", "活动状态"],
        [None, None, None, "日期", "时间"],
        ["南山区", "野生动物园", "熊猫日", "9月14日-16日", "10:00", "西丽湖路1号", "免费，无需预约", "0755-26620001",
         "https://example.org/p?id=1"],
        [None, None, "夜间精灵", "9月20日", "晚上7点半-9点", "西丽湖路1号", "需购票，扫码报名", "0755-26620001",
         "www.example.org"],
        [None, "先进院", "开放日", "9月21日上午9:00—12:00", None, "学苑大道2号", "微信预约", "+86-755-26620002",
         "ftp://example.org/x", "取消"],
        ["大鹏", "基因库", "基因课堂", "9月每周五", "15:00-16:00", "金沙路", "电话预约", 75533940001, None, "正常"],
    ]  # fmt: skip
    return saved(workbook(rows, "A1:J1", "D2:E2", "A4:A6", "B4:B5", name="汇总"))


def days_of_a_street() -> bytes:
    """A column of communities, title and content in one, days and hours line by line opposite each other."""
    return saved(workbook([
        ["社区", "活动主题及内容", "日期", "时间段", "具体地点", "参加人员", "负责人及联系电话", "责任单位"],
        ["沙头", "防灾课", "9月5日\n9月12日", "9:00-10:00\n15:00-16:00", "街道办", "居民",
         "王:13800138000\n李:0755-83000011（办）", "沙头街道办"],
        ["沙头", "健康操", "9月6日、9月13日", "早上8点、9点", "公园", "居民", None, "沙头街道办"],
        ["南园", "微课", "9月1日-9月30日", "全天", "抖音", "网民", "13900", "南园街道办"],
        ["南园", "周课", "9月", "每周三 19:00-20:00", "南园社区", "老人", None, "南园街道办"],
    ]))  # fmt: skip


def hours_beneath_a_day() -> bytes:
    """Further hours stand alone beneath a day, further days beneath a title; nothing is joined."""
    return saved(workbook([
        ["名称", "日期", "星期", "时间", "地点"],
        ["陶艺", "9月21日", "周六", "9:00-10:00", "少年宫"],
        [None, None, None, "10:30-11:30"],
        [None, None, None, "14:00-15:00", "二楼"],
        [None, "9月22日", "周一", "9:00-10:00"],
        ["拓印", None, "六", 0.625, "少年宫"],
    ]))  # fmt: skip


def two_tables_and_a_caption() -> bytes:
    """Behind an empty row, a caption that stands where the first table has its titles."""
    return saved(workbook([
        ["活动名称", "时间", "地点", "主办单位"],
        ["珊瑚讲座", "2024年9月24日 15:00", "图书馆", "海洋局"],
        [],
        ["老街的历史与科学（线上专场）"],
        ["主办方", "内容", "平台", "日期", "开始", "结束", "活动"],
        ["文体局", "介绍植物", "微信视频号", datetime(2024, 9, 25), "19:00", "20:30", "古榕树"],
    ], name="盐田区"))  # fmt: skip


def no_headings_place_first() -> bytes:
    """No headings, and the place stands before the unit."""
    rows: Rows = [
        [1, "急救课堂", "2024年9月8日 9:00-11:00", "妇幼保健院", "龙华区卫生健康局", "龙华区"],
        [2, "机器人足球赛", "2024年9月15日 14:00-17:00", "文体中心", "龙华区教育局", "龙华区"],
        [3, "化石展", "2024年9月1日-9月30日", "版画基地", "龙华区科协", "龙华区"],
    ]
    return saved(workbook(rows))


def boxes_to_tick() -> bytes:
    """A form whose choices are printed with boxes; wide blanks in its dates; how to call asked for twice."""
    return saved(workbook([
        ["科普月活动信息采集表"],
        ["活动名称：", "天文课", None, "活动类别", "☑讲座  □展览  □体验"],
        ["主办单位：", "福田区图书馆", None, "联系人：", "毛老师"],
        ["活动时间：", "2024年 9 月 14 日 15 时 00 分 至 16 时 30 分"],
        ["活动地点：", "报告厅"],
        ["活动形式：", "☑线下   □线上   □线上线下结合"],
        ["是否预约：", "是（ ） 否（√）", None, "联系方式：", "138 0013 8000"],
    ], name="表1"))  # fmt: skip


def sections_in_the_titles_column() -> bytes:
    """Nothing is joined: districts head their rows in the titles' column, as do the days of a programme."""
    book = workbook([
        ["名称", "时间", "地点", "主办", "联系人", "联系方式"],
        ["福田区（2场）"],
        ["甲讲座", "9月1日 9:00", "图书馆", "科协", "张三", "0755-83000001"],
        ["乙讲座", "9月2日 9:00", "图书馆", "同上", "同上", "同上"],
        ["丙讲座", "9月2日 9:00", "图书馆", "同上", "同上", "同上"],
        ["罗湖"],
        ["丁讲座", "9月3日 9:00", "图书馆", "科协"],
        ["3.大鹏新区："],
        ["戊讲座", "9月4日 9:00", "展馆", "科协"],
        ["市直单位"],
        ["己讲座", "9月5日 9:00", "展馆", "气象局"],
    ])  # fmt: skip
    sheet = book.create_sheet("主会场日程")
    for row in (
        ["时间", "活动名称", "地点"],
        ["9月14日（星期六）"],
        ["9:30", "启动仪式", "北广场"],
        ["10:00-11:30", "院士报告", "多功能厅"],
        ["9月15日（星期日）"],
        ["14:00", "颁奖", "多功能厅"],
    ):
        sheet.append(row)
    for cells in ("A2:C2", "A5:C5"):
        sheet.merge_cells(cells)
    return saved(book)


def table_on_its_side() -> bytes:
    """Labels on the left, an activity in each column; the unit joined over two of them."""
    return saved(workbook([
        ["活动名称", "甲课", "乙课", "丙课"],
        ["活动时间", "9月1日 9:00", "9月2日 9:00", "9月3日 取消"],
        ["活动地点", "甲馆", "乙馆", "丙馆"],
        ["主办单位", "甲局", None, "丙局"],
        ["人数", 10, 20, 30],
    ], "B4:C4"))  # fmt: skip


def days_without_a_month() -> bytes:
    """The title names the month, the rows only days; a title that begins like a total; letters without width."""
    return saved(workbook([
        ["2024年9月科普活动安排"],
        ["日期", "活动名称", "时间", "地点", "责任人", "预约电话", "配合单位"],
        ["1日（周日）", "甲课\u200b", "9:00", "馆", "张三", "0755-83000001", "乙局"],
        ["14日", "合计课：加起来", "9:00-10:00", "馆"],
        ["合计2场"],
    ], "A1:G1"))  # fmt: skip


def time_and_place_in_one_column() -> bytes:
    """时间及地点 in a column, with and without labels; 月 and 日 in two; a day said twice."""
    book = workbook([
        ["序号", "项目名称", "时间及地点", "责任单位", "支持单位", "指导单位", "是否预约"],
        [1, "甲课", "9月14日上午9:00，图书馆", "科协", "乙局", "丙委", "无需"],
        [2, "乙课", "时间：9月15日14:00-16:00\n地点：中心公园", "科协"],
        [3, "丙课", "9月16日 10:00 文化中心", "科协"],
        [4, "丁课", "9月17日", "科协"],
    ])  # fmt: skip
    sheet = book.create_sheet("两栏")
    for row in (
        ["活动名称", "月", "日", "时间", "地点"],
        ["甲", 9, 14, "9:00\n-\n11:00", "馆"],
        ["乙", "9月", "15日", None, "馆"],
    ):
        sheet.append(row)
    sheet = book.create_sheet("两遍")
    for row in (
        ["活动名称", "日期", "时间", "地点"],
        ["甲", datetime(2024, 9, 14, 9), datetime(2024, 9, 14, 9), "馆"],
        ["乙", "9月14日9:00", "9月14日9:00-11:00", "馆"],
    ):
        sheet.append(row)
    return saved(book)


def form_with_a_table_of_sessions() -> bytes:
    """A small table of days inside the form of one activity."""
    return saved(workbook([
        ["科普活动登记表"],
        ["活动名称", "潮间带课堂"],
        ["主办单位", "大鹏新区科协", "联系人及电话", "鲁生 0755-28330001"],
        ["活动安排", "场次", "日期", "时间", "地点"],
        [None, "1", "9月14日", "9:00-11:00", "海滩"],
        [None, "2", "9月15日", "14:00-16:00", "码头"],
        ["活动对象", "亲子家庭", "人数", "30组"],
    ], "A1:E1", "A4:A6"))  # fmt: skip


def unanswered_questions() -> bytes:
    """A question form writes (空) and (跳过) where nobody answered."""
    return saved(workbook([
        ["序号", "提交答卷时间", "1、活动名称", "2、主办单位", "3、开始时间", "4、结束时间", "5、活动地点", "6、所属区",
         "7、是否需要预约？", "8、联系人", "9、联系电话", "10、活动简介"],
        [1, datetime(2024, 8, 22, 9, 30), "开放日", "深圳大学", datetime(2024, 9, 16, 9), datetime(2024, 9, 16, 17),
         "(空)", "(跳过)", "(空)", "(空)", "(空)", "(空)"],
    ]))  # fmt: skip
