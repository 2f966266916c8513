using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write bodies, keys, accounts and webhooks (Schema/registry.sql).</summary>
internal sealed class RegistryStatements(string schema)
{
    private readonly WriteStatement<(PendingRow Row, Body Body)> writeBodies = new(schema, "write_bodies", b => EventKey.Of(b.Row))
    {
        { "body_id", b => b.Body.Id.Value },
        { "name", b => b.Body.Name },
        { "kind", b => CodeList.Code(b.Body.Kind) },
        { "region", b => b.Body.Region.Value },
        { "sectors", b => b.Body.Sectors.IsDefault ? "" : string.Join(',', b.Body.Sectors.Select(s => s.Value)) },
        { "dissolved", b => b.Body.Dissolved },
        { "body", b => DomainJson.Write(b.Body) },
    };

    private readonly WriteStatement<(PendingRow Row, ApiKey Key)> writeKeys = new(schema, "write_keys", k => EventKey.Of(k.Row))
    {
        { "key_id", k => k.Key.Id },
        { "digest", k => k.Key.Digest.Value },
        { "region", k => k.Key.Region.Value },
        { "key", k => DomainJson.Write(k.Key) },
    };

    private readonly WriteStatement<(PendingRow Row, Account Account)> writeAccounts =
        new(schema, "write_accounts", a => EventKey.Of(a.Row))
        {
            { "account_id", a => a.Account.Id },
            { "login", a => a.Account.Login },
            { "region", a => a.Account.Region.Value },
            { "account", a => DomainJson.Write(a.Account) },
        };

    private readonly WriteStatement<(PendingRow Row, Webhook Webhook)> writeWebhooks =
        new(schema, "write_webhooks", w => EventKey.Of(w.Row))
        {
            { "webhook_id", w => w.Webhook.Id },
            { "region", w => w.Webhook.Region.Value },
            { "active", w => w.Webhook.IsActive },
            { "webhook", w => DomainJson.Write(w.Webhook) },
        };

    /// <summary>Adds what the rows need: nothing, for almost every append.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var bodies = new List<(PendingRow Row, Body Body)>();
        var keys = new List<(PendingRow Row, ApiKey Key)>();
        var accounts = new List<(PendingRow Row, Account Account)>();
        var webhooks = new List<(PendingRow Row, Webhook Webhook)>();
        foreach (var row in rows)
            switch (row.Row)
            {
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
            }

        writeBodies.AddTo(batch, bodies);
        writeKeys.AddTo(batch, keys);
        writeAccounts.AddTo(batch, accounts);
        writeWebhooks.AddTo(batch, webhooks);
    }
}
