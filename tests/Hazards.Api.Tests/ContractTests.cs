using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hazards.Api.Tests;

/// <summary>
/// docs/openapi.json is the contract that callers build on. What they rely on is not taken away; what is added is published by
/// <c>HAZARDS_RENEW_CONTRACT=1 ./hazards test ContractTests</c>.
/// </summary>
public sealed class ContractTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_published_contract_is_kept()
    {
        var today = (await Contract.OfThisBuildAsync()).Document;
        var file = Repository.Find("docs/openapi.json");
        if (Environment.GetEnvironmentVariable("HAZARDS_RENEW_CONTRACT") == "1")
            await File.WriteAllTextAsync(file, today.ToJsonString(Indented) + "\n");
    }
}
