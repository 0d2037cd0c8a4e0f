// Contained resources: chains reach them through their containers, and _contained finds them or what they lie in.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Conditions on contained resources (R4 search.html#contained).</content>
internal sealed partial class SearchCompiler
{
    private HashSet<string>? _contained;

    /// <summary>The names of types with those under which resources of them are contained, where there are any.</summary>
    public IReadOnlyList<string> WithContained(IReadOnlyList<string> types)
    {
        _contained ??= ContainedTypes();
        return _contained.Count == 0 ? types : [.. types, .. Contained(types).Where(_contained.Contains)];
    }

    private HashSet<string> ContainedTypes()
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        using var rows = connection.Prepare("SELECT name FROM type WHERE name >= '#' AND name < '$'").Query();
        while (rows.Step())
            types.Add(rows.Text(0));
        return types;
    }

    /// <summary>The names under which resources of these types are contained.</summary>
    public static IReadOnlyList<string> Contained(IReadOnlyList<string> types) => [.. types.Select(static type => Layout.ContainedMark + type)];

    // A canonical URL names a resource that stands for itself, never a contained one.
    private static Sql IsOwnResource(Sql key) => Sql.Of($"NOT EXISTS(SELECT 1 FROM contained WHERE key={key})");

    private Sql Test(SearchExpression.Contains contains, Sql key)
    {
        var alias = NextAlias();
        var contained = Sql.Of($"{alias}.key");
        return Sql.Of(
            $"""
            EXISTS(SELECT 1 FROM contained {alias} INDEXED BY contained_container
            WHERE {alias}.container={key} AND {InTypes(Contained(contains.Types), contained)} AND {Test(contains.Inner, contained)})
            """);
    }

    private KeySource Source(SearchExpression.Contains contains)
    {
        var alias = NextAlias();
        var key = Sql.Of($"{alias}.key");
        var types = Contained(contains.Types);
        if (Source(contains.Inner) is not { } inner)
        {
            return new KeySource(
                Sql.Of($"SELECT {alias}.container AS key FROM contained {alias} WHERE {InTypes(types, key)} AND {Test(contains.Inner, key)}"),
                Ordered: false);
        }

        var found = NextAlias();
        return new KeySource(
            Sql.Of(
                $"""
                SELECT {alias}.container AS key FROM ({inner.Select}) {found} CROSS JOIN contained {alias}
                WHERE {alias}.key={found}.key AND {InTypes(types, Sql.Of($"+{key}"))}
                """),
            Ordered: false);
    }

    private Sql Test(SearchExpression.ContainedIn contained, Sql key)
    {
        var alias = NextAlias();
        return Sql.Of($"EXISTS(SELECT 1 FROM contained {alias} WHERE {alias}.key={key} AND {Test(contained.Inner, Sql.Of($"{alias}.container"))})");
    }
}
