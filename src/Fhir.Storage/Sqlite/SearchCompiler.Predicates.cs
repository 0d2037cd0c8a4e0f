// Predicates of parameters as conditions on index rows.

using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>What each kind of predicate asks of its table.</content>
internal sealed partial class SearchCompiler
{
    /// <summary>Rows of one index table.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Where">The condition, given the row's alias.</param>
    private sealed record RowSet(string Table, Func<Sql, Sql> Where)
    {
        /// <summary>The index by key, for tables in which a range has to be tested for one key.</summary>
        public string? KeyIndex { get; init; }

        /// <summary>True if for one key the primary key leads straight to the row.</summary>
        public bool SeeksKey { get; init; }

        /// <summary>True if the rows come in the order of their keys.</summary>
        public bool Ordered { get; init; }

        /// <summary>Narrower conditions whose union is <see cref="Where"/>, each one range of the primary key.</summary>
        public IReadOnlyList<Func<Sql, Sql>>? Ranges { get; init; }

        /// <summary>True if all rows of the parameter are looked at, so that to count those that match costs more than it tells.</summary>
        public bool Scans { get; init; }

        /// <summary>Another set; a row of either will do.</summary>
        public RowSet? Or { get; init; }
    }

    private Sql Test(RowSet rows, Sql key)
    {
        var alias = NextAlias();
        var table = Sql.Raw(rows.Table);
        var test = rows switch
        {
            { KeyIndex: { } index } =>
                Sql.Of($"EXISTS(SELECT 1 FROM {table} {alias} INDEXED BY {Sql.Raw(index)} WHERE {alias}.key={key} AND {rows.Where(alias)})"),
            { SeeksKey: true } => Sql.Of($"EXISTS(SELECT 1 FROM {table} {alias} WHERE {rows.Where(alias)} AND {alias}.key={key})"),
            _ => Sql.Of($"{key} IN (SELECT {alias}.key FROM {table} {alias} WHERE {rows.Where(alias)})"),
        };
        return rows.Or is { } other ? Sql.Of($"({test} OR {Test(other, key)})") : test;
    }

    private KeySource Source(RowSet rows)
    {
        var selects = new List<Sql>();
        for (var set = rows; set is not null; set = set.Or)
        {
            foreach (var where in set.Ranges ?? [set.Where])
            {
                var alias = NextAlias();
                selects.Add(Sql.Of($"SELECT {alias}.key AS key FROM {Sql.Raw(set.Table)} {alias} WHERE {where(alias)}"));
            }
        }

        return new KeySource(Sql.Join(" UNION ALL ", selects), rows.Ordered && selects.Count == 1) { Scans = rows.Scans };
    }

    private RowSet Rows(SearchExpression.Parameter parameter) => parameter.Predicate is CompositePredicate composite
        ? Rows(parameter.Definition, composite)
        : Rows(parameter.Predicate, Sql.Of($"={Number(parameter.Definition)}"), Number(parameter.Definition), parameter.Definition);

    /// <param name="predicate">The predicate.</param>
    /// <param name="parameter">The test of the parameter column: <c>=?</c> or <c>IN (…)</c>.</param>
    /// <param name="number">The parameter's number, for predicates that derive another from it.</param>
    /// <param name="definition">The parameter.</param>
    private RowSet Rows(SearchPredicate predicate, Sql parameter, long number, SearchParameter definition) => predicate switch
    {
        TokenPredicate token => Rows(token, parameter),
        TokenSetPredicate set => Rows(set, parameter),
        TokenTextPredicate text => new RowSet(
            "token",
            row => Sql.Of(
                $"""
                {row}.parameter{parameter} AND ({row}.code, {row}.display) IN
                (SELECT code, key FROM display WHERE parameter{parameter} AND {StartsWith(Sql.Raw("folded"), text.Text)})
                """)),
        OfTypePredicate ofType => Rows(
            new TokenPredicate($"{ofType.TypeSystem}|{ofType.TypeCode}", ofType.Value),
            Sql.Of($"={dictionaries.FindDerived(number, IndexRows.OfType, 0L)}")),
        ReferenceIdentifierPredicate identifier => Rows(
            new TokenPredicate(identifier.System, identifier.Value),
            Sql.Of($"={dictionaries.FindDerived(number, IndexRows.Identifier, 0L)}")),
        StringPredicate text => Rows(text, parameter),
        RangePredicate range => Rows([range], parameter),
        RangesPredicate ranges => Rows(ranges.Ranges, parameter),
        NumberPredicate value => Rows(value, parameter, Sql.Of($"={0L}")),
        QuantityPredicate quantity => Rows(quantity, parameter),
        ReferencePredicate reference => Rows(reference, parameter, definition),
        HierarchyPredicate hierarchy => Rows(hierarchy, new SearchExpression.All(), parameter),
        GrantedHierarchy { Hierarchy: var hierarchy, Granted: var granted } => Rows(hierarchy, granted, parameter),
        UriPredicate uri => Rows(uri, parameter),
        UnequalPredicate unequal => Unequal(Rows(unequal.Value, parameter, number, definition), parameter),
        NearPredicate near => new RowSet(
            "position",
            row => Sql.Of(
                $"""
                {row}.parameter{parameter}
                AND {row}.latitude BETWEEN {near.Latitude - Near.Latitudes(near.Metres)} AND {near.Latitude + Near.Latitudes(near.Metres)}
                AND metres({row}.latitude, {row}.longitude, {near.Latitude}, {near.Longitude}) <= {near.Metres}
                """)),
        _ => throw new ArgumentException($"The store can't search by {predicate.GetType().Name}.", nameof(predicate)),
    };

    // Local targets and other ones have a table each; whatever is in the other table is another value.
    private static RowSet Unequal(RowSet equal, Sql parameter)
    {
        Sql Other(Sql row) => Sql.Of($"{row}.parameter{parameter} AND ({equal.Where(row)}) IS NOT TRUE");
        return equal.Table switch
        {
            "token" => new RowSet("token", row => Sql.Of($"{Other(row)} AND {row}.code<>{new CompactText("")}")),
            "reference" => new RowSet("reference", Other) { Or = new RowSet("link", row => Sql.Of($"{row}.parameter{parameter}")) },
            "link" => new RowSet("link", Other) { Or = new RowSet("reference", row => Sql.Of($"{row}.parameter{parameter}")) },
            "string" => new RowSet("string", row => Sql.Of($"{Other(row)} AND {IsWritten(Sql.Of($"{row}.exact"))}")) { KeyIndex = equal.KeyIndex },
            _ => new RowSet(equal.Table, Other) { KeyIndex = equal.KeyIndex },
        };
    }

    private static RowSet Rows(TokenPredicate token, Sql parameter)
    {
        if (token.Code is null)
        {
            return token.System is null
                ? new RowSet("token", row => Sql.Of($"{row}.parameter{parameter}"))
                : new RowSet("token", row => Sql.Of($"{row}.parameter{parameter} AND {row}.system={Uri(token.System)}"));
        }

        var code = new CompactText(token.Code);
        return new RowSet("token", row => token.System is null
            ? Sql.Of($"{row}.parameter{parameter} AND {row}.code={code}")
            : Sql.Of($"{row}.parameter{parameter} AND {row}.code={code} AND {row}.system={Uri(token.System)}"))
        {
            SeeksKey = true,
            Ordered = parameter.Text == "=?",
        };
    }

    private static Sql Uri(string text) => text.Length == 0 ? Sql.Raw("0") : Sql.Of($"(SELECT key FROM uri WHERE text={text})");

    // The highest code point after a prefix is above all that starts with it.
    private static Sql StartsWith(Sql column, string prefix) =>
        prefix.Length == 0 ? Sql.True : Sql.Of($"{column} >= {prefix} AND {column} < {prefix + "\U0010FFFF"}");

    private static RowSet Rows(StringPredicate text, Sql parameter) => new(
        "string",
        row => Sql.Of($"{row}.parameter{parameter} AND {Compare(text, Sql.Of($"{row}.folded"), Sql.Of($"{row}.exact"))}"))
    {
        KeyIndex = "string_key",
        Scans = text.Match is StringMatch.Contains or StringMatch.EndsWith,
    };

    // A reading of a name is no value of the resource: it is found by its beginning alone.
    private static Sql IsWritten(Sql exact) => Sql.Of($"{exact} NOT IN ({IndexRow.MainReading}, {IndexRow.OtherReading})");

    private static Sql Compare(StringPredicate wanted, Sql folded, Sql exact) => wanted.Match switch
    {
        StringMatch.StartsWith => StartsWith(folded, wanted.Text),
        StringMatch.Exact =>
            Sql.Of($"{folded}={StringFolding.Fold(wanted.Text)} AND ({exact}={wanted.Text} OR ({exact}='' AND {folded}={wanted.Text}))"),
        _ => Sql.Of($"{CompareWritten(wanted.Match, folded, wanted.Text)} AND {IsWritten(exact)}"),
    };

    // SQLite compares UTF-8 bytes, whose order is that of code points.
    private static Sql CompareWritten(StringMatch match, Sql folded, string text) => match switch
    {
        StringMatch.Contains => Sql.Of($"instr({folded}, {text}) > 0"),
        StringMatch.EndsWith => text.Length == 0 ? Sql.True : Sql.Of($"substr({folded}, -length({text}))={text}"),
        StringMatch.After => Sql.Of($"{folded}>{text}"),
        StringMatch.Before => Sql.Of($"{folded}<{text}"),
        StringMatch.EqualOrAfter => Sql.Of($"{folded}>={text}"),
        StringMatch.EqualOrBefore => Sql.Of($"{folded}<={text}"),
        _ => Sql.Of($"{folded}={text}"),
    };

    private static RowSet Rows(NumberPredicate number, Sql parameter, Sql unit)
    {
        var value = SortableDecimal.Encode(number.Value);
        var low = SortableDecimal.Encode(number.Low);
        var high = SortableDecimal.Encode(number.High);
        Func<Sql, Sql> point = number.Prefix switch
        {
            SearchPrefix.Ne => row => Sql.Of($"({row}.low < {low} OR {row}.low >= {high})"),
            SearchPrefix.Gt or SearchPrefix.Sa => row => Sql.Of($"{row}.low > {value}"),
            SearchPrefix.Ge => row => Sql.Of($"{row}.low >= {value}"),
            SearchPrefix.Lt or SearchPrefix.Eb => row => Sql.Of($"{row}.low < {value}"),
            SearchPrefix.Le => row => Sql.Of($"{row}.low <= {value}"),
            _ => row => Sql.Of($"{row}.low >= {low} AND {row}.low < {high}"),
        };
        Func<Sql, Sql> wide = number.Prefix switch
        {
            SearchPrefix.Eq => row => Sql.Of($"{row}.low >= {low} AND {row}.high <= {high}"),
            SearchPrefix.Ne => row => Sql.Of($"NOT ({row}.low >= {low} AND {row}.high <= {high})"),
            SearchPrefix.Gt => row => Sql.Of($"{row}.high > {value}"),
            SearchPrefix.Ge => row => Sql.Of($"{row}.high >= {value}"),
            SearchPrefix.Lt => row => Sql.Of($"{row}.low < {value}"),
            SearchPrefix.Le => row => Sql.Of($"{row}.low <= {value}"),
            SearchPrefix.Sa => row => Sql.Of($"{row}.low > {value}"),
            SearchPrefix.Eb => row => Sql.Of($"{row}.high < {value}"),
            _ => row => Sql.Of($"{row}.low < {high} AND {row}.high >= {low}"),
        };
        Sql Common(Sql row) => Sql.Of($"{row}.parameter{parameter} AND {row}.unit{unit}");
        return new RowSet("number", row => Sql.Of($"{Common(row)} AND (({row}.wide=0 AND {point(row)}) OR ({row}.wide=1 AND {wide(row)}))"))
        {
            KeyIndex = "number_key",
            Ranges = [row => Sql.Of($"{Common(row)} AND {row}.wide=0 AND {point(row)}"), row => Sql.Of($"{Common(row)} AND {row}.wide=1 AND {wide(row)}")],
        };
    }

    private static RowSet Rows(QuantityPredicate quantity, Sql parameter)
    {
        var units = new List<Sql>();
        if (quantity.System is { } system)
            units.Add(Sql.Of($"system={system}"));
        if (quantity.Code is { } code)
            units.Add(quantity.System is null ? Sql.Of($"(code={code} OR unit={code})") : Sql.Of($"code={code}"));
        units.Add(Sql.Of($"system<>{IndexRows.CanonicalUnits}"));

        // Where both have a canonical form, that decides.
        if (quantity.Canonical is not null)
            units.Add(Sql.Of($"canonical<>{quantity.Canonical.Units}"));
        var rows = Rows(quantity.Number, parameter, Sql.Of($" IN (SELECT key FROM unit WHERE {Sql.All(units)})"));
        return quantity.Canonical is not { } canonical
            ? rows
            : rows with
            {
                Or = Rows(
                    canonical.Number,
                    parameter,
                    Sql.Of($"=(SELECT key FROM unit WHERE system={IndexRows.CanonicalUnits} AND code={canonical.Units} AND unit='' AND canonical='')")),
            };
    }

    private RowSet Rows(ReferencePredicate reference, Sql parameter, SearchParameter definition)
    {
        if (reference.Id is not { } id)
        {
            return reference.Url is not { } url
                ? new RowSet("reference", static _ => Sql.False)
                : new RowSet("link", row => Sql.Of($"{row}.parameter{parameter} AND {row}.uri={Uri(url)}{Version(row)}"))
                {
                    SeeksKey = true,
                    Ordered = parameter.Text == "=?",
                };
        }

        var target = reference.Type is { } type
            ? Sql.Of($"=(SELECT key FROM resource WHERE type={dictionaries.FindType(type)} AND id={new LogicalId(id)})")
            : definition.TargetTypes.Count > 0
                ? Sql.Of($" IN (SELECT key FROM resource WHERE type IN ({Sql.List(definition.TargetTypes.Select(t => (object)dictionaries.FindType(t)))}) AND id={new LogicalId(id)})")
                : Sql.Of($" IN (SELECT key FROM resource WHERE type IN (SELECT key FROM type) AND id={new LogicalId(id)})");
        return new RowSet("reference", row => Sql.Of($"{row}.parameter{parameter} AND {row}.target{target}{Version(row)}"))
        {
            SeeksKey = true,
            Ordered = reference.Type is not null && parameter.Text == "=?",
        };

        Sql Version(Sql row) => reference.Version is not { } version
            ? Sql.Empty
            : !reference.VersionsBelow
                ? Sql.Of($" AND {row}.version={version}")
                : Sql.Of($" AND ({row}.version={version} OR ({StartsWith(Sql.Of($"{row}.version"), version + ".")}))");
    }

    private static RowSet Rows(UriPredicate uri, Sql parameter) => uri.Match switch
    {
        UriMatch.Exact => new RowSet("link", row => Sql.Of($"{row}.parameter{parameter} AND {row}.uri={Uri(uri.Uri)}"))
        {
            SeeksKey = true,
            Ordered = parameter.Text == "=?",
        },
        UriMatch.Above => Among(parameter, Sql.Of($"text IN ({Sql.List(Parents(uri.Uri))})")),
        UriMatch.StartsWith => Among(parameter, StartsWith(Sql.Raw("text"), uri.Uri)),
        UriMatch.Contains => Among(parameter, Sql.Of($"instr(text, {uri.Uri}) > 0")),
        UriMatch.EndsWith => Among(parameter, Sql.Of($"substr(text, -length({uri.Uri}))={uri.Uri}")),
        _ => Among(parameter, Sql.Of($"text={uri.Uri} OR ({StartsWith(Sql.Raw("text"), uri.Uri.EndsWith('/') ? uri.Uri : uri.Uri + "/")})")),
    };

    // A row is sought for each URI of the dictionary that qualifies.
    private static RowSet Among(Sql parameter, Sql texts) =>
        new("link", row => Sql.Of($"{row}.parameter{parameter} AND {row}.uri IN (SELECT key FROM uri WHERE {texts})")) { KeyIndex = "link_key" };

    private static List<object> Parents(string uri)
    {
        var parents = new List<object> { uri };
        for (var slash = uri.LastIndexOf('/'); slash > 0; slash = uri.LastIndexOf('/', slash - 1))
        {
            parents.Add(uri[..slash]);
            parents.Add(uri[..(slash + 1)]);
        }

        return parents;
    }

    private RowSet Rows(SearchParameter definition, CompositePredicate composite)
    {
        var order = IndexRows.ComponentOrder(definition).ToArray();
        var parameter = Sql.Of($"={Number(definition)}");
        for (var i = 0; i < order.Length - 1; i++)
            parameter = Sql.Of($" IN (SELECT key FROM parameter WHERE parent{parameter} AND {Derived(composite.Components[order[i]])})");
        return Rows(composite.Components[order[^1]], parameter, -1, definition.Components[order[^1]].Parameter);
    }

    // The mirror of IndexRows.DerivedName.
    private Sql Derived(SearchPredicate component) => component switch
    {
        TokenPredicate { Code: { } code, System: null } => Sql.Of($"name={new CompactText(code)}"),
        TokenPredicate { Code: { } code, System: { } system } => Sql.Of($"name={new CompactText(code)} AND system={Uri(system)}"),
        TokenPredicate { System: { } system } => Sql.Of($"system={Uri(system)}"),
        TokenPredicate => Sql.True,
        UriPredicate uri => Sql.Of($"name={uri.Uri}"),
        ReferencePredicate { Type: { } type, Id: { } id } =>
            Sql.Of($"name=(SELECT key FROM resource WHERE type={dictionaries.FindType(type)} AND id={new LogicalId(id)})"),
        ReferencePredicate { Id: { } id } =>
            Sql.Of($"name IN (SELECT key FROM resource WHERE type IN (SELECT key FROM type) AND id={new LogicalId(id)})"),
        ReferencePredicate { Url: { } url } => Sql.Of($"name={url}"),
        StringPredicate { Match: StringMatch.Exact } text => Sql.Of($"system={text.Text}"),
        StringPredicate text => Compare(text, Sql.Raw("name"), Sql.Raw("system")),
        NumberPredicate number => DerivedNumber(number),
        RangePredicate range => DerivedRange(range),
        _ => throw new ArgumentException($"A {component.GetType().Name} can only be the last component of a composite.", nameof(component)),
    };

    private static Sql DerivedNumber(NumberPredicate number)
    {
        var value = SortableDecimal.Encode(number.Value);
        var low = SortableDecimal.Encode(number.Low);
        var high = SortableDecimal.Encode(number.High);
        return number.Prefix switch
        {
            SearchPrefix.Ne => Sql.Of($"NOT (name >= {low} AND system < {high})"),
            SearchPrefix.Gt => Sql.Of($"system > {value}"),
            SearchPrefix.Ge => Sql.Of($"system >= {value}"),
            SearchPrefix.Lt => Sql.Of($"name < {value}"),
            SearchPrefix.Le => Sql.Of($"name <= {value}"),
            SearchPrefix.Sa => Sql.Of($"name > {value}"),
            SearchPrefix.Eb => Sql.Of($"system < {value}"),
            _ => Sql.Of($"name >= {low} AND system < {high}"),
        };
    }

    private static Sql DerivedRange(RangePredicate range) => range.Prefix switch
    {
        SearchPrefix.Eq => Sql.Of($"name >= {range.Low} AND system <= {range.High}"),
        SearchPrefix.Ne => Sql.Of($"NOT (name >= {range.Low} AND system <= {range.High})"),
        SearchPrefix.Gt => Sql.Of($"system > {range.High}"),
        SearchPrefix.Ge => Sql.Of($"(name >= {range.Low} OR system > {range.High})"),
        SearchPrefix.Lt => Sql.Of($"name < {range.Low}"),
        SearchPrefix.Le => Sql.Of($"(name < {range.Low} OR system <= {range.High})"),
        SearchPrefix.Sa => Sql.Of($"name > {range.High}"),
        SearchPrefix.Eb => Sql.Of($"system < {range.Low}"),
        _ => Sql.Of($"name <= {range.High} AND system >= {range.Low}"),
    };
}
