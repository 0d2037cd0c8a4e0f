// How anything in the reading or running of a query is refused.

namespace FhirHub.Server.GraphQL;

/// <summary>What is wrong with a query; it becomes an entry of <c>errors</c>.</summary>
internal sealed class GraphQLException(string code, string message, int position = -1) : Exception(message)
{
    /// <summary>A code of R4 valueset-issue-type.html.</summary>
    public string Code { get; } = code;

    /// <summary>Where in the query, from 0; below 0 if that is of no help.</summary>
    public int Position { get; } = position;

    /// <summary>True if the rest of the query must not run either, since a limit was hit.</summary>
    public bool EndsExecution { get; private init; }

    /// <summary>A reason to give up the whole query.</summary>
    public static GraphQLException Fatal(string code, string message, int position = -1) => new(code, message, position) { EndsExecution = true };
}
