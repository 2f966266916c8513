using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Seeding;

/// <summary>Invented descriptions for generated hazards, in the words inspectors use.</summary>
internal static class Phrases
{
    private static readonly ImmutableDictionary<string, (string Title, string Description, string Category)[]> BySector =
        new Dictionary<string, (string, string, string)[]>
        {
            ["coal_mine"] = [("采煤工作面顶板破碎护顶不及时", "工作面支架间有浮煤，顶板破碎，护顶不及时", "顶板"), ("瓦斯传感器断电值设置错误", "回风巷甲烷传感器断电值设置不符合规程", "通风")],
            ["non_coal_mine"] = [("边坡角过大未设安全平台", "露天采场边坡角超过设计值，未按设计留设安全平台", "边坡"), ("提升机制动装置磨损超限", "提升机闸瓦磨损超限，未及时更换", "机电")],
            ["city_gas"] = [("燃气调压箱被违章建筑占压", "中压调压箱被违章建筑占压，安全间距不足", "占压"), ("餐饮场所未安装可燃气体报警装置", "后厨使用瓶装液化气，未安装可燃气体报警装置", "设施")],
            ["fire_safety"] = [("疏散通道堵塞、安全出口上锁", "二层疏散通道堆放杂物，安全出口上锁", "疏散"), ("消火栓无水、灭火器过期", "室内消火栓测试无水，灭火器超过检验期", "设施")],
            ["construction"] = [("深基坑临边防护缺失", "深基坑临边防护栏杆缺失，存在人员坠落危险", "临边防护"), ("塔吊限位器失效", "塔式起重机高度限位器失效，继续使用", "起重")],
            ["hazardous_chemicals"] = [("储罐区围堰破损", "甲醇储罐区围堰开裂，泄漏时不能有效收集", "储罐"), ("动火作业未办理作业票", "检修现场动火作业未办理作业票，无人监护", "作业")],
            ["road_traffic"] = [("临水临崖路段缺少防护栏", "县道临水临崖弯道路段缺少防护栏和警示标志", "设施"), ("客运车辆动态监控不在线", "旅游客车卫星定位长期不在线", "车辆")],
            ["geology"] = [("房后切坡开裂有滑坡迹象", "房后切坡出现裂缝，雨后扩大，威胁多户居民", "滑坡")],
        }.ToImmutableDictionary();

    private static readonly (string Title, string Description, string Category)[] Any =
    [
        ("配电箱未接地且线路私拉乱接", "现场配电箱未可靠接地，临时线路私拉乱接", "用电"),
        ("应急预案未演练、从业人员未培训", "未按规定组织应急演练，新进人员未经三级安全教育上岗", "管理"),
        ("设备防护罩缺失", "传动部位防护罩缺失，存在机械伤害危险", "设备"),
        ("特种作业人员无证上岗", "现场电焊作业人员不能出示有效的特种作业操作证", "人员"),
        ("特种设备超期未检验", "压力容器超过定期检验有效期继续使用", "设备"),
    ];

    public static (string Title, string Description, string Category) Pick(SectorCode sector, Random random)
    {
        var choices = BySector.TryGetValue(sector.Value, out var own) && random.Next(3) > 0 ? own : Any;
        return choices[random.Next(choices.Length)];
    }

    public static ImmutableSortedDictionary<PlanPart, string> Plan(bool major)
    {
        var plan = new Dictionary<PlanPart, string>
        {
            [PlanPart.Measures] = "更换失效部件，完善防护，经检测合格后投入使用",
            [PlanPart.Funds] = "从企业安全生产费用中列支",
            [PlanPart.Responsible] = "企业主要负责人为整改责任人，分管副职具体落实",
            [PlanPart.TimeLimits] = "在交办期限内完成",
            [PlanPart.Emergency] = "整改期间设置警戒，专人值守，备足应急物资",
        };
        if (major)
            plan[PlanPart.Goals] = "彻底消除重大事故隐患，达到国家标准要求";
        return plan.ToImmutableSortedDictionary();
    }
}
