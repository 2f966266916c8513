using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Hazards.Projections.Store.Appending;

namespace Hazards.Projections.Store.Auditing;

/// <summary>
/// Whether every stream has the versions 1 to n, each once, and mt_streams says n: in constant memory, however many
/// streams there are and in whatever order events are read.
/// </summary>
/// <remarks>
/// An event of version v adds h(stream, v) and takes away h(stream, v − 1), for a random h. What a whole stream leaves is
/// h(stream, n) − h(stream, 0), which mt_streams gives as well. Sums that agree by chance: one in 2⁶⁴, and nobody can try,
/// because h is chosen anew for each audit.
/// </remarks>
internal sealed class StreamTally
{
    private readonly ulong[] keys = new ulong[4];
    private ulong balance;

    public StreamTally()
    {
        Span<byte> random = stackalloc byte[4 * sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        for (var i = 0; i < keys.Length; i++)
            keys[i] = BinaryPrimitives.ReadUInt64LittleEndian(random[(8 * i)..]) | 1;
    }

    /// <summary>Whether events and streams agree.</summary>
    public bool IsEven => balance == 0;

    /// <summary>What an event leaves; to be added up and given to <see cref="Add"/>.</summary>
    /// <remarks>Tombstones fill burnt numbers and bear their position for a version: their stream has no versions of its own.</remarks>
    public ulong OfEvent(Guid stream, long version) => stream == Tombstones.Stream ? 0 : Hash(stream, version) - Hash(stream, version - 1);

    /// <summary>Adds what events leave.</summary>
    public void Add(ulong events) => balance += events;

    /// <summary>Takes away what a stream must leave.</summary>
    public void AddStream(Guid stream, long version) =>
        balance -= stream == Tombstones.Stream ? 0 : Hash(stream, version) - Hash(stream, 0);

    private ulong Hash(Guid stream, long version)
    {
        Span<byte> bytes = stackalloc byte[16];
        stream.TryWriteBytes(bytes);
        var first = Fold(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ keys[0], BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ keys[1]);
        var second = Fold(first ^ keys[2], (ulong)version * 0x9E3779B97F4A7C15 ^ keys[3]);
        return Fold(second ^ keys[0], BitOperations.RotateLeft(first, 31) ^ keys[1]);
    }

    private static ulong Fold(ulong one, ulong other)
    {
        var high = Math.BigMul(one, other, out var low);
        return high ^ low;
    }
}
