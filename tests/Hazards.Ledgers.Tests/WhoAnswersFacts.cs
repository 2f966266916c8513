using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>谁来整改: whoever must put it right answers; whoever supervises, inspects or leads does not.</summary>
public class WhoAnswersFacts
{
    private static async Task<LedgerRow> One(string header, string row) => (await Records(Utf8($"{header}\n{row}\n"))).Single();

    [Theory]
    [InlineData("督办单位,整改单位,隐患内容", "县安委办,永昌化工厂,阀门渗漏", "永昌化工厂")]
    [InlineData("行业主管部门,属地责任单位,整改责任单位,隐患内容", "县工信局,城关镇人民政府,永昌化工厂,阀门渗漏", "永昌化工厂")]
    [InlineData("监管部门,企业名称,隐患内容", "县应急管理局,永昌化工厂,阀门渗漏", "永昌化工厂")]
    [InlineData("主管部门,企业名称,隐患内容", "县工信局,永昌化工厂,阀门渗漏", "永昌化工厂")]
    [InlineData("牵头单位,配合单位,生产经营单位,隐患内容", "县住建局,县城管局,宏基公司,阀门渗漏", "宏基公司")]
    [InlineData("被抽查单位,隐患内容", "城东加油站,灭火器过期", "城东加油站")]
    [InlineData("检查单位,受检单位,隐患内容", "县煤炭局,东山煤矿,瓦斯探头失效", "东山煤矿")]
    [InlineData("整改责任单位及责任人,隐患内容", "永昌化工厂 张三,阀门渗漏", "永昌化工厂")]
    [InlineData("责任单位、责任人,隐患内容", "永昌化工厂（张三）,阀门渗漏", "永昌化工厂")]
    public async Task Whoever_must_put_it_right(string header, string row, string answers) =>
        (await One(header, row)).Understood!.ResponsibleUnit!.Name.ShouldBe(answers);

    [Theory]
    [InlineData("监管部门,隐患内容", "县应急管理局,阀门渗漏")]
    [InlineData("行业主管部门,督办单位,隐患内容", "县工信局,县安委办,阀门渗漏")]
    public async Task Where_only_supervisors_are_named_nobody_answers_and_that_is_said(string header, string row)
    {
        var read = await One(header, row);
        read.Understood!.ResponsibleUnit.ShouldBeNull();
        read.Understood.ResponsibleUnits.ShouldNotBeEmpty();
        read.Codes().ShouldContain("responsibleUnit.only_supervises");
        read.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Theory]
    [InlineData("属地责任单位,隐患内容", "城关镇人民政府,河道堆渣", "城关镇人民政府")]
    [InlineData("牵头单位,配合单位,隐患内容", "县住建局,县城管局,围挡破损", "县住建局")]
    public async Task Who_leads_is_taken_where_nobody_else_is_and_that_is_asked(string header, string row, string answers)
    {
        var read = await One(header, row);
        read.Understood!.ResponsibleUnit!.Name.ShouldBe(answers);
        read.Codes().ShouldContain("responsibleUnit.territorial_taken");
    }

    [Theory]
    [InlineData("检查单位,整改责任单位,隐患内容\n县应急管理局,永昌化工厂,阀门渗漏\n,,管道锈蚀\n,,护栏缺失\n", new[] { "检查单位", "整改责任单位" })]
    [InlineData("检查单位,整改责任单位,隐患内容\n县应急管理局,永昌化工厂,阀门渗漏\n县应急管理局,,管道锈蚀\n县应急管理局,,护栏缺失\n", new[] { "整改责任单位" })]
    [InlineData("检查单位,整改责任单位,隐患内容\n县应急管理局,永昌化工厂,阀门渗漏\n,永昌化工厂,管道锈蚀\n,永昌化工厂,护栏缺失\n", new[] { "检查单位" })]
    [InlineData("检查时间,检查单位,整改责任单位,隐患内容\n2026-03-11,县应急管理局,永昌化工厂,阀门渗漏\n,县应急管理局,永昌化工厂,管道锈蚀\n", new[] { "检查时间" })]
    public async Task A_blank_below_a_name_is_asked_about_and_not_carried_down(string csv, string[] asked)
    {
        var rows = await Records(Utf8(csv));
        rows[0].Codes().ShouldNotContain("cell.blank_below");
        foreach (var row in rows.Skip(1))
        {
            row.Verdict.ShouldBe(RowVerdict.Partly);
            row.Notes.Where(n => n.Code == "cell.blank_below").Select(n => n.Column).ShouldBe(asked);
            (row.Understood!.InspectionBody is null).ShouldBe(asked.Contains("检查单位"));
            (row.Understood.ResponsibleUnit is null).ShouldBe(asked.Contains("整改责任单位"));
        }
    }

    [Theory]
    [InlineData("检查单位,整改责任单位,隐患内容\n县应急管理局,永昌化工厂,阀门渗漏\n同上,〃,管道锈蚀\n")]
    [InlineData("检查单位,整改责任单位,隐患内容\n县应急管理局,永昌化工厂,阀门渗漏\n—,无,管道锈蚀\n")]
    public async Task What_says_the_same_or_nobody_leaves_no_such_question(string csv) =>
        (await Records(Utf8(csv)))[1].Codes().ShouldNotContain("cell.blank_below");

    [Fact]
    public async Task A_number_is_no_part_of_anybodys_name()
    {
        var row = await One("检查单位,检查人,企业名称,隐患内容,责任单位,责任人,复查人,验收人",
            "县应急局 0872-6111003,李工（电话：13800000001）,永昌化工厂 13800000002,阀门渗漏,永昌化工厂13800000003,张三/13800000004,王五 138 0000 0005,１３８０００００００６赵六");
        var read = row.Understood!;
        (read.InspectionBody, read.Inspectors, read.Enterprise, read.ResponsibleUnit!.Name).ShouldBe(("县应急局", "李工", "永昌化工厂", "永昌化工厂"));
        (read.ResponsiblePerson, read.ReinspectedBy, read.AcceptedBy).ShouldBe(("张三", "王五", "赵六"));
        row.Notes.Count(n => n.Code == "person.phone").ShouldBe(7);
    }

    [Theory]
    [InlineData("王五 13800000000", "王五 （电话已封存）", 1)]
    [InlineData("１３８００００００００、0872-6111003-12", "（电话已封存）、（电话已封存）", 2)]
    [InlineData("91140781MA0K000001，2026-03-05，第20260305001号", "91140781MA0K000001，2026-03-05，第20260305001号", 0)]
    [InlineData("", "", 0)]
    public void Numbers_are_hidden_and_nothing_else_is(string text, string hidden, int numbers)
    {
        var (left, found) = PhoneNumbers.Hide(text);
        (left, found.Count).ShouldBe((hidden, numbers));
    }

    [Fact]
    public async Task Spot_checked_or_spot_checking_is_told_by_the_names()
    {
        (await One("序号,抽查单位,隐患内容", "1,城东加油站,灭火器过期")).Understood!.ResponsibleUnit!.Name.ShouldBe("城东加油站");
        var inspected = (await One("抽查单位,企业名称,隐患内容", "县应急管理局,城东加油站,灭火器过期")).Understood!;
        (inspected.InspectionBody, inspected.ResponsibleUnit!.Name).ShouldBe(("县应急管理局", "城东加油站"));
    }

    [Fact]
    public async Task The_supervisors_person_is_not_the_one_responsible()
    {
        (await One("监管责任人,隐患内容,责任单位", "局甲,阀门渗漏,永昌化工厂")).Understood!.ResponsiblePerson.ShouldBeNull();
        (await One("监管责任人,隐患内容,责任单位,整改责任人", "局甲,阀门渗漏,永昌化工厂,厂乙")).Understood!.ResponsiblePerson.ShouldBe("厂乙");
    }

    [Theory]
    [InlineData("张三 13812345678", "张三", "13812345678")]
    [InlineData("张三（0939-8212345）", "张三", "0939-8212345")]
    [InlineData("张三电话：138 1234 5678", "张三", "138 1234 5678")]
    public async Task Telephone_numbers_are_split_from_names(string written, string name, string phone)
    {
        var row = await One("隐患内容,责任单位,责任人", $"阀门渗漏,永昌化工厂,{written}");
        (row.Understood!.ResponsiblePerson, row.Understood.ResponsiblePhone).ShouldBe((name, phone));
        row.Codes().ShouldContain("person.phone");
        System.Text.Json.JsonSerializer.Serialize(row.Understood).ShouldNotContain(phone);
    }

    [Fact]
    public async Task Several_units_in_a_cell_are_named_one_by_one_and_that_is_asked()
    {
        var row = await One("隐患内容,责任单位", "围挡破损,县住建局、县城管局");
        row.Understood!.ResponsibleUnits.Select(u => u.Name).ShouldBe(["县住建局", "县城管局"]);
        row.Codes().ShouldContain("responsibleUnit.several");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("—")]
    [InlineData("无")]
    [InlineData("待定")]
    [InlineData("待明确")]
    public async Task Nobody_is_nobody(string written)
    {
        var row = await One("隐患内容,责任单位,责任人", $"围挡破损,{written},{written}");
        (row.Understood!.ResponsibleUnit, row.Understood.ResponsiblePerson).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("未明确")]
    [InlineData("待确认")]
    [InlineData("待落实")]
    [InlineData("不明")]
    [InlineData("待定。")]
    [InlineData("null")]
    public async Task Nobody_yet_is_nobody_and_that_is_said(string written)
    {
        var row = (await Records(Utf8($"隐患内容,责任单位,责任人\n围挡破损,{written},{written}\n"))).Single();
        (row.Understood!.ResponsibleUnit, row.Understood.ResponsiblePerson).ShouldBe((null, null));
        row.Codes().Count(c => c == "cell.placeholder").ShouldBe(2);
    }

    [Theory]
    [InlineData("同上")]
    [InlineData("同上。")]
    [InlineData("“")]
    [InlineData("”")]
    [InlineData("〃")]
    [InlineData("同前")]
    [InlineData("ditto")]
    [InlineData("同上一行")]
    public async Task The_same_as_above_is_the_one_above_and_that_is_said(string written)
    {
        var row = (await Records(Utf8($"隐患内容,责任单位,责任人\n围挡破损,永昌化工厂,张三\n护栏缺失,{written},{written}\n")))[1];
        (row.Understood!.ResponsibleUnit!.Name, row.Understood.ResponsiblePerson).ShouldBe(("永昌化工厂", "张三"));
        row.Codes().Count(c => c == "cell.ditto").ShouldBe(2);
    }

    [Theory]
    [InlineData("本单位")]
    [InlineData("同被检查单位")]
    [InlineData("同受检单位")]
    [InlineData("该企业")]
    [InlineData("企业")]
    [InlineData("被检查单位")]
    [InlineData("企业自身")]
    public async Task The_inspected_unit_goes_by_many_words(string written)
    {
        foreach (var header in new[] { "整改责任单位", "整改责任单位及责任人" })
        {
            var row = await One($"被检查单位,隐患内容,{header}", $"顺达客运,阀门渗漏,{written}");
            row.Understood!.ResponsibleUnit!.Name.ShouldBe("顺达客运");
            row.Codes().ShouldContain("responsibleUnit.is_inspected");
        }
        var unnamed = await One("被检查单位,隐患内容,整改责任单位", $",阀门渗漏,{written}");
        unnamed.Understood!.ResponsibleUnit.ShouldBeNull();
        unnamed.Codes().ShouldContain("responsibleUnit.unnamed");
    }

    [Theory]
    [InlineData("整改责任单位及责任人", "永昌化工、顺达客运", new[] { "永昌化工", "顺达客运" })]
    [InlineData("整改责任单位及责任人", "永昌化工厂；顺达客运", new[] { "永昌化工厂", "顺达客运" })]
    [InlineData("整改责任单位", "永昌化工、顺达客运", new[] { "永昌化工", "顺达客运" })]
    [InlineData("整改责任单位", "宏基建筑/白云超市", new[] { "宏基建筑", "白云超市" })]
    [InlineData("整改责任单位", "大桥饭店；金山宾馆", new[] { "大桥饭店", "金山宾馆" })]
    public async Task Two_units_are_two_units_and_that_is_asked(string header, string written, string[] units)
    {
        var row = await One($"隐患内容,{header}", $"阀门渗漏,{written}");
        row.Understood!.ResponsibleUnits.Select(u => u.Name).ShouldBe(units);
        row.Understood.ResponsiblePerson.ShouldBeNull();
        row.Codes().ShouldContain("responsibleUnit.several");
    }

    [Theory]
    [InlineData("整改责任单位及责任人", "永昌化工 张三", "永昌化工", "张三")]
    [InlineData("整改责任单位及责任人", "宏基建筑/王五", "宏基建筑", "王五")]
    [InlineData("整改责任单位及责任人", "金山饭店（欧阳某某）", "金山饭店", "欧阳某某")]
    [InlineData("整改责任单位及责任人", "白云超市 李经理", "白云超市", "李经理")]
    [InlineData("整改责任单位", "永昌化工厂、张三", "永昌化工厂", "张三")]
    [InlineData("整改责任单位", "电话丙厂（13612340010 张经理）", "电话丙厂", "张经理")]
    [InlineData("整改责任单位", "电话甲厂 13612340003", "电话甲厂", null)]
    [InlineData("整改责任单位", "永昌化工+86 136-1234-0003", "永昌化工", null)]
    [InlineData("整改责任单位", "甘肃永昌化工有限公司（东区、西区）", "甘肃永昌化工有限公司（东区、西区）", null)]
    [InlineData("整改责任单位", "中铁某局/宁铁建筑联合体", "中铁某局/宁铁建筑联合体", null)]
    [InlineData("整改责任单位", "\"ABC Chemical Co., Ltd\"", "ABC Chemical Co., Ltd", null)]
    public async Task Unit_and_person_are_told_apart(string header, string written, string unit, string? person)
    {
        var read = (await One($"隐患内容,{header}", $"阀门渗漏,{written}")).Understood!;
        (read.ResponsibleUnits.Single().Name, read.ResponsiblePerson).ShouldBe((unit, person));
    }

    [Theory]
    [InlineData("整改责任单位及责任人", "王经理")]
    [InlineData("整改责任单位及责任人", "王五 张三")]
    [InlineData("整改责任单位", "王五、张三")]
    public async Task Where_they_cannot_be_told_apart_that_is_asked(string header, string written)
    {
        var row = await One($"隐患内容,{header}", $"阀门渗漏,{written}");
        row.Understood!.ResponsibleUnit.ShouldBeNull();
        row.Codes().ShouldContain("responsibleUnit.with_person");
    }

    [Theory]
    [InlineData("#REF!")]
    [InlineData("#N/A")]
    [InlineData("#VALUE!")]
    [InlineData("#DIV/0!")]
    [InlineData("#NAME?")]
    public async Task An_error_is_nobody(string written)
    {
        var row = await One("检查单位,被检查单位,隐患内容,责任单位,责任人", $"{written},{written},阀门渗漏,{written},{written}");
        (row.Understood!.InspectionBody, row.Understood.Enterprise, row.Understood.ResponsibleUnit, row.Understood.ResponsiblePerson)
            .ShouldBe((null, null, null, null));
        row.Codes().Count(c => c == "cell.error").ShouldBe(4);
    }

    [Theory]
    [InlineData("+86 136-1234-0008")]
    [InlineData("+8613612340008")]
    [InlineData("008613612340008")]
    [InlineData("86 13612340008")]
    [InlineData("电话：13612340008")]
    [InlineData("13612340008（手机）")]
    [InlineData("+86-939-8212233")]
    [InlineData("身份证号：110101199003070038")]
    public async Task A_number_alone_is_nobody(string written) =>
        (await One("隐患内容,责任单位,责任人", $"阀门渗漏,永昌化工厂,{written}")).Understood!.ResponsiblePerson.ShouldBeNull();

    [Theory]
    [InlineData("李某110101199003070038")]
    [InlineData("身份证622621198001011234李某")]
    [InlineData("李某（身份证号码：６２２６２１１９８００１０１１２３４）")]
    public async Task Numbers_of_identity_cards_are_split_and_hidden_like_telephone_numbers(string written)
    {
        var row = await One("隐患内容,责任单位,责任人", $"阀门渗漏,永昌化工厂,{written}");
        row.Understood!.ResponsiblePerson.ShouldBe("李某");
        row.Codes().ShouldContain("person.phone");
        PhoneNumbers.Hide(written).Text.ShouldContain(PhoneNumbers.HiddenIdentity);
        PhoneNumbers.Hide(written).Text.Any(char.IsDigit).ShouldBeFalse();
    }

    [Theory]
    [InlineData("第620102202603050011号")]
    [InlineData("合同622621198001011234")]
    [InlineData("911407810000000012")]
    public void A_number_of_eighteen_digits_that_checks_as_none_is_no_identity_cards(string text) =>
        PhoneNumbers.Hide(text).Text.ShouldBe(text);

    [Theory]
    [InlineData("各乡镇")]
    [InlineData("各有关企业")]
    [InlineData("全体施工单位")]
    [InlineData("县直各相关部门")]
    [InlineData("各乡镇人民政府")]
    [InlineData("属地政府")]
    [InlineData("相关部门")]
    [InlineData("XX公司")]
    [InlineData("××县××公司")]
    [InlineData("某企业")]
    [InlineData("某某化工厂")]
    [InlineData("个人")]
    [InlineData("业主")]
    [InlineData("业主。")]
    [InlineData("房东")]
    [InlineData("施工方")]
    [InlineData("施工单位")]
    [InlineData("责任单位")]
    [InlineData("见附件")]
    [InlineData("附件2")]
    [InlineData("详见通知书")]
    [InlineData("同一单位")]
    [InlineData("已倒闭")]
    [InlineData("该企业已注销")]
    [InlineData("无责任单位")]
    [InlineData("各乡镇（街道）")]
    [InlineData("全县各学校")]
    [InlineData("本公司各车间")]
    [InlineData("待通知")]
    [InlineData("暂未明确")]
    [InlineData("联系不上")]
    [InlineData("检查单位")]
    [InlineData("施工总包单位")]
    [InlineData("业主自行整改")]
    [InlineData("***有限公司")]
    public async Task Whoever_is_nobody_in_particular_is_nobody_and_that_is_asked(string written)
    {
        foreach (var header in new[] { "隐患内容,责任单位", "隐患内容,整改责任单位及责任人", "隐患内容,被检查单位" })
        {
            var row = await One(header, $"围挡破损,{written}");
            row.Understood!.ResponsibleUnit.ShouldBeNull(header);
            row.Codes().ShouldContain("responsibleUnit.unnamed", header);
            row.Verdict.ShouldBe(RowVerdict.Partly);
        }
    }

    [Theory]
    [InlineData("个人防护用品有限公司")]
    [InlineData("阳光小区业主委员会")]
    [InlineData("各界商城有限公司")]
    [InlineData("县住房和城乡建设局")]
    [InlineData("县发展和改革局")]
    [InlineData("交通运输和物流服务中心")]
    [InlineData("永和与顺商贸公司")]
    [InlineData("业主联合物业公司")]
    [InlineData("甲公司-安环科")]
    [InlineData("永昌化工厂 安环部")]
    [InlineData("见龙建筑公司")]
    [InlineData("市场监管局")]
    [InlineData("武都区市场监督管理局")]
    [InlineData("张三（个体户）")]
    [InlineData("顺达")]
    [InlineData("综采队")]
    [InlineData("王家庄")]
    [InlineData("丁建筑")]
    [InlineData("平等商店")]
    [InlineData("高等师范学校")]
    [InlineData("甘肃永昌（集团）有限公司")]
    [InlineData("Co., Ltd.")]
    public async Task Names_that_hold_such_words_stay_names(string written)
    {
        var row = await One("隐患内容,责任单位", $"围挡破损,\"{written}\"");
        row.Understood!.ResponsibleUnits.ShouldBe([new(null, written)]);
        row.Codes().ShouldNotContain(c => c.StartsWith("responsibleUnit.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("监管单位：应急局", null, "监管:应急局")]
    [InlineData("督办：县安委办", null, "督办:县安委办")]
    [InlineData("县应急局（监管）", null, "监管:县应急局")]
    [InlineData("永昌化工厂（监管：应急局）", "永昌化工厂", ":永昌化工厂 监管:应急局")]
    [InlineData("永昌化工厂，监管单位：县应急局", "永昌化工厂", ":永昌化工厂 监管:县应急局")]
    [InlineData("责任单位：甲公司", "甲公司", ":甲公司")]
    [InlineData("整改单位:甲公司；督办单位:县安委办", "甲公司", ":甲公司 督办:县安委办")]
    [InlineData("交通局牵头，公安局配合", "交通局", "牵头:交通局 配合:公安局")]
    [InlineData("牵头：县交通局 配合：公安局", "县交通局", "牵头:县交通局 配合:公安局")]
    [InlineData("属地：城关镇；行业：住建局", "城关镇", "属地:城关镇 行业:住建局")]
    [InlineData("甲公司负责，应急局监管", "甲公司", "监管:应急局 :甲公司")]
    [InlineData("永昌化工厂.", "永昌化工厂", ":永昌化工厂")]
    [InlineData("永昌化工厂（应急局监管）", "永昌化工厂", ":永昌化工厂 监管:应急局")]
    [InlineData("永昌化工厂（监管单位为应急局）", "永昌化工厂", ":永昌化工厂 监管:应急局")]
    [InlineData("永昌化工厂【监管：应急局】", "永昌化工厂", ":永昌化工厂 监管:应急局")]
    [InlineData("监管部门应急局，责任单位永昌化工厂", "永昌化工厂", "监管:应急局 :永昌化工厂")]
    [InlineData("由永昌化工厂负责整改", "永昌化工厂", ":永昌化工厂")]
    [InlineData("施工单位（中铁四局）", "中铁四局", ":中铁四局")]
    [InlineData("“永昌化工厂”", "永昌化工厂", ":永昌化工厂")]
    [InlineData("永昌化工厂。", "永昌化工厂", ":永昌化工厂")]
    public async Task Roles_and_labels_in_the_cell_are_read(string written, string? answers, string units)
    {
        var read = (await One("隐患内容,责任单位", $"围挡破损,{written}")).Understood!;
        read.ResponsibleUnit?.Name.ShouldBe(answers);
        (read.ResponsibleUnit is null).ShouldBe(answers is null);
        read.ResponsibleUnits.Select(u => $"{u.Role}:{u.Name}").ShouldBe(units.Split(' '), ignoreOrder: true);
    }

    [Theory]
    [InlineData("甲公司与乙公司", "甲公司 乙公司")]
    [InlineData("甲公司+乙公司", "甲公司 乙公司")]
    [InlineData("甲公司 乙公司", "甲公司 乙公司")]
    [InlineData("甲公司和城关镇", "甲公司 城关镇")]
    [InlineData("永昌化工厂及城关镇政府", "永昌化工厂 城关镇政府")]
    [InlineData("应急局会同住建局", "应急局 住建局")]
    [InlineData("县住房和城乡建设局和县公安局", "县住房和城乡建设局 县公安局")]
    [InlineData("永昌化工厂等3家", "永昌化工厂")]
    [InlineData("村委会、住户", "村委会")]
    [InlineData("甲公司、乙公司等", "甲公司 乙公司")]
    [InlineData("应急局与住建局联合整改", "应急局 住建局")]
    [InlineData("省交通运输厅和市公路局", "省交通运输厅 市公路局")]
    [InlineData("永昌化工厂;宏基公司;顺达", "永昌化工厂 宏基公司 顺达")]
    public async Task Several_bodies_however_joined_are_several(string written, string units)
    {
        var row = await One("隐患内容,责任单位", $"围挡破损,{written}");
        row.Understood!.ResponsibleUnits.Select(u => u.Name).ShouldBe(units.Split(' '));
        row.Understood.ResponsiblePerson.ShouldBeNull();
        row.Codes().ShouldContain("responsibleUnit.several");
    }

    [Theory]
    [InlineData("李四", "李四")]
    [InlineData("负责人：王五", "王五")]
    [InlineData("李四 13909391234", "李四")]
    [InlineData("张三13909391234", "张三")]
    [InlineData("欧阳明", "欧阳明")]
    public async Task A_person_is_no_body(string written, string person)
    {
        var row = await One("隐患内容,责任单位", $"围挡破损,{written}");
        (row.Understood!.ResponsibleUnit, row.Understood.ResponsiblePerson).ShouldBe((null, person));
        row.Codes().ShouldContain("responsibleUnit.is_person");
    }

    [Theory]
    [InlineData("永昌化工厂 李四")]
    [InlineData("永昌化工厂（负责人李四）")]
    [InlineData("永昌化工厂负责人李四")]
    [InlineData("永昌化工厂（负责人：李四）")]
    [InlineData("李四（永昌化工厂）")]
    public async Task Body_and_person_are_told_apart_without_a_header_that_says_so(string written)
    {
        var read = (await One("隐患内容,责任单位", $"围挡破损,{written}")).Understood!;
        (read.ResponsibleUnit!.Name, read.ResponsiblePerson).ShouldBe(("永昌化工厂", "李四"));
    }

    [Theory]
    [InlineData("身份证号", "622621198001011234")]
    [InlineData("身份证号码", "62262119800101123X")]
    [InlineData("法人身份证", "622621800101123")]
    [InlineData("证件号", "622621 19800101 1234")]
    [InlineData("身份证", "李某 622621198001011234")]
    public void Under_the_header_of_a_card_every_such_number_is_one(string header, string text)
    {
        PhoneNumbers.Hide(text, header).Text.ShouldContain(PhoneNumbers.HiddenIdentity);
        PhoneNumbers.Hide(text, header).Text.Any(char.IsDigit).ShouldBeFalse();
        PhoneNumbers.Hide(text, header).Numbers.Count.ShouldBe(1);
    }
}
