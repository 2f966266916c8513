using System.Collections.Frozen;

namespace Hazards.Api.Lists;

/// <summary>
/// What the columns of a list's file are called in Chinese: the members of an item, by name, whichever the list. One that is not here
/// has its name in the API, as all have in English.
/// </summary>
internal static class ColumnWords
{
    private static readonly FrozenDictionary<string, string> Chinese = Read("""
        hazard 隐患 id 编号 region 区划 position 序号 title 标题 name 名称 fullName 全称 kind 类别 body 单位 leg 责任方 version 版本 event 事项
        from 自 to 至 until 至 due 到期日 recordedAt 登记时间 occurredAt 发生时间 office 安委办 duty 时限 client 客户端 stage 环节 level 等级 policy 制度
        by 办理单位 actor 经办人 assignedBy 交办单位 since 自何时 days 天数 rule 依据 began 起 ended 止 noticed 发现逾期 supervisor 督办单位
        sector 行业领域 sectors 行业领域 roles 角色 role 角色 chinese 中文 english 英文 code 代码 outcome 结果 source 来源 late 补录 digest 摘要
        documentNumber 文号 document 文号 clock 时限 reason 原因 hash 摘要 hazards 隐患 purpose 事由 expiresAt 有效期至 status 状态码 sheet 工作表 row 行
        remarks 备注 cells 单元格 regions 区划 campaign 专项行动 reference 来源编号 foundAt 发现时间 place 地点 legs 责任方 clocks 时限 lookback 回头看
        reopened 重新开案 attachments 附件 openings 打开情况 daysOverdue 超期天数 step 督办措施 told 被告知 closed 销号 jurisdiction 辖区
        jurisdictionName 辖区名称 state 状态 sources 依据 size 大小 note 说明 creditCode 统一社会信用代码 parent 上级单位 dissolved 已撤销 successor 承接单位
        keeper 维护区划 revoked 已作废 system 系统 stages 环节 legStages 责任方状态 fileName 文件名 file 文件摘要 ledger 台账 startedAt 开始时间
        finished 完成情况 undone 已撤销 organiser 组织单位 requirements 要求 endedOn 结束日期 summary 总结 total 合计 unit 被检查单位 on 日期
        inspectors 检查人员 findings 检查情况 hazardsClaimed 检查人称查出数 voided 已作废 category 类别 enterpriseName 单位名称 enterpriseCode 单位代码
        enterprise 单位 reportedBy 上报单位 listingLevel 挂牌层级 listedBy 挂牌单位 listedAt 挂牌时间 listingDeadline 挂牌期限 closureGround 销号方式
        closedAt 销号时间 phase 阶段 toldAt 告知时间 address 收件地址 provisional 暂定 next 下一步 light 灯 warning 预警 noticedAt 发现逾期时间 asked 请谁决定
        proposedAt 提请时间 daysSilent 沉默天数 likeness 相似度 ground 方式 accepted 验收 login 登录名 lockedUntil 锁定至 account 账号 createdAt 登录时间
        lastSeenAt 最近使用 agent 浏览器 types 事项类型 paused 已暂停 removed 已移除 attempts 次数 error 错误 sentAt 发出时间 failedAt 失败时间 job 任务
        authority 封存机关 sealedAt 封存时间 lifting 解除 requestedAt 申请时间 files 文件 downloads 下载次数 description 描述 measures 措施 foundOn 发现日期
        harm 危害 assigned 交办 circulated 通报 plans 方案 data 内容 type 类型
        """);

    /// <summary>A column's head.</summary>
    public static string Of(string name, bool english) => english ? name : Chinese.GetValueOrDefault(name, name);

    private static FrozenDictionary<string, string> Read(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(2)
            .ToFrozenDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
}
