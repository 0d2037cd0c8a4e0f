// Turns index entries into rows: dictionary numbers for texts that repeat, keys for local targets.

using FhirHub.Search;

namespace FhirHub.Storage.Sqlite;

/// <summary>Makes the rows of a resource. Runs on the writer, which may number what is new.</summary>
internal sealed class IndexRows(Dictionaries dictionaries, Func<string, string, long> targetKey)
{
    /// <summary>Parameter number of references that no search parameter finds; kept for integrity.</summary>
    public const long UnsearchedReference = 0;

    /// <summary>Suffix of the parameter that holds identifiers by type.</summary>
    public const string OfType = ":of-type";

    /// <summary>Suffix of the parameter that holds identifiers of references.</summary>
    public const string Identifier = ":identifier";

    /// <summary>System of units in which canonical values are stored; no URI can equal it.</summary>
    public const string CanonicalUnits = "=";

    /// <summary>
    /// The keys to which references <c>#id</c> lead while the rows of a resource are made, by id, with the container's own under the
    /// empty id; null if it contains nothing.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Fragments { get; set; }

    private static readonly Comparer<SearchParameterType> s_lastComponentLast = Comparer<SearchParameterType>.Create(static (a, b) => Rank(a) - Rank(b));

    /// <summary>Adds the rows of entries and of references that none of them covers.</summary>
    public void Add(IReadOnlyList<IndexEntry> entries, IReadOnlyList<LocalReference> references, List<IndexRow> rows)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];

            // The other parameter has an entry of the same value.
            if (entry.Parameter.SharesIndex)
                continue;
            Add(entry, dictionaries.AddParameter(entry.Parameter), rows);
            if (dictionaries.AddNext(entry.Parameter) is { } next)
                Add(entry, next, rows);
        }

        foreach (var reference in references)
        {
            var target = targetKey(reference.Type, reference.Id);
            if (!rows.Exists(row => row.Table == IndexTable.Reference && row.A == target))
                rows.Add(IndexRow.Reference(UnsearchedReference, target, ""));
        }
    }

    /// <summary>Adds the rows that the reindex under way needs.</summary>
    public void AddNext(IReadOnlyList<IndexEntry> entries, List<IndexRow> rows)
    {
        foreach (var entry in entries)
        {
            if (!entry.Parameter.SharesIndex && dictionaries.AddNext(entry.Parameter) is { } next)
                Add(entry, next, rows);
        }
    }

    /// <summary>The number of the set of parameters that have a value.</summary>
    public long Shape(IReadOnlyList<IndexEntry> entries) => dictionaries.AddShape(Present(entries));

    /// <summary>The marks of the parameters that have a value, in order.</summary>
    public byte[] Present(IReadOnlyList<IndexEntry> entries)
    {
        var parameters = new List<long>(24);
        long last = -1;
        foreach (var entry in entries)
        {
            var parameter = dictionaries.AddParameter(entry.Parameter);
            if (parameter != last && !parameters.Contains(parameter))
            {
                parameters.Add(parameter);
                if (dictionaries.AddNext(entry.Parameter) is { } next)
                    parameters.Add(next);
            }

            last = parameter;
        }

        parameters.Sort();
        var bytes = new byte[parameters.Count * PresentLength];
        for (var i = 0; i < parameters.Count; i++)
            WritePresent(parameters[i], bytes.AsSpan(i * PresentLength));
        return bytes;
    }

    /// <summary>The mark of one parameter in <c>shape.present</c>.</summary>
    public static byte[] PresentMark(long parameter)
    {
        var bytes = new byte[PresentLength];
        WritePresent(parameter, bytes);
        return bytes;
    }

    /// <summary>The numbers that <c>shape.present</c> marks.</summary>
    public static IEnumerable<long> ReadPresent(byte[] present) =>
        present.Chunk(PresentLength).Select(static mark => ((long)(mark[0] & 0x7F) << 14) | ((long)mark[1] << 7) | mark[2]);

    /// <summary>A composite's components in the order in which they are keyed: exact ones first, a range last.</summary>
    public static IEnumerable<int> ComponentOrder(SearchParameter composite) =>
        Enumerable.Range(0, composite.Components.Count).OrderBy(i => composite.Components[i].Parameter.Type, s_lastComponentLast);

    private const int PresentLength = 3;

    // Only the first byte of a mark has its high bit set, so a search for a mark can't match across two of them.
    private static void WritePresent(long parameter, Span<byte> bytes)
    {
        bytes[0] = (byte)(0x80 | ((parameter >> 14) & 0x7F));
        bytes[1] = (byte)((parameter >> 7) & 0x7F);
        bytes[2] = (byte)(parameter & 0x7F);
    }

    private static int Rank(SearchParameterType type) => type switch
    {
        SearchParameterType.Token => 0,
        SearchParameterType.Uri => 1,
        SearchParameterType.Reference => 2,
        SearchParameterType.String => 3,
        SearchParameterType.Number => 4,
        SearchParameterType.Date => 5,
        _ => 6,
    };

    private void Add(IndexEntry entry, long parameter, List<IndexRow> rows)
    {
        switch (entry)
        {
            case TokenEntry token:
                AddToken(token, parameter, rows);
                break;
            case ReferenceEntry reference:
                AddReference(reference, parameter, rows);
                break;
            case DateEntry date:
                rows.Add(IndexRow.Date(parameter, date.Low, date.High));
                break;
            case NumberEntry number:
                rows.Add(IndexRow.Number(parameter, 0, number.Low, number.High));
                break;
            case QuantityEntry quantity:
                AddQuantity(quantity, parameter, rows);
                break;
            case StringEntry { Reading: not NameReading.None } reading:
                rows.Add(IndexRow.Reading(parameter, reading.Folded, reading.Reading == NameReading.Main));
                break;
            case StringEntry text:
                rows.Add(IndexRow.String(parameter, text.Folded, text.Exact));
                break;
            case UriEntry uri:
                rows.Add(IndexRow.Link(parameter, dictionaries.AddUri(uri.Uri), ""));
                break;
            case PositionEntry position:
                rows.Add(IndexRow.Position(parameter, position.Latitude, position.Longitude));
                break;
            case CompositeEntry composite:
                AddComposite(composite, parameter, rows);
                break;
            default:
                throw new ArgumentException($"The store has no table for a {entry.GetType().Name}.", nameof(entry));
        }
    }

    private void AddToken(TokenEntry token, long parameter, List<IndexRow> rows)
    {
        var code = token.Code ?? "";
        var display = string.IsNullOrEmpty(token.Text) ? 0 : dictionaries.AddDisplay(parameter, token.Text, code);
        rows.Add(IndexRow.Token(parameter, code, dictionaries.AddUri(token.System), display));
        if (token.IdentifierType is var (system, type) && token.Code is not null)
        {
            var ofType = dictionaries.AddDerived(parameter, OfType, 0L);
            rows.Add(IndexRow.Token(ofType, token.Code, dictionaries.AddUri($"{system}|{type}"), 0));
        }
    }

    private void AddReference(ReferenceEntry reference, long parameter, List<IndexRow> rows)
    {
        if (reference is { Type: { } type, Id: { } id })
            rows.Add(IndexRow.Reference(parameter, targetKey(type, id), reference.Version ?? ""));
        else if (Fragments is not null && reference.Url is ['#', .. var fragment] && Fragments.TryGetValue(fragment, out var contained))
            rows.Add(IndexRow.Reference(parameter, contained, ""));
        else if (reference.Url is { } url)
            rows.Add(IndexRow.Link(parameter, dictionaries.AddUri(url), reference.Version ?? ""));

        if (reference.IdentifierValue is not null || reference.IdentifierSystem is not null)
        {
            var identifier = dictionaries.AddDerived(parameter, Identifier, 0L);
            rows.Add(IndexRow.Token(identifier, reference.IdentifierValue ?? "", dictionaries.AddUri(reference.IdentifierSystem), 0));
        }
    }

    private void AddQuantity(QuantityEntry quantity, long parameter, List<IndexRow> rows)
    {
        var unit = dictionaries.AddUnit(quantity.System ?? "", quantity.Code ?? "", quantity.Unit ?? "", quantity.CanonicalUnits ?? "");
        rows.Add(IndexRow.Number(parameter, unit, quantity.Low, quantity.High));
        if (quantity.CanonicalUnits is { } canonicalUnits)
        {
            var canonical = dictionaries.AddUnit(CanonicalUnits, canonicalUnits, "", "");
            rows.Add(IndexRow.Number(parameter, canonical, quantity.Canonical.Low, quantity.Canonical.High));
        }
    }

    // The values of all components but one become part of the parameter's number; the last one is an ordinary row under it. So
    // "code X and value above Y on the same element" is one seek, and no row can match with values of two elements.
    private void AddComposite(CompositeEntry composite, long parameter, List<IndexRow> rows)
    {
        var order = ComponentOrder(composite.Parameter).ToArray();
        for (var i = 0; i < order.Length - 1; i++)
        {
            var (name, system) = DerivedName(composite.Components[order[i]]);
            parameter = dictionaries.AddDerived(parameter, name, system);
        }

        Add(composite.Components[order[^1]], parameter, rows);
    }

    private (object Name, object System) DerivedName(IndexEntry component) => component switch
    {
        TokenEntry token => (new CompactText(token.Code ?? ""), dictionaries.AddUri(token.System)),
        UriEntry uri => (uri.Uri, 0L),
        ReferenceEntry { Type: { } type, Id: { } id } => (targetKey(type, id), 0L),
        ReferenceEntry reference => (reference.Url ?? "", 0L),
        StringEntry text => (text.Folded, text.Exact),
        NumberEntry number => (SortableDecimal.Encode(number.Low), SortableDecimal.Encode(number.High)),
        DateEntry date => (date.Low, date.High),
        _ => throw new ArgumentException($"A {component.GetType().Name} can only be the last component of a composite.", nameof(component)),
    };
}
