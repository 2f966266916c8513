using Marten;

namespace Hazards.Projections.Store;

/// <summary>Keeps messages in the session that writes the events they follow from.</summary>
public interface IOutbox
{
    /// <summary>Queues messages into a session that is about to be saved.</summary>
    /// <returns>What sends them, to be called once the session's transaction is committed.</returns>
    Task<Func<Task>> EnlistAsync(IDocumentSession session, IReadOnlyList<object> messages);

    /// <summary>Keeps and sends messages by themselves: their events turned out to be committed though nobody was told.</summary>
    Task SendAsync(IReadOnlyList<object> messages);
}
