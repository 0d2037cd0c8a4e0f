// The different values of a parameter: the index is read from value to value, so its rows may be many as long as the values are few.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Values in use.</content>
internal sealed partial class SearchRun
{
    /// <summary>The different tokens or URIs of a parameter, in resources that the scope grants.</summary>
    public List<IndexedValue> Values(SearchParameter parameter, int limit)
    {
        var number = dictionaries.FindParameter(parameter);
        var found = new List<IndexedValue>();
        var column = Sql.Raw(parameter.Type == SearchParameterType.Token ? "code" : "uri");
        var table = Sql.Raw(parameter.Type == SearchParameterType.Token ? "token" : "link");
        var values = new List<object>();
        using (var rows = connection.Prepare(Sql.Of(
            $"""
            WITH RECURSIVE each(value) AS (
                SELECT min({column}) FROM {table} WHERE parameter={number}
                UNION ALL
                SELECT (SELECT min({column}) FROM {table} WHERE parameter={number} AND {column} > each.value) FROM each WHERE each.value IS NOT NULL)
            SELECT value FROM each WHERE value IS NOT NULL LIMIT {(scope.IsUnfiltered(parameter.ResourceType, AccessLetter.Search) ? limit : -1L)}
            """)).Query())
        {
            while (rows.Step())
                values.Add(rows.Any(0)!);
        }

        // Values that the scope does not grant must not crowd out those that it does.
        foreach (var value in values)
        {
            if (found.Count >= limit)
                break;
            if (parameter.Type == SearchParameterType.Token)
                AddTokens(parameter, number, value, found);
            else if (IsGranted(Sql.Of($"SELECT key FROM link WHERE parameter={number} AND uri={(long)value}"), parameter.ResourceType))
                found.Add(new IndexedValue(null, UriText((long)value)));
        }

        return found;
    }

    private void AddTokens(SearchParameter parameter, long number, object code, List<IndexedValue> found)
    {
        var argument = Argument(code);
        var systems = new List<(long System, string Code)>();
        using (var rows = connection.Prepare(Sql.Of($"SELECT DISTINCT system, code FROM token WHERE parameter={number} AND code={argument}")).Query())
        {
            while (rows.Step())
                systems.Add((rows.Int64(0), rows.Compact(1)));
        }

        foreach (var (system, text) in systems)
        {
            // An empty code stands for a text alone.
            if (text.Length > 0
                && IsGranted(Sql.Of($"SELECT key FROM token WHERE parameter={number} AND code={argument} AND system={system}"), parameter.ResourceType))
            {
                found.Add(new IndexedValue(system == 0 ? null : UriText(system), text));
            }
        }
    }

    // Whether there is one is enough to know.
    private bool IsGranted(Sql keys, string type)
    {
        if (scope.IsUnfiltered(type, AccessLetter.Search))
            return true;
        var filter = _scoped.Granted([type], AccessLetter.Search);
        return filter is not SearchExpression.None
            && connection.Scalar(Sql.Of($"SELECT EXISTS(SELECT 1 FROM ({keys}) s WHERE {_compiler.Test(filter, s_key)})")) == 1;
    }

    private string UriText(long key)
    {
        using var rows = connection.Prepare(Sql.Of($"SELECT text FROM uri WHERE key={key}")).Query();
        return rows.Step() ? rows.Text(0) : throw new StoreException("A value is of no known URI; the database is damaged.");
    }

    private static Sql Argument(object value) => new("?", [value]);
}
