// What a search does, noted while it runs: steps, statements, and what SQLite counts of them. A connection has one only while a
// search is to be explained.

using System.Diagnostics;
using System.Globalization;
using FhirHub.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace FhirHub.Storage.Sqlite;

/// <summary>The notes of one search.</summary>
internal sealed class SearchTrace : StatementTrace
{
    private const int LongestText = 8_000;

    private static readonly (int Code, string Name)[] s_counters =
    [
        (SQLITE_STMTSTATUS_VM_STEP, "VM steps"),
        (SQLITE_STMTSTATUS_FULLSCAN_STEP, "full scan steps"),
        (SQLITE_STMTSTATUS_SORT, "sorts"),
        (SQLITE_STMTSTATUS_AUTOINDEX, "rows put into automatic indexes"),
    ];

    private readonly List<Step> _steps = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Ends the step under way and begins another.</summary>
    public void Begin(string step)
    {
        End();
        _steps.Add(new Step(step, Stopwatch.GetTimestamp()));
    }

    /// <summary>Ends the step under way.</summary>
    public void End()
    {
        if (_steps is [.., { Time: null } last])
            last.Time = Stopwatch.GetElapsedTime(last.Start);
    }

    /// <summary>Adds a sentence to the step under way.</summary>
    public void Note(string text) => Current.Notes.Add(text);

    /// <summary>Notes the values with which a statement runs.</summary>
    public override void Bound(Sql sql) => _values.TryAdd(sql.Text, [.. sql.Arguments.Select(static argument => Shortened(argument switch
    {
        string text => $"'{text}'",
        CompactText text => $"'{text.Value}'",
        LogicalId id => $"'{id.Value}'",
        ChangedKeys keys => keys.Json,
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "",
    }))]);

    /// <summary>Notes that a statement was asked for its next row.</summary>
    public override void Stepped(sqlite3_stmt handle, long start, bool gaveRow)
    {
        var run = Current.Of(handle);
        run.Time += Stopwatch.GetElapsedTime(start);
        run.Rows += gaveRow ? 1 : 0;
    }

    /// <summary>Notes that a statement has ended; its counters begin anew.</summary>
    public override void Ended(sqlite3_stmt handle)
    {
        var run = Current.Of(handle);
        run.Runs++;
        for (var i = 0; i < s_counters.Length; i++)
            run.Counters[i] += sqlite3_stmt_status(handle, s_counters[i].Code, 1);
    }

    /// <summary>The steps, with each statement's plan.</summary>
    /// <param name="connection">The connection, which must not be traced any more.</param>
    /// <param name="withStatements">
    /// False for those who may not see everything: statements, counts and costs tell of resources that are not theirs.
    /// </param>
    public IReadOnlyList<ExplainStep> Steps(Connection connection, bool withStatements)
    {
        End();
        return _steps.ConvertAll(step => new ExplainStep(step.Name, step.Time!.Value)
        {
            Notes = withStatements ? step.Notes : ["What the store did is told to those only who may see every resource."],
            Statements = withStatements ? [.. step.Runs.Select(run => run.Describe(connection, _values.GetValueOrDefault(run.Sql) ?? []))] : [],
        });
    }

    private static string Shortened(string text) =>
        text.Length <= LongestText ? text : $"{text[..LongestText]} … ({text.Length} characters)";

    private Step Current
    {
        get
        {
            if (_steps.Count == 0)
                Begin("prepare");
            return _steps[^1];
        }
    }

    private sealed class Step(string name, long start)
    {
        public string Name { get; } = name;

        public long Start { get; } = start;

        public TimeSpan? Time { get; set; }

        public List<string> Notes { get; } = [];

        public List<Run> Runs { get; } = [];

        public Run Of(sqlite3_stmt handle)
        {
            var sql = sqlite3_sql(handle).utf8_to_string();
            var run = Runs.Find(run => run.Sql == sql);
            if (run is null)
                Runs.Add(run = new Run(sql));
            return run;
        }
    }

    private sealed class Run(string sql)
    {
        public string Sql { get; } = sql;

        public long Runs { get; set; }

        public TimeSpan Time { get; set; }

        public long Rows { get; set; }

        public long[] Counters { get; } = new long[s_counters.Length];

        public ExplainStatement Describe(Connection connection, IReadOnlyList<string> values) => new(Shortened(Sql), Runs, Time, Rows)
        {
            Values = values,
            Counters = [.. s_counters.Zip(Counters, static (counter, value) => KeyValuePair.Create(counter.Name, value)).Where(static counter => counter.Value > 0)],
            Plan = PlanOf(connection),
        };

        // Each line has the number of the line that it is part of.
        private List<string> PlanOf(Connection connection)
        {
            var depths = new Dictionary<long, int> { [0] = -1 };
            var lines = new List<string>();
            using var rows = connection.Prepare("EXPLAIN QUERY PLAN " + Sql).Query();
            while (rows.Step())
            {
                var depth = depths.GetValueOrDefault(rows.Int64(1), -1) + 1;
                depths[rows.Int64(0)] = depth;
                lines.Add(new string(' ', depth * 2) + rows.Text(3));
            }

            return lines;
        }
    }
}
