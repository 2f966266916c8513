using System.Collections.Immutable;
using Hazards.Domain;
using Microsoft.AspNetCore.Authorization;

namespace Hazards.Api.Http;

/// <summary>A query parameter an operation has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its text is read as.</param>
/// <param name="Chinese">What it does.</param>
/// <param name="English">What it does.</param>
/// <param name="Many">Whether it may be given several times.</param>
internal sealed record QueryParameter(string Name, Type Type, string Chinese, string English, bool Many = false)
{
    /// <summary>The least number it may be.</summary>
    public long? Least { get; init; }

    /// <summary>The largest number it may be.</summary>
    public long? Most { get; init; }

    /// <summary>The most characters its text may have.</summary>
    public int? Longest { get; init; }
}

/// <summary>What an endpoint says about itself; who may come in and the OpenAPI document both go by it.</summary>
/// <param name="Tag">The part of the product it belongs to.</param>
/// <param name="Chinese">What it does, in Chinese.</param>
/// <param name="English">What it does, in English.</param>
internal sealed record Operation(Tag Tag, string Chinese, string English) : IAuthorizationRequirement, IAuthorizationRequirementData
{
    /// <summary>What a request asks for; null where it is nothing of the interface.</summary>
    public static Operation? Of(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<Operation>();

    /// <summary>What it says of itself is what is asked of its callers.</summary>
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];

    /// <summary>Its name: the framework has it written for every caller who is refused, whether anybody reads it or not.</summary>
    public override string ToString() => English;

    /// <summary>Whether it may be called without a key.</summary>
    public bool Open { get; init; }

    /// <summary>
    /// Whether what it answers is the same for everybody and no record of anything: codes, rules, one's own key, the
    /// hashes of a proof. Looking at it is not put on record. A proof's own reading would grow the tree it is about.
    /// </summary>
    public bool HoldsNoRecords { get; init; } = Tag.HoldsNoRecords;

    /// <summary>
    /// Whether an enterprise may call it: what it finds is narrowed to the enterprise's own hazards (<see cref="Actor.Sees(Hazard)"/>,
    /// <see cref="Hazards.Projections.Scope.Own"/>) or is no record of anything. What is not marked so is closed to enterprises.
    /// </summary>
    public bool ForEnterprises { get; init; } = Tag.ForEnterprises;

    /// <summary>The query parameters it takes; any other is refused.</summary>
    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>The command's line in the table of who may do what, when.</summary>
    public CommandRule? Rule { get; init; }

    /// <summary>
    /// Why a caller may not call it whatever is in the body, which is not read then; beside the roles of <see cref="Rule"/>.
    /// </summary>
    public Func<Caller, Refusal?>? Forbids { get; init; }

    /// <summary>The type whose members the body has, beside those of the act.</summary>
    public Type? Body { get; init; }

    /// <summary>Whether the body also has <c>occurredAt</c>, <c>actor</c>, <c>documentNumber</c> and <c>attachments</c>.</summary>
    public bool IsAct { get; init; }

    /// <summary>What it answers with.</summary>
    public Type? Answer { get; init; }

    /// <summary>The media types of the files it answers with, beside or instead of JSON.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Whether it answers with its file and never with <see cref="Answer"/>, of which the file is made.</summary>
    public bool FileOnly { get; init; }

    /// <summary>Whether a part of the file may be asked for.</summary>
    public bool Ranged { get; init; }

    /// <summary>Whether it may answer 202 at once, and go on in the background.</summary>
    public bool MayTakeLonger { get; init; }

    /// <summary>Errors that it may answer with, beside those of every operation of its kind.</summary>
    public ImmutableArray<int> Also { get; init; } = [];

    /// <summary>Whether its errors are plain text, as a protocol of others wants them.</summary>
    public bool PlainErrors { get; init; }

    /// <summary>The status of success.</summary>
    public int Success { get; init; } = 200;

    /// <summary>Whether the answer has an ETag.</summary>
    public bool Versioned { get; init; }

    /// <summary>The media type of the body when it is not JSON.</summary>
    public string? BodyMediaType { get; init; }
}

/// <summary>A part of the product, as the API's pages group it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="English">What is in it.</param>
/// <param name="ForEnterprises">Whether enterprises may call what is in it, where an operation does not say otherwise.</param>
/// <param name="HoldsNoRecords">Whether what is in it holds no records, where an operation does not say otherwise.</param>
internal sealed record Tag(string Name, string English, bool ForEnterprises = false, bool HoldsNoRecords = false)
{
    public static readonly Tag Hazards = new("隐患", "Hazards: report, ledger, state, history", ForEnterprises: true);
    public static readonly Tag Discovery = new("发现与核实", "Discovery: verify, grade, reject, merge, fix on the spot", ForEnterprises: true);
    public static readonly Tag Assignment = new("交办", "Assignment: single and double; acknowledge, return, reassign", ForEnterprises: true);
    public static readonly Tag Rectification = new(
        "整改", "Rectification: plan, progress, production, extension, completion", ForEnterprises: true);
    public static readonly Tag Acceptance = new("验收", "Acceptance: re-inspection, per leg", ForEnterprises: true);
    public static readonly Tag Supervision = new(
        "督办", "Supervision: listing, urging, notices, escalation, penalties", ForEnterprises: true);
    public static readonly Tag Closure = new("销号与回头看", "Closure, look-back, reopening", ForEnterprises: true);
    public static readonly Tag Record = new("更正与批注", "Corrections and comments", ForEnterprises: true);
    public static readonly Tag Lists = new("看板与清单", "Boards and lists, now and as of any instant");
    public static readonly Tag Feed = new("事件流", "The feed of events, in commit order", ForEnterprises: true);
    public static readonly Tag Registry = new("单位、密钥、账号与推送", "Bodies, keys, accounts and webhooks");
    public static readonly Tag Codes = new("代码与制度", "Code lists, regions, policy", ForEnterprises: true, HoldsNoRecords: true);
    public static readonly Tag Import = new("台账导入", "Ledgers in");
    public static readonly Tag Campaigns = new("专项行动与检查", "Campaigns, inspections, special periods");
    public static readonly Tag Inbox = new("收件箱与告知", "Inbox: who was told what, and who opened it", ForEnterprises: true);
    public static readonly Tag Papers = new("文书与附件", "Papers, letterheads, files", ForEnterprises: true);
    public static readonly Tag Figures = new("统计与报表", "Figures, official reports, rankings, quotas; now and as known at any instant");

    public static readonly Tag Replay = new("追溯", "Replay: who knew what and when");
    public static readonly Tag Proof = new(
        "防篡改证明", "Proof: the tree over the log, checkpoints, audit", ForEnterprises: true, HoldsNoRecords: true);
    public static readonly Tag Evidence = new("证据包", "Evidence packages");
    public static readonly Tag Access = new("查阅留痕与封存", "Who looked; sealed records");
    public static readonly Tag Jobs = new("后台任务", "Jobs: what is done outside of requests, and what failed");
    public static readonly Tag Persons = new("个人信息", "Personal data: reporters, whistle-blowers, witnesses");

    /// <summary>All, in the order of the life cycle.</summary>
    public static readonly ImmutableArray<Tag> All =
        [Hazards, Discovery, Assignment, Rectification, Acceptance, Supervision, Closure, Record, Campaigns, Inbox, Papers, Lists, Figures,
         Replay, Proof, Evidence, Access, Persons, Feed, Import, Registry, Jobs, Codes];
}
