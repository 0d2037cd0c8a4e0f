// How a search was answered: what a store tells of it if it is asked (_explain).

namespace FhirHub.Storage;

/// <summary>A step of a search.</summary>
/// <param name="Name">What was done: <c>plan</c>, <c>find keys</c>, <c>fetch</c>, <c>include</c>, <c>count</c>.</param>
/// <param name="Time">How long it took.</param>
public sealed record ExplainStep(string Name, TimeSpan Time)
{
    /// <summary>What was found and decided, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The statements that the step ran.</summary>
    public IReadOnlyList<ExplainStatement> Statements { get; init; } = [];
}

/// <summary>A statement that a step ran, once or for each of several resources.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Runs">How often it ran.</param>
/// <param name="Time">The time of all runs.</param>
/// <param name="Rows">Rows that all runs gave.</param>
public sealed record ExplainStatement(string Text, long Runs, TimeSpan Time, long Rows)
{
    /// <summary>The values of its first run, in the order in which the statement takes them.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What the runs cost, by what the database counts.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counters { get; init; } = [];

    /// <summary>The database's plan, indented as it nests.</summary>
    public IReadOnlyList<string> Plan { get; init; } = [];
}
