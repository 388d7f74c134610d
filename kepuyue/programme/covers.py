"""Which drawn cover suits an activity, by the words of its title and text; most telling words first."""

KINDS = {
    "space": "天文 航天 太空 星空 宇宙 月球 月亮 火星 卫星 火箭 观星 流星 日食 月食 望远镜",
    "water": "水利 供水 排水 管网 水周 世界水日 节水 海洋 海绵 水质 防汛 水务 海岸 河流",
    "nature": "湿地 植物 动物 自然 生态 观鸟 鸟类 昆虫 森林 公园 花 树 生物多样性 环境 环保 农 茶 标本 恐龙 古生物",
    "health": "健康 医 义诊 疾病 眼 口腔 心理 营养 食品 药 急救 保健 疫 中医 血 护理 爱牙",
    "safety": "安全 应急 防灾 减灾 消防 地震 台风 气象 交通 禁毒 反诈 防震",
    "energy": "核电 核科普 能源 电力 燃气 太阳能 节能 低碳 碳 电网 风电",
    "engineering": "机器人 人工智能 AI 制造 工程 无人机 芯片 编程 5G 数字 创客 汽车 航模 工业 桥 智能 科技企业 材料",
    "lecture": "讲座 报告 论坛 讲坛 课堂 院士 科学家 宣讲 沙龙 对话 大讲堂 培训",
    "exhibition": "展览 展 博物馆 科技馆 科学馆 艺术",
    "school": "校园 学校 学生 研学 夏令营 冬令营 课程 科创大赛 竞赛 大赛 教育 青少年",
    "festival": "启动 开幕 嘉年华 科技节 科学节 游园 市集 主会场",
    "online": "线上 直播 云 网络 短视频 VR",
}  # fmt: skip
_WORDS = {kind: tuple(words.split()) for kind, words in KINDS.items()}


def kind_of(title: str, text: str = "") -> str:
    """The kind of cover; empty where nothing in the words tells."""
    for words in (title, text):
        for kind, marks in _WORDS.items():
            if any(mark in words for mark in marks):
                return kind
    return ""
