// The numbers of types, parameters, URIs, units and displays. What is once numbered keeps its number, so caches never go stale;
// only the writer adds, and forgets its cache when a transaction is rolled back.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <summary>Dictionary lookups over one connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="mayAdd">True on the writer. Elsewhere, what has no number is <see cref="Unknown"/>.</param>
internal sealed class Dictionaries(Connection connection, bool mayAdd = false)
{
    /// <summary>The number of what has none; no row can have it.</summary>
    public const long Unknown = -1;

    /// <summary><c>parameter.system</c> of a parameter's number; a retired number has one below zero.</summary>
    public const long Current = 0;

    /// <summary><c>parameter.system</c> of the number that takes the current one's place when a reindex ends.</summary>
    public const long Next = 1;

    /// <summary>Numbers of parameters are below it, since <c>shape.present</c> has room for so many; those derived from them follow.</summary>
    public const long FirstDerived = 1 << 21;

    private const int CacheLimit = 100_000;

    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _typeNames = [];
    private readonly Dictionary<SearchParameter, long> _parameters = [];
    private readonly Dictionary<(long Parent, object Name, object System), long> _derived = [];
    private readonly Dictionary<string, long> _uris = new(StringComparer.Ordinal);
    private readonly Dictionary<(string System, string Code, string Unit, string Canonical), long> _units = [];
    private readonly Dictionary<string, long> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Parameter, string Folded, string Code), long> _displays = [];

    /// <summary>How often parameters had got other numbers when these were looked up.</summary>
    public int Numbering { get; set; }

    /// <summary>Forgets everything, because a rollback may have taken numbers back.</summary>
    public void Clear()
    {
        _types.Clear();
        _typeNames.Clear();
        _parameters.Clear();
        _derived.Clear();
        _uris.Clear();
        _units.Clear();
        _shapes.Clear();
        _displays.Clear();
    }

    /// <summary>A type's number, or 0 if there is no resource of it.</summary>
    public long FindType(string name)
    {
        if (_types.TryGetValue(name, out var key))
            return key;
        key = connection.Scalar(Sql.Of($"SELECT key FROM type WHERE name={name}")) ?? 0;
        if (key != 0)
            _types[name] = key;
        return key;
    }

    /// <summary>A type's number; it gets one.</summary>
    public long AddType(string name)
    {
        if (FindType(name) is var key && key != 0)
            return key;
        connection.Prepare(Sql.Of($"INSERT INTO type(name, next, current, versions) VALUES({name}, 1, 0, 0)")).Run();
        return FindType(name);
    }

    /// <summary>The type that a number stands for.</summary>
    public string TypeName(long key)
    {
        if (_typeNames.TryGetValue(key, out var name))
            return name;
        using var rows = connection.Prepare(Sql.Of($"SELECT name FROM type WHERE key={key}")).Query();
        name = rows.Step() ? rows.Text(0) : throw new StoreException("A key is of no known type; the database is damaged.");
        _typeNames[key] = name;
        return name;
    }

    /// <summary>A parameter's number, or -1 if nothing was ever indexed for it.</summary>
    public long FindParameter(SearchParameter parameter)
    {
        if (_parameters.TryGetValue(parameter, out var key))
            return key;
        key = FindDerived(0, parameter.IndexKey, Current);
        if (key > 0 && _parameters.Count < CacheLimit)
            _parameters[parameter] = key;
        return key;
    }

    /// <summary>A parameter's number; it gets one.</summary>
    public long AddParameter(SearchParameter parameter)
    {
        if (_parameters.TryGetValue(parameter, out var key))
            return key;
        key = AddDerived(0, parameter.IndexKey, Current);
        if (key > 0)
            Keep(_parameters, parameter, key);
        return key;
    }

    /// <summary>Which parameters have a reindex under way; set on the writer only.</summary>
    public Func<SearchParameter, bool>? IsReindexed { get; set; }

    /// <summary>The number that a parameter will have when the reindex under way ends, or null if it keeps its own.</summary>
    public long? AddNext(SearchParameter parameter) =>
        IsReindexed is { } isReindexed && isReindexed(parameter) ? AddDerived(0, parameter.IndexKey, Next) : null;

    /// <summary>
    /// The number of a parameter that is derived from another: a composite's with its first components' values, or one with a
    /// suffix. -1 if there is none.
    /// </summary>
    public long FindDerived(long parent, object name, object system)
    {
        var cacheKey = (parent, name, system);
        if (name is not byte[] && _derived.TryGetValue(cacheKey, out var key))
            return key;
        var statement = connection.Prepare("SELECT key FROM parameter WHERE parent=? AND name=? AND system=?");
        statement.Bind(1, parent).BindAny(2, name);
        statement.BindAny(3, system);
        using var rows = statement.Query();
        if (!rows.Step())
            return Unknown;
        key = rows.Int64(0);
        if (name is not byte[])
            Keep(_derived, cacheKey, key);
        return key;
    }

    /// <summary>The number of a derived parameter; it gets one.</summary>
    public long AddDerived(long parent, object name, object system)
    {
        if (FindDerived(parent, name, system) is var key && (key > 0 || !mayAdd))
            return key;
        var statement = connection.Prepare(parent == 0 ? InsertParameter : InsertDerived);
        statement.Bind(1, parent).BindAny(2, name);
        statement.BindAny(3, system);
        statement.Run();
        return FindDerived(parent, name, system);
    }

    /// <summary>A URI's number; it gets one. Empty is 0.</summary>
    public long AddUri(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        if (_uris.TryGetValue(text, out var key))
            return key;
        var find = connection.Prepare("SELECT key FROM uri WHERE text=?").Bind(1, text);
        key = Find(find);
        if (key == 0 && !mayAdd)
            return Unknown;
        if (key == 0)
        {
            connection.Prepare("INSERT INTO uri(text) VALUES(?)").Bind(1, text).Run();
            key = Find(find);
        }

        Keep(_uris, text, key);
        return key;
    }

    /// <summary>A unit's number; it gets one. Where values have a canonical form, the unit names its units.</summary>
    public long AddUnit(string system, string code, string unit, string canonical)
    {
        if (_units.TryGetValue((system, code, unit, canonical), out var key))
            return key;
        var find = connection.Prepare("SELECT key FROM unit WHERE system=? AND code=? AND unit=? AND canonical=?")
            .Bind(1, system).Bind(2, code).Bind(3, unit).Bind(4, canonical);
        key = Find(find);
        if (key == 0 && !mayAdd)
            return Unknown;
        if (key == 0)
        {
            connection.Prepare("INSERT INTO unit(system, code, unit, canonical) VALUES(?, ?, ?, ?)")
                .Bind(1, system).Bind(2, code).Bind(3, unit).Bind(4, canonical).Run();
            key = Find(find);
        }

        Keep(_units, (system, code, unit, canonical), key);
        return key;
    }

    /// <summary>The number of a set of parameters that have a value, which most resources of a kind share; it gets one.</summary>
    public long AddShape(byte[] present)
    {
        var text = Convert.ToBase64String(present);
        if (_shapes.TryGetValue(text, out var key))
            return key;
        var find = connection.Prepare("SELECT key FROM shape WHERE present=?").Bind(1, present);
        key = Find(find);
        if (key == 0 && !mayAdd)
            return Unknown;
        if (key == 0)
        {
            connection.Prepare("INSERT INTO shape(present) VALUES(?)").Bind(1, present).Run();
            key = Find(find);
        }

        Keep(_shapes, text, key);
        return key;
    }

    /// <summary>The number of a folded text that a code of a parameter is shown with; it gets one.</summary>
    public long AddDisplay(long parameter, string folded, string code)
    {
        if (_displays.TryGetValue((parameter, folded, code), out var key))
            return key;
        var find = connection.Prepare("SELECT key FROM display WHERE parameter=? AND folded=? AND code=?").Bind(1, parameter).Bind(2, folded).BindCompact(3, code);
        key = Find(find);
        if (key == 0 && !mayAdd)
            return Unknown;
        if (key == 0)
        {
            connection.Prepare("INSERT INTO display(parameter, folded, code) VALUES(?, ?, ?)").Bind(1, parameter).Bind(2, folded).BindCompact(3, code).Run();
            key = Find(find);
        }

        Keep(_displays, (parameter, folded, code), key);
        return key;
    }

    private static readonly string InsertParameter =
        $"INSERT INTO parameter(key, parent, name, system) VALUES((SELECT ifnull(max(key), 0) + 1 FROM parameter WHERE key < {FirstDerived}), ?, ?, ?)";

    private static readonly string InsertDerived =
        $"INSERT INTO parameter(key, parent, name, system) VALUES((SELECT max({FirstDerived}, max(key) + 1) FROM parameter), ?, ?, ?)";

    private static long Find(Statement statement)
    {
        using var rows = statement.Query();
        return rows.Step() ? rows.Int64(0) : 0;
    }

    private static void Keep<TKey>(Dictionary<TKey, long> cache, TKey key, long value)
        where TKey : notnull
    {
        // Values come from outside, so a cache is emptied rather than let grow without bound.
        if (cache.Count >= CacheLimit)
            cache.Clear();
        cache[key] = value;
    }
}
