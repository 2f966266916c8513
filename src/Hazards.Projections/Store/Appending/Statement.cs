using System.Data.Common;
using JasperFx.Events;
using Marten.Internal.Operations;
using Npgsql;
using OperationRole = Weasel.Core.OperationRole;
using Weasel.Postgresql;
using IStorageSession = Weasel.Storage.IStorageSession;
using NoDataReturnedCall = Weasel.Storage.NoDataReturnedCall;
using IStorageOperation = Marten.Internal.Operations.IStorageOperation;

namespace Hazards.Projections.Store.Appending;

/// <summary>A statement that answers with rows: Marten reads past them, or <see cref="PostprocessAsync"/> does.</summary>
internal class Query(NpgsqlBatchCommand command) : Statement(command)
{
    public override Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => Task.CompletedTask;
}

/// <summary>A statement that answers with nothing.</summary>
internal sealed class Command(NpgsqlBatchCommand command) : Statement(command), NoDataReturnedCall
{
    public override Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => Task.CompletedTask;
}

/// <summary>A set-wise statement of ours as an operation of a Marten session: sent with the events, in the same batch.</summary>
internal abstract class Statement(NpgsqlBatchCommand command) : IStorageOperation
{
    // The text up to each of its parameters: $1, $2, … stand in it once each and in order.
    private readonly string[] pieces = Split(command.CommandText, command.Parameters.Count);

    public Type DocumentType => typeof(IEvent);

    public OperationRole Role() => OperationRole.Other;

    public void ConfigureCommand(ICommandBuilder builder, IStorageSession session)
    {
        for (var i = 0; i < command.Parameters.Count; i++)
        {
            builder.Append(pieces[i]);
            var given = command.Parameters[i];
            builder.AppendParameter(given.Value ?? DBNull.Value).NpgsqlDbType = given.NpgsqlDbType;
        }

        builder.Append(pieces[^1]);
    }

    public abstract Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token);

    /// <summary>The operation for a statement: a <c>select</c> answers with rows, an <c>insert</c> with none.</summary>
    public static Statement Of(NpgsqlBatchCommand command) =>
        command.CommandText.AsSpan().TrimStart().StartsWith("select", StringComparison.OrdinalIgnoreCase)
            ? new Query(command)
            : new Command(command);

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal);

    private static string[] Split(string sql, int parameters)
    {
        lock (Known)
        {
            if (Known.TryGetValue(sql, out var known))
                return known;
            var pieces = new string[parameters + 1];
            var at = 0;
            for (var n = 1; n <= parameters; n++)
            {
                var mark = $"${n}";
                var found = sql.IndexOf(mark, at, StringComparison.Ordinal);
                if (found < 0)
                    throw new ArgumentException(
                        $"The parameters of a statement stand in it in their order, once each; {mark} does not: {sql}", nameof(sql));
                pieces[n - 1] = sql[at..found];
                at = found + mark.Length;
            }

            pieces[parameters] = sql[at..];
            return Known[sql] = pieces;
        }
    }
}
