using System.Diagnostics.Metrics;

namespace Hazards.Api.Http.Access;

/// <summary>How often who somebody is was compared with the log, and was not so (<c>Hazards.Identities</c>).</summary>
internal sealed class IdentityTelemetry : IDisposable
{
    private readonly Meter meter = new("Hazards.Identities");
    private readonly Counter<long> compared;
    private readonly Counter<long> contradicted;

    public IdentityTelemetry()
    {
        compared = meter.CreateCounter<long>(
            "hazards.identities.compared", "{row}", "Rows of keys, accounts and bodies compared with the log, by kind");
        contradicted = meter.CreateCounter<long>(
            "hazards.identities.contradicted", "{request}", "Requests refused because a row was not as recorded, by kind");
    }

    public void Compared(string kind) => compared.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Contradicted(string kind) => contradicted.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => meter.Dispose();
}
