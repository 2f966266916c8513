namespace Hazards.Projections.Store;

/// <summary>
/// The append can never be written as it is: the database refuses its data or its rows (not JSON, a <c>\u0000</c> in a
/// text, a type name over 500 characters, a row that breaks a constraint), or it is too large. Nothing was written;
/// sending it again gives the same.
/// </summary>
public sealed class AppendRejectedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public AppendRejectedException() { }

    /// <summary>Creates the exception.</summary>
    public AppendRejectedException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    public AppendRejectedException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>PostgreSQL's code for what was wrong, where it was PostgreSQL that refused.</summary>
    public string? SqlState => (InnerException as Npgsql.PostgresException)?.SqlState;
}
