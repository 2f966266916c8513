using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hazards.Evidence.Proof;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>What a witness answers (C2SP tlog-witness).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The cosignature lines; the size it knows with 409; else what is wrong.</param>
internal sealed record WitnessAnswer(int Status, string Text)
{
    /// <summary>The media type of <see cref="Text"/>.</summary>
    public string MediaType => Status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8";
}

/// <summary>
/// 见证: this deployment as a witness of other governments' logs, by C2SP tlog-witness. It remembers the last checkpoint of
/// each log and cosigns a later one only when that provably continues it.
/// </summary>
internal sealed class Witnessing(NpgsqlDataSource dataSource, KeyFolder folder, LogKeys keys, ServiceOptions options)
{
    /// <summary>The file of the witness's key.</summary>
    public const string KeyName = "witness-key";

    /// <summary>The largest request: 63 proof lines and a note with every signature there may be.</summary>
    public const int MostBytes = 64 * 1024;

    private const int KeySize = 32;
    private const int MostProofLines = 63;

    private const string RememberedSql = "select w.size, w.root from log.witnessed w where w.origin = $1 for update";

    private const string RememberSql = """
        insert into log.witnessed as w (origin, size, root, note) values ($1, $2, $3, $4)
        on conflict (origin) do update set size = excluded.size, root = excluded.root, note = excluded.note, cosigned_at = clock_timestamp()
        """;

    private const string NoteSql = "select w.origin, w.note from log.witnessed w";

    /// <summary>The key it cosigns with; null where this process has no key folder or no key of its own in it.</summary>
    public NoteSigner? Signer() =>
        options.Keys is null || LogKeyFile.Load(folder) is not { } file
            ? null
            : new NoteSigner($"{file.Origin}/witness", folder.Secret(KeyName, KeySize), NoteSignatureType.Cosignature);

    /// <summary>Answers a submitted checkpoint.</summary>
    public async Task<WitnessAnswer> AddAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        if (Submission.Parse(request.Span) is not { } submitted)
            return new WitnessAnswer(
                400, "请求格式不符 · not a request of C2SP tlog-witness: old <size>, proof lines, an empty line, a checkpoint\n");
        var trusted = (await keys.RegisterAsync(cancellationToken)).Witnessed.Where(w => w.Verifier.Name == submitted.Checkpoint.Origin)
            .Select(w => w.Verifier).ToArray();
        if (trusted.Length == 0)
            return new WitnessAnswer(404, "未受托见证该日志 · this log is not witnessed here\n");
        if (trusted.Any(submitted.Note.IsForged) || trusted.All(t => submitted.Note.VerifiedBy(t) is null))
            return new WitnessAnswer(403, "没有该日志受信任密钥的有效签名 · not signed by a trusted key of the log\n");
        if (submitted.OldSize > submitted.Checkpoint.Size)
            return new WitnessAnswer(400, "起始大小大于检查点大小 · the old size is larger than the checkpoint's\n");
        if (Signer() is not { } signer)
            return new WitnessAnswer(503, "见证密钥不可用 · the witness's key cannot be used\n");
        return await DecideAsync(submitted, signer, cancellationToken);
    }

    /// <summary>The last checkpoint cosigned of the log whose origin has this SHA-256, in hexadecimal; null when there is none.</summary>
    public async Task<string?> NoteAsync(string originHash, CancellationToken cancellationToken = default) =>
        (await NotesAsync(cancellationToken))
            .FirstOrDefault(n => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(n.Origin))) == originHash).Note;

    /// <summary>The last checkpoint cosigned of each log.</summary>
    public async Task<IReadOnlyList<(string Origin, string Note)>> NotesAsync(CancellationToken cancellationToken = default)
    {
        // As many as an administrator has registered: a handful.
        await using var command = dataSource.CreateCommand(NoteSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var notes = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            notes.Add((reader.GetString(0), reader.GetString(1)));
        return notes;
    }

    /// <summary>Compares with what is remembered, and remembers, in one transaction: no two requests can both be the next.</summary>
    private async Task<WitnessAnswer> DecideAsync(Submission submitted, NoteSigner signer, CancellationToken cancellationToken)
    {
        var next = submitted.Checkpoint;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // There may be no row to lock yet.
        await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))", connection))
        {
            alone.Parameters.AddWithValue($"witness {next.Origin}");
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        var (size, root) = await RememberedAsync(connection, next.Origin, cancellationToken);
        if (size != submitted.OldSize)
            return new WitnessAnswer(409, string.Create(CultureInfo.InvariantCulture, $"{size}\n"));
        if (next.Size == 0 && next.Root != TreeHash.Sha256.Empty)
            return new WitnessAnswer(422, "空日志的根散列不对 · the root of an empty log is another\n");
        if (size == 0 ? submitted.Proof.Length > 0 : !Verify.Consistency(
            TreeHash.Sha256, size, next.Size, submitted.Proof, root, next.Root))
            return new WitnessAnswer(
                422, "一致性证明不成立：该日志没有延续之前见证的内容 · the proof does not hold: the log does not continue what was witnessed before\n");
        var cosigned = submitted.Note.SignedBy(signer, options.Clock.GetUtcNow());
        await using (var remember = new NpgsqlCommand(RememberSql, connection))
        {
            remember.Parameters.AddWithValue(next.Origin);
            remember.Parameters.AddWithValue(next.Size);
            remember.Parameters.AddWithValue(next.Root.ToArray());
            remember.Parameters.AddWithValue(cosigned.ToString());
            await remember.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new WitnessAnswer(200, cosigned.VerifiedBy(signer.Verifier)!.Line());
    }

    private static async Task<(long Size, Digest Root)> RememberedAsync(
        NpgsqlConnection connection, string origin, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RememberedSql, connection);
        command.Parameters.AddWithValue(origin);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), new Digest(reader.GetFieldValue<byte[]>(1)))
            : (0, TreeHash.Sha256.Empty);
    }

    /// <summary>A request, taken apart.</summary>
    internal sealed record Submission(long OldSize, Digest[] Proof, Checkpoint Checkpoint, SignedNote Note)
    {
        /// <summary>As it is sent.</summary>
        public static string Write(long oldSize, IEnumerable<Digest> proof, SignedNote note) =>
            string.Create(CultureInfo.InvariantCulture, $"old {oldSize}\n{string.Concat(proof.Select(p => $"{p}\n"))}\n{note}");

        /// <summary>Null when it is malformed.</summary>
        public static Submission? Parse(ReadOnlySpan<byte> request)
        {
            var split = request.IndexOf("\n\n"u8);
            if (split < 0 || !SignedNote.TryParse(request[(split + 2)..], out var note) || !Checkpoint.TryParse(
                note.Text, out var checkpoint))
                return null;
            var lines = Encoding.ASCII.GetString(request[..split]).Split('\n');
            if (lines.Length > MostProofLines + 1 || !lines[0].StartsWith("old ", StringComparison.Ordinal)
                || !long.TryParse(lines[0].AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var old)
                || lines[0] != FormattableString.Invariant($"old {old}"))
                return null;
            var proof = new Digest[lines.Length - 1];
            for (var i = 0; i < proof.Length; i++)
                if (!Digest.TryParse(lines[i + 1], out proof[i]))
                    return null;
            return new Submission(old, proof, checkpoint, note);
        }
    }
}
