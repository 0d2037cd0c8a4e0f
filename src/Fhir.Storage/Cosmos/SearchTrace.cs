// What a search does, noted while it runs, if it is to be explained.

using System.Diagnostics;
using System.Globalization;

namespace FhirHub.Storage.Cosmos;

/// <summary>The notes of one search.</summary>
internal sealed class SearchTrace
{
    private const int LongestText = 8_000;

    private readonly Lock _lock = new();
    private readonly List<Step> _steps = [];

    /// <summary>Ends the step under way and begins another.</summary>
    public void Begin(string step)
    {
        lock (_lock)
            _steps.Add(new Step(step, Stopwatch.GetTimestamp()));
    }

    /// <summary>Adds a sentence to the step under way.</summary>
    public void Note(string text)
    {
        lock (_lock)
            Current.Notes.Add(text);
    }

    /// <summary>Notes that a query begins.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="values">Its values.</param>
    /// <param name="partitions">The partitions that it asks; null for all.</param>
    public Query Run(string text, IReadOnlyList<(string Name, object Value)> values, IReadOnlyCollection<string>? partitions)
    {
        var query = new Query(text, values, partitions);
        lock (_lock)
            Current.Queries.Add(query);
        return query;
    }

    /// <summary>The steps.</summary>
    /// <param name="withStatements">
    /// False for those who may not see everything: queries, counts and costs tell of resources that are not theirs.
    /// </param>
    public IReadOnlyList<ExplainStep> Steps(bool withStatements)
    {
        var now = Stopwatch.GetTimestamp();
        return [.. _steps.Select((step, i) => new ExplainStep(step.Name, Stopwatch.GetElapsedTime(step.Start, i + 1 < _steps.Count ? _steps[i + 1].Start : now))
        {
            Notes = withStatements ? step.Notes : ["What the store did is told to those only who may see every resource."],
            Statements = withStatements ? [.. step.Queries.Select(static query => query.Describe())] : [],
        })];
    }

    private Step Current
    {
        get
        {
            if (_steps.Count == 0)
                _steps.Add(new Step("plan", Stopwatch.GetTimestamp()));
            return _steps[^1];
        }
    }

    private sealed record Step(string Name, long Start)
    {
        public List<string> Notes { get; } = [];

        public List<Query> Queries { get; } = [];
    }

    /// <summary>A query that runs.</summary>
    public sealed class Query(string text, IReadOnlyList<(string Name, object Value)> values, IReadOnlyCollection<string>? partitions)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private TimeSpan? _time;
        private long _rows;

        /// <summary>Notes that it gave a document.</summary>
        public void Give() => _rows++;

        /// <summary>Notes that it has ended.</summary>
        public void End() => _time = Stopwatch.GetElapsedTime(_start);

        /// <summary>What is told of it.</summary>
        public ExplainStatement Describe() => new(Shortened(text), 1, _time ?? Stopwatch.GetElapsedTime(_start), _rows)
        {
            Values = [.. values.Select(static value => Shortened($"{value.Name} = {(value.Value is string text ? $"'{text}'" : Convert.ToString(value.Value, CultureInfo.InvariantCulture))}"))],
            Counters = partitions is null ? [] : [KeyValuePair.Create("partitions", (long)partitions.Count)],
            Plan = [partitions is null ? "all partitions" : $"partitions {string.Join(", ", partitions)}"],
        };

        private static string Shortened(string text) => text.Length <= LongestText ? text : $"{text[..LongestText]} … ({text.Length} characters)";
    }
}
