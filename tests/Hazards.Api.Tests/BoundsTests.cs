using Hazards.Api.Administration.Accounts;
using Hazards.Api.Reports;
using Hazards.Ledgers;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>Bounds that hold however much is said, and however many say it at once.</summary>
[Trait("Server", "any")]
public sealed class BoundsTests(Service service) : IClassFixture<Service>
{
    /// <summary>A cell holds 32,767 characters; a file with more would have to be repaired before it is read.</summary>
    [Theory]
    [InlineData(32_767, true)]
    [InlineData(32_768, false)]
    [InlineData(46_539, false)]
    public async Task A_cell_holds_what_a_cell_may_hold_and_says_what_is_cut(int length, bool whole)
    {
        var pairs = string.Concat(Enumerable.Repeat("\U00020BB7", length / 2)) + "隐";
        foreach (var text in new[] { new string('隐', length), pairs })
        {
            var workbook = new Workbook();
            workbook.Add("一", 20, 20).Row(CellStyle.Text, text, "其后");
            using var file = (await LedgerFile.OpenAsync(new MemoryStream(workbook.ToBytes()), "导出.xlsx")).Value.ShouldNotBeNull();
            var cells = file.Sheets[0].ReadRows().Single().Cells;
            cells[1].Text.ShouldBe("其后");
            if (whole && text.Length <= 32_767)
                cells[0].Text.ShouldBe(text);
            else
            {
                cells[0].Text.Length.ShouldBeLessThanOrEqualTo(32_767);
                cells[0].Text.ShouldContain($"共 {text.Length} 字");
                text.ShouldStartWith(cells[0].Text.Split('…')[0]);
            }
        }
    }

    [Fact]
    public async Task No_more_views_are_kept_than_may_be_however_many_are_saved_at_once()
    {
        var views = service.Services.GetRequiredService<SavedViews>();
        var account = Guid.NewGuid();
        var refusals = await Task.WhenAll(
            Enumerable.Range(0, 45).Select(i => views.SaveAsync(account, "/overdue", $"第 {i} 个", $"q={i}")));
        refusals.Count(r => r is null).ShouldBe(30);
        var kept = await views.ListAsync(account, "/overdue");
        kept.Length.ShouldBe(30);
        // One of them may always be replaced, and another page has views of its own.
        (await views.SaveAsync(account, "/overdue", kept[0].Name, "q=新")).ShouldBeNull();
        (await views.SaveAsync(account, "/hazards", "另一页", "q=1")).ShouldBeNull();
        (await views.SaveAsync(account, "/overdue", "再来一个", "q=1")).ShouldNotBeNull();
    }
}
