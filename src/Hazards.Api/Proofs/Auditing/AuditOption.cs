using System.CommandLine;

namespace Hazards.Api.Proofs.Auditing;

/// <summary><c>--audit-every</c>: whether and how often the service audits its log.</summary>
internal static class AuditOption
{
    private const int UsualHours = 24;

    public static Option<int> Create()
    {
        var option = new Option<int>("--audit-every")
        {
            Description = $"每隔几小时全面审计日志，0 为不审计（{UsualHours}）· hours between two full audits of the log, 0 for never",
            DefaultValueFactory = _ => UsualHours,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var hours) || hours is < 0 or > 8784))
                result.AddError("--audit-every 应为 0 到 8784 小时 · 0 to 8784 hours");
        });
        return option;
    }

    public static TimeSpan? Of(int hours) => hours == 0 ? null : TimeSpan.FromHours(hours);
}
