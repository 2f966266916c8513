using Hazards.Domain;

namespace Hazards.Projections;

/// <summary>A cursor that this query did not give: damaged, made up, or from another query.</summary>
public sealed class BadCursorException : Exception
{
    /// <summary>The stable code (400), for the API to answer with.</summary>
    public static RefusalCode Code { get; } = new(
        "cursor.invalid", RefusalKind.Invalid,
        "游标无效，或来自另一个查询；请去掉 cursor 从第一页开始",
        "The cursor is not valid, or comes from another query; leave it out to begin with the first page");

    /// <summary>Creates the exception.</summary>
    public BadCursorException() : this("The cursor is not valid, or comes from another query.") { }

    /// <summary>Creates the exception.</summary>
    public BadCursorException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    public BadCursorException(string message, Exception innerException) : base(message, innerException) { }
}
