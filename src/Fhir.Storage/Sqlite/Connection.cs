// A connection of the resource store: what it knows beyond any SQLite connection.

using System.Text.RegularExpressions;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>A connection to the resource store; used by one thread at a time.</summary>
internal sealed class Connection : FhirHub.Sqlite.Connection
{
    private static readonly Regex s_indexNames = new(" (NOT INDEXED|INDEXED BY [a-z_]+)", RegexOptions.NonBacktracking);

    public Connection(string path, bool readOnly, int cacheMegabytes, int mappedMegabytes = 0)
        : base(path, readOnly, cacheMegabytes, mappedMegabytes) =>
        AddFunction("metres", 4, static places => Near.Distance(places[0], places[1], places[2], places[3]));

    /// <summary>Notes what a search does, while one is to be explained.</summary>
    public SearchTrace? Trace
    {
        get => (SearchTrace?)Observer;
        set => Observer = value;
    }

    /// <summary>The full-text index, where it is attached to the connection.</summary>
    public TextSnapshot? Text { get; set; }

    /// <summary>True while tables are hidden by views, for which there are no indexes to name.</summary>
    public bool IgnoresIndexNames { get; set; }

    /// <inheritdoc/>
    public override Statement Prepare(string sql) => base.Prepare(IgnoresIndexNames ? s_indexNames.Replace(sql, "") : sql);

    /// <inheritdoc/>
    protected override Exception Broken(int code, string message) => new StoreException(message) { Code = code };

    /// <inheritdoc/>
    protected override Exception TimeIsOver() =>
        new SearchTimeoutException("The search took longer than the server allows; make it narrower or ask for fewer totals and includes.");
}
