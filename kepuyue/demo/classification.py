"""Which terms of the edition a demonstration activity gets: a table of words, and who holds it.

Each line is (words, terms): where one of the words stands in the activity's category, audience, title or
text, it gets the terms. Terms that the edition does not have are left out, so that another edition's data
may differ.
"""

import re

from kepuyue.activities.models import Mode
from kepuyue.imports.entries import Entry
from kepuyue.organizations.models import Organization

# What it is: read in the category first, and in the title where the category says nothing of it
FORMS = (
    (r"研学|夏令营|路线", "form:study_tour"),
    (r"讲座|报告|讲堂|沙龙|科学家精神|国际交流", "form:lecture"),
    (r"咨询|义诊|健康科普|进乡村", "form:consultation"),
    (r"应急|演练", "form:training"),
    (r"展览|巡展|场馆", "form:exhibition"),
    (r"开放", "form:open_day"),
    (r"自然教育|动手|工作坊|体验|互动|天文|阅读|公民科学|进校园", "form:workshop"),
    (r"竞赛|大赛|比赛", "form:contest"),
    (r"影视|科普剧|科学秀|科普秀|之夜", "form:performance"),
    (r"嘉年华|市集|集市|进社区|主场|分会场|启动仪式|闭幕式|系列活动|宣传", "form:fair"),
)
# What it is about: read everywhere
SUBJECTS = (
    (r"健康|医|疫苗|口腔|急救|养老|老年病", "content:health field:health"),
    (r"食品|营养", "content:food_safety"),
    (r"农业|农技|农民|三下乡|村民", "content:farming field:agriculture"),
    (r"低碳|双碳|碳达峰|垃圾分类|零废弃|节能|环保|生态文明|环境日", "content:low_carbon field:ecology"),
    (r"自然教育|湿地|红树林|植物|昆虫|观鸟|生物|海洋|生态", "field:ecology"),
    (r"应急|消防|防震|地震|防灾|减灾|安全|气象|天气", "content:disaster field:emergency"),
    (r"水务|水情|节水|水库|水厂|世界水日|排水|管网|生命水", "field:water content:livelihood"),
    (r"核电|核能|核燃料|中广核|中核", "field:nuclear content:strategic_technology"),
    (r"航天|火箭|天宫|深海|量子|卫星|天文|火星", "content:strategic_technology"),
    (
        r"机器人|人工智能|AI|AIGC|无人机|低空|智能|芯片|大数据|元宇宙",
        "content:new_productive_forces field:innovation",
    ),
    (r"科研机构开放|实验室|公众科学日|研究院|重大科技", "content:open_facilities"),
    (r"院士|前沿|诺贝尔|科技成果", "content:frontier field:innovation"),
    (r"影视|电影|图书|阅读|科幻|艺术|科普剧|博物馆|创作", "content:science_culture"),
    (r"学校|校园|中小学|青少年|创客|少年|学生|课堂", "content:science_education field:education"),
    (r"智能手机|网络安全|数字|反诈|信息", "field:digital_literacy"),
    (r"影视|讲解|创作|科普剧|展播", "field:creation"),
    (r"科学家精神|科学家|钱学森", "district_focus:scientists_spirit content:publicity"),
    (r"老年|银龄|老人|适老", "district_focus:silver_age"),
    (r"乡村|村民|农牧民|三下乡|圩镇|集市", "district_focus:rural"),
    (r"双减|课后|进校园|校园行", "district_focus:double_reduction"),
    (r"主题|成就|强国|科技周|科普日|科普月|环境日|宣传", "content:publicity"),
    (r"社区|居委|街道|居民", "six_into:communities"),
    (r"进校园|学校|小学|中学|师生", "six_into:campuses"),
    (r"亲子|家庭|家长", "six_into:families"),
    (r"机关|公务员|单位", "six_into:offices"),
    (r"职工|企业职工|新就业|园区", "six_into:workplaces"),
)
# For whom: read in the audience only
AUDIENCES = (
    (r"公众|市民|群众|居民|观众|游客|读者$|代表", "audience:everyone"),
    (r"学生|青少年|青年|师生|少年|中小学", "audience:teenagers"),
    (r"儿童|幼儿|少儿|小学生", "audience:children"),
    (r"亲子|家庭|家长|子女", "audience:families"),
    (r"老年|老人", "audience:older_people"),
    (r"机关", "audience:officials"),
    (r"职工|新就业|企事业人员", "audience:workers"),
    (r"村民|农民|农牧民|乡村", "audience:farmers"),
    (r"科研人员|科普工作者|科普人员|科普同行|讲解员|科技单位", "audience:science_workers"),
    (r"老师|师生|校长", "audience:teachers"),
)
ONLINE_FORMS = (
    (r"直播", "online_form:live"),
    (r"视频|展播", "online_form:short_video"),
    (r"竞赛|问答|答题|话题", "online_form:topic"),
    (r"VR|虚拟|云游", "online_form:vr"),
    (r"讲座|讲堂|报告", "online_form:cloud_lecture"),
    (r"展馆|展览|云上|旅行|小课堂", "online_form:cloud_exhibition"),
    (r"启动|发布", "online_form:cloud_release"),
)
MAIN_VENUE = (
    r"^2019年深圳市“全国科技活动周”启动仪式|首届深圳科普月启动仪式|深圳科普月线上启动|深圳.*主会场|市级启动"
)
JOINT_BY_UNIT = {
    Organization.Type.BASE: "joint_action:bases",
    Organization.Type.SOCIETY: "joint_action:societies",
    Organization.Type.ENTERPRISE: "joint_action:enterprises",
    Organization.Type.GRASSROOTS: "joint_action:grassroots",
}
JOINT_BY_WORDS = (
    (r"云上|网络|线上", "joint_action:cloud"),
    (r"企业|水厂|电厂", "joint_action:enterprises"),
    (r"社区|居民|街道", "joint_action:grassroots"),
    (r"学会|协会|联盟|促进会", "joint_action:societies"),
)


def terms_of(entry: Entry, owner: Organization, known: set[str]) -> list[str]:
    """The activity's terms, in the form "taxonomy:term"."""
    everything = f"{entry.category} {entry.audience} {entry.title} {entry.summary}"
    found = _matching(FORMS, entry.category) or _matching(FORMS, entry.title)
    found |= _matching(SUBJECTS, everything)
    found |= _matching(AUDIENCES, entry.audience) or {"audience:everyone"}
    if entry.mode != Mode.OFFLINE:
        found |= _matching(ONLINE_FORMS, everything)
    if not entry.city:
        found |= _tier(entry, owner, everything)
    return sorted(found & known)


def _matching(table: tuple[tuple[str, str], ...], text: str) -> set[str]:
    return {term for words, terms in table if re.search(words, text) for term in terms.split()}


def _tier(entry: Entry, owner: Organization, everything: str) -> set[str]:
    """Exactly one tier; in the joint action, one of its five parts."""
    if re.search(MAIN_VENUE, f"{entry.title}{entry.summary}"):
        return {"tier:main_venue"}
    if owner.level == Organization.Level.DISTRICT:
        return {"tier:district"}
    if owner.level == Organization.Level.DEPARTMENT:
        return {"tier:department"}
    if entry.mode == Mode.ONLINE:
        return {"tier:joint_action", "joint_action:cloud"}
    part = JOINT_BY_UNIT.get(Organization.Type(owner.type))
    for words, joint_action in JOINT_BY_WORDS:
        part = part or (joint_action if re.search(words, everything) else None)
    return {"tier:joint_action", part or "joint_action:bases"}
