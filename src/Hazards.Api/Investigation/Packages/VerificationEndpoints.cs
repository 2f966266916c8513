using Hazards.Domain;
using Microsoft.AspNetCore.Mvc;

namespace Hazards.Api.Investigation.Packages;

/// <summary>核验 by REST: a package that was made here, or any that is sent.</summary>
internal static class VerificationEndpoints
{
    private static readonly QueryParameter Key = new(
        "key", typeof(string), "您信任的日志公钥（C2SP vkey），可多把；默认本日志的公钥",
        "Keys of the log that you trust (C2SP vkeys); this log's own when left out", Many: true);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post(
            "/evidence/verification",
            new Operation(
                Tag.Evidence, "核验一个证据包（zip 原件作为请求体）：逐项结果；文件核验后即删除，不留存",
                "Check a package, sent as the body: every check by name; the file is deleted when it was checked")
        {
            Query = [Key], BodyMediaType = "application/zip", Answer = typeof(VerificationAnswer),
        }, VerifyAsync).WithRequestTimeout(VerificationDesk.Longest)
            .WithMetadata(new RequestSizeLimitAttribute(VerificationDesk.MostBytes));
        api.Post(
            "/evidence/{id}/verification",
            new Operation(Tag.Evidence, "核验已制成的证据包，与离线核验工具相同", "Check a package that was made here, by the verifier that also stands alone")
        {
            Query = [Key], Answer = typeof(VerificationAnswer), Also = [410],
        }, VerifyMadeAsync).WithRequestTimeout(VerificationDesk.Longest);
    }

    private static async Task<IResult> VerifyAsync(Call call, VerificationDesk desk)
    {
        if (call.Request.ContentLength > VerificationDesk.MostBytes)
            return Call.Refuse(RequestRefusals.TooLarge.Because(null, ("max", VerificationDesk.MostBytes)));
        return Answer(await desk.VerifyAsync(file => TakeAsync(call, file), Trusted(call), call.Stop));
    }

    private static async Task<IResult> VerifyMadeAsync(
        Call call, string id, VerificationDesk desk, PackageShelf shelf, EvidenceDesk packages)
    {
        var (package, unknown) = await EvidenceModule.OpenAsync(call, id, shelf, packages);
        if (package is null)
            return Call.Refuse(unknown!);
        if (await packages.ErasedAsync(package, call.Stop) is { } erased)
            return Call.Refuse(erased);
        if (EvidenceAnswer.Of(package) is { Size: null } answer)
            return Call.Refuse(package.Failure is { } why
                ? EvidenceRefusals.FailedBefore.Because(null, ("error", why))
                : EvidenceRefusals.NotReady.Because(
                    null, ("state", Words.Of(answer.State)), ("done", package.Done), ("total", package.Request.Hazards.Length)));
        return Answer(await desk.VerifyAsync(async file =>
        {
            var layout = await new PackageBytes(shelf, package.Id).LayOutAsync(call.Stop);
            await layout.WriteAsync(file, 0, layout.Size, call.Stop);
            return null;
        }, Trusted(call), call.Stop));
    }

    private static string[] Trusted(Call call) =>
        [.. call.Request.Query[Key.Name].OfType<string>().Select(k => k.Trim()).Where(k => k.Length > 0)];

    /// <summary>Copies the body, and no more of it than may be.</summary>
    private static async Task<Refusal?> TakeAsync(Call call, Stream file)
    {
        var buffer = new byte[128 * 1024];
        while (await call.Request.Body.ReadAsync(buffer, call.Stop) is > 0 and var read)
        {
            if (file.Length + read > VerificationDesk.MostBytes)
                return RequestRefusals.TooLarge.Because(null, ("max", VerificationDesk.MostBytes));
            await file.WriteAsync(buffer.AsMemory(0, read), call.Stop);
        }

        return null;
    }

    private static IResult Answer((VerificationAnswer? Answer, Refusal? Refusal) done) =>
        done.Answer is { } answer ? Call.Json(answer) : Call.Refuse(done.Refusal!);
}
