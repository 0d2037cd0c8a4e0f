// _include and _revinclude: along the reference table from the page's matches, and on from there where :iterate asks for it.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Included resources (R4 search.html#include).</content>
internal sealed partial class SearchRun
{
    private (List<StoredVersion> Included, bool Cut) Included(IReadOnlyList<Include> includes, IReadOnlyList<long> matches)
    {
        connection.Trace?.Begin("include");
        var seen = new HashSet<long>(matches);
        var found = new List<long>();
        var added = Follow(includes, matches, seen, found);
        var iterated = includes.Where(static include => include.Iterate).ToList();
        while (added.Count > 0 && iterated.Count > 0 && found.Count <= options.IncludeLimit)
            added = Follow(iterated, added, seen, found);

        var cut = found.Count > options.IncludeLimit;
        if (cut)
            found.RemoveRange(options.IncludeLimit, found.Count - options.IncludeLimit);
        return (found.ConvertAll(_versions.GetCurrent), cut);
    }

    private List<long> Follow(IReadOnlyList<Include> includes, IReadOnlyList<long> from, HashSet<long> seen, List<long> found)
    {
        var added = new List<long>();
        var all = WithContained(from);
        foreach (var include in includes)
        {
            foreach (var key in all)
            {
                // One more than the limit tells that there was more.
                if (found.Count > options.IncludeLimit)
                    return added;
                using var rows = connection.Prepare(include.Reverse ? Referrers(include, key) : Targets(include, key)).Query();
                while (rows.Step() && found.Count <= options.IncludeLimit)
                {
                    var candidate = rows.Int64(0);
                    if (_versions.IsContained(candidate) || !seen.Add(candidate))
                        continue;
                    if (!IsGranted(candidate, _versions.TypeOf(candidate), AccessLetter.Search))
                        continue;
                    found.Add(candidate);
                    added.Add(candidate);
                }
            }
        }

        return added;
    }

    private Sql Targets(Include include, long key)
    {
        long? parameter = include.Parameter is null ? null : dictionaries.FindParameter(include.Parameter);
        var source = Sql.Of($"{key}");
        return Sql.Of(
            $"""
            SELECT DISTINCT f.key FROM ({_compiler.Targets(parameter, source)}) f
            WHERE {_compiler.InTypes(_compiler.WithContained([include.SourceType]), source)} AND {OfType(include.TargetType, Sql.Raw("f.key"))} AND {SearchCompiler.IsCurrent(Sql.Raw("f.key"))}
            """);
    }

    private Sql Referrers(Include include, long key)
    {
        var target = Sql.Of($"{key}");
        var referrers = include.Parameter is null ? _compiler.Referrers(include.SourceType, target) : _compiler.Referrers(include.Parameter, target);
        return Sql.Of($"SELECT DISTINCT f.key FROM ({referrers}) f WHERE {OfType(include.TargetType, target)}");
    }

    private Sql OfType(string? type, Sql key) => type is null ? Sql.True : _compiler.InTypes([type], key);
}
