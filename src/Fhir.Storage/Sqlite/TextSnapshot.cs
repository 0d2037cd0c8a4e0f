// The full-text index as one read transaction sees it. The index is in a file of its own, which may be ahead of the transaction: what
// was changed in between is read from the versions that the transaction sees.

using System.Text.Json;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Keys that the full-text index can't tell of. They are no part of what identifies a query, so they show no value.</summary>
internal sealed record ChangedKeys(string Json) : SqlValue
{
    /// <inheritdoc/>
    public override void Bind(Statement statement, int index) => statement.Bind(index, Json);

    public override string ToString() => "";
}

/// <summary>The index attached to a reading connection.</summary>
internal sealed class TextSnapshot
{
    private readonly Connection _connection;
    private readonly VersionReader _versions;
    private readonly TextIndex _index;
    private readonly SqliteStoreOptions _options;
    private readonly Dictionary<long, ResourceText?> _changed = [];
    private IReadOnlyDictionary<long, ResourceText?>? _then;
    private bool _isFixed;

    public TextSnapshot(Connection connection, VersionReader versions, TextIndex index, SqliteStoreOptions options)
    {
        _connection = connection;
        _versions = versions;
        _index = index;
        _options = options;
        connection.Prepare(Sql.Of($"ATTACH {index.Path} AS {Sql.Raw(TextLayout.Schema)}")).Run();
    }

    /// <summary>From now on these resources have the texts of an earlier state of the store, or none; null to end that.</summary>
    public void Show(IReadOnlyDictionary<long, ResourceText?>? then)
    {
        Fix();
        _then = then;
    }

    /// <summary>Keys changed since the state of the store that is shown.</summary>
    public ChangedKeys Changed()
    {
        Fix();
        return new ChangedKeys(JsonSerializer.Serialize(Texts.Select(static text => text.Key)));
    }

    /// <summary>Those of <see cref="Changed"/> that satisfy a condition in that state.</summary>
    public ChangedKeys ChangedThatSatisfy(SearchExpression.Text condition)
    {
        Fix();
        return new ChangedKeys(JsonSerializer.Serialize(
            Texts.Where(changed => changed.Value?.Satisfies(condition.Part, condition.Query) == true).Select(static changed => changed.Key)));
    }

    /// <summary>The same keys, for those who ask one by one.</summary>
    public IReadOnlySet<long> ChangedSinceStart()
    {
        Fix();
        return _changed.Keys.ToHashSet();
    }

    /// <summary>True if nothing was changed.</summary>
    public bool IsExact
    {
        get
        {
            Fix();
            return _changed.Count == 0;
        }
    }

    /// <summary>Forgets what belongs to the transaction.</summary>
    public void End()
    {
        _changed.Clear();
        _then = null;
        _isFixed = false;
    }

    /// <summary>
    /// Fixes the state of the index that the transaction sees. The first read of the file does that, so the index must have caught up
    /// before it.
    /// </summary>
    public void Fix()
    {
        if (_isFixed)
            return;
        var last = _connection.Scalar(Sql.Raw("SELECT max(seq) FROM version")) ?? 0;
        _index.ReachAsync(last, _options.SearchTimeout, CancellationToken.None).GetAwaiter().GetResult();
        var position = _connection.Scalar(Sql.Of($"SELECT seq FROM {Sql.Raw(TextLayout.Schema)}.state")) ?? 0;
        if (position < last || position - last > TextBatch.ChangesKept)
            throw new SearchNotReadyException("More was changed while the search waited than the full-text index keeps account of; ask again.");
        if (position > last)
            ReadChanged(last);
        _isFixed = true;
    }

    private IEnumerable<KeyValuePair<long, ResourceText?>> Texts =>
        _then is null ? _changed : _changed.Where(changed => !_then.ContainsKey(changed.Key)).Concat(_then);

    private void ReadChanged(long last)
    {
        using var rows = _connection.Prepare(Sql.Of($"SELECT DISTINCT key FROM {Sql.Raw(TextLayout.Schema)}.recent WHERE seq > {last}")).Query();
        while (rows.Step())
        {
            var key = rows.Int64(0);
            if (_connection.Scalar(Sql.Of($"SELECT {SearchCompiler.IsCurrent(Sql.Of($"{key}"))}")) != 1)
            {
                _changed[key] = null;
                continue;
            }

            var version = _versions.GetCurrent(key);
            _changed[key] = _options.Text!(version.Body.ToArray(version));
        }
    }
}
