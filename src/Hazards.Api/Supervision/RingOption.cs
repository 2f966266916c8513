using System.CommandLine;

namespace Hazards.Api.Supervision;

/// <summary><c>--ring-every</c>: whether and how often a node looks for passed deadlines.</summary>
internal static class RingOption
{
    private const int UsualSeconds = 60;

    public static Option<int> Create()
    {
        var option = new Option<int>("--ring-every")
        {
            Description = $"每隔几秒检查逾期，0 为不检查（{UsualSeconds}）· seconds between two looks for passed deadlines, 0 for never",
            DefaultValueFactory = _ => UsualSeconds,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var seconds) || seconds is < 0 or > 86_400))
                result.AddError("--ring-every 应为 0 到 86400 秒 · 0 to 86400 seconds");
        });
        return option;
    }

    public static TimeSpan? Of(int seconds) => seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
}
