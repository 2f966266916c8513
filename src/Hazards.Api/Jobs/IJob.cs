namespace Hazards.Api.Jobs;

/// <summary>
/// Work that a message asks for, outside of any request. It may be begun more than once (a node dies, an answer is lost), so
/// that it must find out itself what is done already. What it throws decides whether it is tried again: <see cref="Messaging"/>.
/// </summary>
/// <remarks>Public, as the messages and their handlers are: the code that Wolverine generates in advance is.</remarks>
/// <typeparam name="TMessage">What asks for it.</typeparam>
public interface IJob<in TMessage>
{
    /// <summary>Does it, or goes on with it.</summary>
    Task RunAsync(TMessage message, CancellationToken cancellationToken);
}

/// <summary>It cannot be done now, for a reason that is nobody's fault: it is tried again for as long as it takes.</summary>
internal class NotNowException(string message) : Exception(message);
