// Ways along references, by local reference or canonical URL: chains, reverse chains, includes.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Conditions on what a resource refers to and on what refers to it.</content>
internal sealed partial class SearchCompiler
{
    /// <summary>The keys that the resource of a key refers to by a parameter; they may be of resources that are not there.</summary>
    /// <param name="parameter">The number of the parameter, or null for all.</param>
    /// <param name="key">The key.</param>
    public Sql Targets(long? parameter, Sql key)
    {
        var (f, u) = (NextAlias(), NextAlias());
        var direct = Sql.Of(
            $"SELECT {f}.target AS key FROM reference {f} INDEXED BY reference_key WHERE {f}.key={key} AND {Is(f, parameter)}");
        return !HasCanonicals(parameter)
            ? direct
            : Sql.Of(
                $"""
                {direct} UNION ALL SELECT {u}.key AS key FROM link {f} INDEXED BY link_key CROSS JOIN link {u}
                WHERE {f}.key={key} AND {Is(f, parameter)} AND {u}.uri={f}.uri AND {u}.parameter IN ({UrlParameters}) AND {IsOwnResource(Sql.Of($"{u}.key"))}
                """);
    }

    /// <summary>The keys of resources that refer by a parameter to the resource of a key.</summary>
    public Sql Referrers(SearchParameter parameter, Sql key) =>
        Referrers(Sql.Of($"={Number(parameter)}"), key, HasCanonicals(Number(parameter)));

    /// <summary>The keys of resources of a type that refer by any parameter to the resource of a key.</summary>
    public Sql Referrers(string type, Sql key) =>

        // A slash follows the full stop in ASCII, so this is every parameter of the type.
        Referrers(
            Sql.Of($" IN (SELECT key FROM parameter WHERE parent=0 AND name >= {type + "."} AND name < {type + "/"})"),
            key,
            canonicals: true);

    private Sql Referrers(Sql parameters, Sql key, bool canonicals)
    {
        var (f, u) = (NextAlias(), NextAlias());
        var direct = Sql.Of($"SELECT {f}.key AS key FROM reference {f} WHERE {f}.parameter{parameters} AND {f}.target={key}");
        return !canonicals
            ? direct
            : Sql.Of(
                $"""
                {direct} UNION ALL SELECT {f}.key AS key FROM link {u} INDEXED BY link_key CROSS JOIN link {f}
                WHERE {u}.key={key} AND {u}.parameter IN ({UrlParameters}) AND {f}.parameter{parameters} AND {f}.uri={u}.uri AND {IsOwnResource(key)}
                """);
    }

    // The url of a conformance resource is what canonical references name.
    private static Sql UrlParameters => Sql.Raw("SELECT key FROM parameter WHERE parent=0 AND name LIKE '%.url'");

    private static Sql Is(Sql row, long? parameter) =>
        parameter is { } number ? Sql.Of($"{row}.parameter={number}") : Sql.Of($"{row}.parameter <> {IndexRows.UnsearchedReference}");

    // Few parameters ever hold canonical URLs; the others need not be asked.
    private bool HasCanonicals(long? parameter) => parameter is not { } number
        || connection.Scalar(Sql.Of($"SELECT EXISTS(SELECT 1 FROM link WHERE parameter={number})")) == 1;

    private Sql OfTypes(IReadOnlyList<string> types, Sql key) => types.Count == 0 ? Sql.True : InTypes(WithContained(types), key);

    private Sql Test(SearchExpression.Chain chain, Sql key)
    {
        var alias = NextAlias();
        var target = Sql.Of($"{alias}.key");
        var holds = chain.OrMissing
            ? Sql.Of($"(NOT {IsCurrent(target)} OR {Test(chain.Inner, target)})")
            : Sql.Of($"{IsCurrent(target)} AND {Test(chain.Inner, target)}");
        return Sql.Of($"EXISTS(SELECT 1 FROM ({Targets(Number(chain.Reference), key)}) {alias} WHERE {OfTypes(chain.TargetTypes, target)} AND {holds})");
    }

    private KeySource? Source(SearchExpression.Chain chain)
    {
        if (chain.OrMissing || Source(chain.Inner) is not { } inner)
            return null;
        var alias = NextAlias();
        var key = Sql.Of($"{alias}.key");
        var number = Number(chain.Reference);
        var found = Sql.Of($"(SELECT DISTINCT key FROM ({inner.Select})) {alias}");

        // The plus keeps SQLite from seeking the range of the type where it can seek the key itself.
        var ofTypes = OfTypes(chain.TargetTypes, Sql.Of($"+{key}"));
        var f = NextAlias();
        var direct = Sql.Of(
            $"""
            SELECT {f}.key AS key FROM {found} CROSS JOIN reference {f}
            WHERE {f}.parameter={number} AND {f}.target={key} AND {ofTypes}
            """);
        if (!HasCanonicals(number))
            return new KeySource(direct, Ordered: false);

        var u = NextAlias();
        var canonical = Sql.Of(
            $"""
            SELECT {f}.key AS key FROM {found} CROSS JOIN link {u} INDEXED BY link_key CROSS JOIN link {f}
            WHERE {u}.key={key} AND {u}.parameter IN ({UrlParameters}) AND {f}.parameter={number} AND {f}.uri={u}.uri AND {ofTypes} AND {IsOwnResource(key)}
            """);
        return new KeySource(Sql.Of($"{direct} UNION ALL {canonical}"), Ordered: false);
    }

    // Rows of contained resources lie under the same parameters, but only resources of their own refer to others here.
    private Sql OwnOfType(SearchParameter reference, Sql key) => InTypes([reference.ResourceType], key);

    private Sql Test(SearchExpression.ReverseChain chain, Sql key)
    {
        var alias = NextAlias();
        var referrer = Sql.Of($"{alias}.key");
        return Sql.Of(
            $"EXISTS(SELECT 1 FROM ({Referrers(chain.Reference, key)}) {alias} WHERE {OwnOfType(chain.Reference, referrer)} AND {Test(chain.Inner, referrer)})");
    }

    private KeySource? Source(SearchExpression.ReverseChain chain)
    {
        if (Source(chain.Inner) is not { } inner)
            return null;
        var (sources, alias) = (NextAlias(), NextAlias());
        var number = Number(chain.Reference);
        var found = Sql.Of($"(SELECT DISTINCT key FROM ({inner.Select}) WHERE {OwnOfType(chain.Reference, Sql.Raw("key"))}) {sources}");
        var direct = Sql.Of(
            $"""
            SELECT {alias}.target AS key FROM {found} CROSS JOIN reference {alias} INDEXED BY reference_key
            WHERE {alias}.key={sources}.key AND {alias}.parameter={number} AND {IsCurrent(Sql.Of($"{alias}.target"))}
            """);
        if (!HasCanonicals(number))
            return new KeySource(direct, Ordered: false);

        var u = NextAlias();
        return new KeySource(
            Sql.Of(
                $"""
                {direct} UNION ALL SELECT {u}.key AS key FROM {found} CROSS JOIN link {alias} INDEXED BY link_key CROSS JOIN link {u}
                WHERE {alias}.key={sources}.key AND {alias}.parameter={number} AND {u}.uri={alias}.uri AND {u}.parameter IN ({UrlParameters}) AND {IsOwnResource(Sql.Of($"{u}.key"))}
                """),
            Ordered: false);
    }
}
