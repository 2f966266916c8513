using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Hazards.Projections.Search;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write rows, into a schema: the live one, or that of a rebuild.</summary>
internal sealed class RowStatements(string schema)
{
    // How many rows pass between two looks at whether it is time for an epoch or a sum of the board.
    private const int RowsBetweenLooks = 1024;

    // How the statement reads a body that is null; no body has this name.
    private const string NoBody = "-";

    private readonly string writeHazards = Call(schema, "write_hazards", 26);
    private readonly string writeTexts = Call(schema, "write_texts", 6);
    private readonly string writeBodies = Call(schema, "write_bodies", 10);
    private readonly string writeKeys = Call(schema, "write_keys", 7);
    private readonly string writeAccounts = Call(schema, "write_accounts", 7);
    private readonly string writeWebhooks = Call(schema, "write_webhooks", 7);
    private readonly InspectionStatements inspections = new(schema);
    private readonly InboxStatements inbox = new(schema);
    private readonly NoticeStatements noticeStatements = new(schema);
    private readonly ClockStatements clocks = new(schema);
    private readonly AccessStatements access = new(schema);
    private readonly string writeWorking = Call(schema, "write_working_clocks", 5);
    private readonly string keep = Call(schema, "keep", 0);
    private readonly FactStatements factStatements = new(schema);
    private int rowsUntilLook;

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var hazards = new List<NewHazard>(rows.Count);
        var texts = new List<NewText>();
        var bodies = new List<(PendingRow Row, Body Body)>();
        var keys = new List<(PendingRow Row, ApiKey Key)>();
        var accounts = new List<(PendingRow Row, Account Account)>();
        var webhooks = new List<(PendingRow Row, Webhook Webhook)>();
        var notices = new List<EventNotice>(rows.Count);
        var openings = new List<Opening>();
        var facts = new List<(PendingRow Row, ChangedFacts Facts)>(rows.Count);
        var reports = new List<(PendingRow Row, Report Report)>();
        var working = new List<NewHazard>();
        foreach (var row in rows)
        {
            switch (row.Row)
            {
                case PendingState.OfHazard h:
                    hazards.Add(new NewHazard(row, h.Row));
                    facts.Add((row, h.Facts));
                    if (h.Rules.CountsWorkingDays)
                        working.Add(hazards[^1]);
                    if (NewText.Of(row, h) is { } text)
                        texts.Add(text);
                    notices.AddRange(h.Notices);
                    break;
                case PendingState.OfOpenings o:
                    openings.AddRange(o.Openings);
                    break;
                case PendingState.OfBody b:
                    bodies.Add((row, b.After));
                    break;
                case PendingState.OfKey k:
                    keys.Add((row, k.After));
                    break;
                case PendingState.OfAccount a:
                    accounts.Add((row, a.After));
                    break;
                case PendingState.OfWebhook w:
                    webhooks.Add((row, w.After));
                    break;
                case PendingState.OfReport r:
                    reports.Add((row, r.After));
                    break;
                case PendingState.OfCampaign or PendingState.OfInspection or PendingState.OfLook or PendingState.OfSeal or PendingState.OfErasure:
                    break;
                default:
                    throw new ArgumentException($"A row must be a {nameof(PendingState)}, not a {row.Row.GetType().Name}.", nameof(rows));
            }
        }

        AddTo(batch, hazards, texts, bodies, keys);
        if (accounts.Count > 0)
            AddAccounts(batch, accounts);
        if (webhooks.Count > 0)
            AddWebhooks(batch, webhooks);
        if (working.Count > 0)
            AddWorking(batch, working);
        inspections.AddTo(batch, rows);
        inbox.AddTo(batch, notices, openings);
        noticeStatements.AddTo(batch, notices);
        factStatements.AddTo(batch, facts);
        if (reports.Count > 0)
            factStatements.AddReports(batch, reports);
        clocks.AddTo(batch, rows);
        access.AddTo(batch, rows);
    }

    private void AddTo(
        NpgsqlBatch batch, List<NewHazard> hazards, List<NewText> texts, List<(PendingRow, Body)> bodies, List<(PendingRow, ApiKey)> keys)
    {
        if (hazards.Count > 0)
            AddHazards(batch, hazards);
        if (texts.Count > 0)
            AddTexts(batch, texts);
        if (bodies.Count > 0)
            AddBodies(batch, bodies);
        if (keys.Count > 0)
            AddKeys(batch, keys);
    }

    private void AddHazards(NpgsqlBatch batch, List<NewHazard> hazards)
    {
        var command = new NpgsqlBatchCommand(writeHazards);
        command.AddColumn(NpgsqlDbType.Uuid, hazards, h => h.Pending.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, hazards, h => h.Pending.Version);
        command.AddColumn(NpgsqlDbType.Uuid, hazards, h => h.Pending.LastEventId);
        command.AddColumn(NpgsqlDbType.Boolean, hazards, h => h.Row.Live);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Sector.Value);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => CodeList.Code(h.Hazard.Stage));
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Level is { } level ? CodeList.Code(level) : null);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => CodeList.Code(h.Hazard.Kind));
        command.AddColumn(NpgsqlDbType.Text, hazards, h => CodeList.Code(h.Hazard.Source));
        command.AddColumn(NpgsqlDbType.TimestampTz, hazards, h => h.Hazard.FoundAt.UtcDateTime);
        command.AddColumn(NpgsqlDbType.Boolean, hazards, h => h.Hazard.LateEntry);
        command.AddColumn(NpgsqlDbType.Boolean, hazards, h => h.Hazard.IsDual);
        command.AddColumn(NpgsqlDbType.Integer, hazards, h => h.Hazard.Reopened);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Enterprise?.CreditCode?.Value);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Listing is { } listing ? CodeList.Code(listing.Level) : null);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => h.Hazard.Listing?.By.Value);
        command.AddColumn(NpgsqlDbType.Date, hazards, h => h.Hazard.Listing?.Deadline);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => string.Join(',', h.Hazard.Legs.Values.Select(l => l.Body.Value)));
        command.AddColumn(NpgsqlDbType.Date, hazards, h => h.Row.NextDue);
        command.AddColumn(NpgsqlDbType.Text, hazards, h => string.Join(',', h.Row.Clocks.Select(c => CodeList.Code(c.Kind))));
        command.AddColumn(NpgsqlDbType.Text, hazards, h => string.Join(',', h.Row.Clocks.Select(c => c.Body?.Value ?? NoBody)));
        command.AddColumn(
            NpgsqlDbType.Text, hazards,
            h => string.Join(',', h.Row.Clocks.Select(c => c.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))));
        command.AddColumn(NpgsqlDbType.TimestampTz, hazards, h => h.Hazard.Closure?.At.UtcDateTime);
        command.AddColumn(NpgsqlDbType.Json, hazards, h => (ReadOnlyMemory<byte>)h.Row.Item);
        command.AddColumn(NpgsqlDbType.Date, hazards, h => h.Row.NextRing);
        batch.BatchCommands.Add(command);
        AddLook(batch, hazards.Count);
    }

    private void AddWorking(NpgsqlBatch batch, List<NewHazard> hazards)
    {
        var command = new NpgsqlBatchCommand(writeWorking);
        command.AddColumn(NpgsqlDbType.Uuid, hazards, h => h.Pending.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, hazards, h => h.Pending.Version);
        command.AddColumn(NpgsqlDbType.Uuid, hazards, h => h.Pending.LastEventId);
        command.AddColumn(NpgsqlDbType.Integer, hazards, h => h.Hazard.Calendar);
        command.AddColumn(NpgsqlDbType.Date, hazards, h => h.Row.CountedUntil);
        batch.BatchCommands.Add(command);
    }

    private void AddLook(NpgsqlBatch batch, int rows)
    {
        rowsUntilLook -= rows;
        if (rowsUntilLook > 0)
            return;
        rowsUntilLook = RowsBetweenLooks;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(keep));
    }

    private void AddTexts(NpgsqlBatch batch, List<NewText> texts)
    {
        var command = new NpgsqlBatchCommand(writeTexts);
        command.AddColumn(NpgsqlDbType.Uuid, texts, t => t.Pending.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, texts, t => t.Pending.Version);
        command.AddColumn(NpgsqlDbType.Uuid, texts, t => t.Pending.LastEventId);
        command.AddColumn(NpgsqlDbType.Text, texts, t => t.Words);
        command.AddArray(NpgsqlDbType.Integer, [.. texts.SelectMany(t => t.Grams)]);
        command.AddColumn(NpgsqlDbType.Integer, texts, t => t.Grams.Length);
        batch.BatchCommands.Add(command);
    }

    private void AddBodies(NpgsqlBatch batch, List<(PendingRow Row, Body Body)> bodies)
    {
        var command = new NpgsqlBatchCommand(writeBodies);
        command.AddColumn(NpgsqlDbType.Uuid, bodies, b => b.Row.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, bodies, b => b.Row.Version);
        command.AddColumn(NpgsqlDbType.Uuid, bodies, b => b.Row.LastEventId);
        command.AddColumn(NpgsqlDbType.Text, bodies, b => b.Body.Id.Value);
        command.AddColumn(NpgsqlDbType.Text, bodies, b => b.Body.Name);
        command.AddColumn(NpgsqlDbType.Text, bodies, b => CodeList.Code(b.Body.Kind));
        command.AddColumn(NpgsqlDbType.Text, bodies, b => b.Body.Region.Value);
        command.AddColumn(
            NpgsqlDbType.Text, bodies, b => b.Body.Sectors.IsDefault ? "" : string.Join(',', b.Body.Sectors.Select(s => s.Value)));
        command.AddColumn(NpgsqlDbType.Boolean, bodies, b => b.Body.Dissolved);
        command.AddColumn(NpgsqlDbType.Json, bodies, b => (ReadOnlyMemory<byte>)DomainJson.Write(b.Body));
        batch.BatchCommands.Add(command);
    }

    private void AddKeys(NpgsqlBatch batch, List<(PendingRow Row, ApiKey Key)> keys)
    {
        var command = new NpgsqlBatchCommand(writeKeys);
        command.AddColumn(NpgsqlDbType.Uuid, keys, k => k.Row.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, keys, k => k.Row.Version);
        command.AddColumn(NpgsqlDbType.Uuid, keys, k => k.Row.LastEventId);
        command.AddColumn(NpgsqlDbType.Uuid, keys, k => k.Key.Id);
        command.AddColumn(NpgsqlDbType.Text, keys, k => k.Key.Digest.Value);
        command.AddColumn(NpgsqlDbType.Text, keys, k => k.Key.Region.Value);
        command.AddColumn(NpgsqlDbType.Json, keys, k => (ReadOnlyMemory<byte>)DomainJson.Write(k.Key));
        batch.BatchCommands.Add(command);
    }

    private void AddAccounts(NpgsqlBatch batch, List<(PendingRow Row, Account Account)> accounts)
    {
        var command = new NpgsqlBatchCommand(writeAccounts);
        command.AddColumn(NpgsqlDbType.Uuid, accounts, a => a.Row.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, accounts, a => a.Row.Version);
        command.AddColumn(NpgsqlDbType.Uuid, accounts, a => a.Row.LastEventId);
        command.AddColumn(NpgsqlDbType.Uuid, accounts, a => a.Account.Id);
        command.AddColumn(NpgsqlDbType.Text, accounts, a => a.Account.Login);
        command.AddColumn(NpgsqlDbType.Text, accounts, a => a.Account.Region.Value);
        command.AddColumn(NpgsqlDbType.Json, accounts, a => (ReadOnlyMemory<byte>)DomainJson.Write(a.Account));
        batch.BatchCommands.Add(command);
    }

    private void AddWebhooks(NpgsqlBatch batch, List<(PendingRow Row, Webhook Webhook)> webhooks)
    {
        var command = new NpgsqlBatchCommand(writeWebhooks);
        command.AddColumn(NpgsqlDbType.Uuid, webhooks, w => w.Row.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, webhooks, w => w.Row.Version);
        command.AddColumn(NpgsqlDbType.Uuid, webhooks, w => w.Row.LastEventId);
        command.AddColumn(NpgsqlDbType.Uuid, webhooks, w => w.Webhook.Id);
        command.AddColumn(NpgsqlDbType.Text, webhooks, w => w.Webhook.Region.Value);
        command.AddColumn(NpgsqlDbType.Boolean, webhooks, w => w.Webhook.IsActive);
        command.AddColumn(NpgsqlDbType.Json, webhooks, w => (ReadOnlyMemory<byte>)DomainJson.Write(w.Webhook));
        batch.BatchCommands.Add(command);
    }

    internal static string Call(string schema, string function, int parameters) =>
        $"select {schema}.{function}({string.Join(',', Enumerable.Range(1, parameters).Select(n => $"${n}"))})";

    private readonly record struct NewHazard(PendingRow Pending, HazardRow Row)
    {
        public Hazard Hazard => Row.Hazard;
    }

    /// <summary>The words of a hazard, when they differ from those before.</summary>
    private readonly record struct NewText(PendingRow Pending, string Words, int[] Grams)
    {
        public static NewText? Of(PendingRow pending, PendingState.OfHazard state)
        {
            var words = HazardRow.Words(state.After);
            if (state.Before is not null && HazardRow.Words(state.Before) == words)
                return null;
            var normalized = Search.Grams.Normalize(words);
            return new NewText(pending, normalized, Search.Grams.Of(normalized));
        }
    }
}
