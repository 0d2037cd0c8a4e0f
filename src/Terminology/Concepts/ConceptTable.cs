// One version of a code system: its concepts by number, in the order of the document.

using System.Buffers;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>
/// The concepts of one code system version. Immutable; safe to use from several threads. A concept is its ordinal, from 0 in the
/// order of the document; what it has is read from columns, in memory or in a mapped file. -1 stands for "no concept".
/// </summary>
public sealed partial class ConceptTable
{
    private readonly TableImage _image;
    private readonly CodeHash _hash;
    private readonly Column<byte> _texts;
    private readonly Column<byte> _codes;
    private readonly Column<int> _codeStarts;
    private readonly Column<int> _codeSlots;
    private readonly Column<TextRange> _displays;
    private readonly Column<TextRange> _definitions;
    private readonly Column<byte> _flags;
    private readonly GroupedColumn<DesignationRow> _designations;
    private readonly Lazy<TextIndex> _textIndex;
    private readonly IReadOnlyList<string> _languages;
    private readonly IReadOnlyList<CodingValue> _uses;

    internal ConceptTable(TableImage image)
    {
        _image = image;
        _textIndex = new Lazy<TextIndex>(() => TextIndex.Of(this));
        var facts = image.Facts;
        Header = facts.Header;
        Count = facts.Concepts;
        Duplicates = facts.Duplicates;
        _hash = new CodeHash(facts.Seed, facts.Header.CaseSensitive == false);
        _texts = image.Section<byte>(TableSection.Texts);
        _codes = image.Section<byte>(TableSection.Codes);
        _codeStarts = image.Section<int>(TableSection.CodeStarts);
        _codeSlots = image.Section<int>(TableSection.CodeSlots);
        _displays = image.Section<TextRange>(TableSection.Displays);
        _definitions = image.Section<TextRange>(TableSection.Definitions);
        _flags = image.Section<byte>(TableSection.Flags);
        _designations = image.Grouped<DesignationRow>(TableSection.DesignationStarts, TableSection.Designations);
        _languages = facts.Languages;
        _uses = facts.Uses;
        _parents = image.Grouped<int>(TableSection.ParentStarts, TableSection.Parents);
        _children = image.Grouped<int>(TableSection.ChildStarts, TableSection.Children);
        _ancestors = image.Grouped<int>(TableSection.AncestorStarts, TableSection.Ancestors);
        HasHierarchy = image.Section<int>(TableSection.ParentStarts).Length > 0;
        _hasAncestors = image.Section<int>(TableSection.AncestorStarts).Length > 0;
        _properties = image.Grouped<PropertyRow>(TableSection.PropertyStarts, TableSection.Properties);
        _values = image.Section<ValueRow>(TableSection.Values);
        _setStarts = image.Section<int>(TableSection.SetStarts);
        _setMembers = image.Section<int>(TableSection.SetMembers);
        if (_displays.Length != Count || _flags.Length != Count || _codeStarts.Length != Count + 1 || !System.Numerics.BitOperations.IsPow2(_codeSlots.Length))
            throw new InvalidDataException("It is damaged; import the code system again.");
    }

    /// <summary>Opens the table of a file, which is mapped to memory.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">It is not a table, of another layout, or damaged.</exception>
    public static ConceptTable Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ConceptTable(new TableImage(MappedFile.Open(path)));
    }

    /// <summary>What the code system says of itself.</summary>
    public CodeSystemHeader Header { get; }

    /// <summary>Number of concepts.</summary>
    public int Count { get; }

    /// <summary>How often a code came again while the table was built; the first concept of a code counts.</summary>
    public int Duplicates { get; }

    /// <summary>False if codes are the same in capitals and none.</summary>
    public bool IsCaseSensitive => Header.CaseSensitive != false;

    /// <summary>Bytes of the table.</summary>
    public long Bytes => _image.Length;

    /// <summary>The concept of a code, or -1.</summary>
    public int Find(ReadOnlySpan<char> code)
    {
        var most = Encoding.UTF8.GetMaxByteCount(code.Length);
        byte[]? rented = null;
        var utf8 = most <= 256 ? stackalloc byte[256] : (rented = ArrayPool<byte>.Shared.Rent(most));
        var found = Find(utf8[..Encoding.UTF8.GetBytes(code, utf8)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return found;
    }

    /// <summary>The concept of a code in UTF-8, or -1.</summary>
    public int Find(ReadOnlySpan<byte> code)
    {
        var slots = _codeSlots.Span;
        var slot = (int)(_hash.Of(code) & (uint)(slots.Length - 1));
        while (slots[slot] != 0)
        {
            var concept = slots[slot] - 1;
            if (_hash.Equals(CodeUtf8(concept), code))
                return concept;
            slot = (slot + 1) & (slots.Length - 1);
        }

        return -1;
    }

    /// <summary>The code of a concept, in UTF-8.</summary>
    public ReadOnlySpan<byte> CodeUtf8(int concept)
    {
        var bounds = _codeStarts.Slice(concept, 2);
        return _codes.Slice(bounds[0], bounds[1] - bounds[0]);
    }

    /// <summary>The code of a concept, as the code system writes it.</summary>
    public string Code(int concept) => Encoding.UTF8.GetString(CodeUtf8(concept));

    /// <summary>The display of a concept in UTF-8; empty if it has none.</summary>
    public ReadOnlySpan<byte> DisplayUtf8(int concept) => Text(_displays[concept]);

    /// <summary>The display of a concept, or null.</summary>
    public string? Display(int concept) => TableText.OrNull(DisplayUtf8(concept));

    /// <summary>The definition of a concept, or null.</summary>
    public string? Definition(int concept) => _definitions.Length == 0 ? null : TableText.OrNull(Text(_definitions[concept]));

    /// <summary>The flags of a concept.</summary>
    public ConceptFlags Flags(int concept) => (ConceptFlags)_flags[concept];

    /// <summary>True if the concept is no longer in use.</summary>
    public bool IsInactive(int concept) => (Flags(concept) & ConceptFlags.Inactive) != 0;

    /// <summary>True if the concept is not to be chosen.</summary>
    public bool IsAbstract(int concept) => (Flags(concept) & ConceptFlags.NotSelectable) != 0;

    /// <summary>The designations of a concept.</summary>
    public IReadOnlyList<Designation> Designations(int concept)
    {
        var rows = _designations[concept];
        if (rows.IsEmpty)
            return [];
        var designations = new Designation[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var (language, use, value) = rows[i];
            designations[i] = new Designation(
                Encoding.UTF8.GetString(Text(value)), language < 0 ? null : _languages[language], use < 0 ? null : _uses[use]);
        }

        return designations;
    }

    /// <summary>Number of designations of a concept.</summary>
    public int DesignationCount(int concept) => _designations[concept].Length;

    /// <summary>All concepts.</summary>
    public ConceptSet All => field ??= ConceptSet.All(this);

    /// <summary>The concepts that are no longer in use.</summary>
    public ConceptSet Inactive => field ??= ConceptSet.Where(this, IsInactive);

    /// <summary>The concepts that are not to be chosen.</summary>
    public ConceptSet Abstract => field ??= ConceptSet.Where(this, IsAbstract);

    /// <summary>The languages of the designations.</summary>
    public IReadOnlyList<string> DesignationLanguages => _languages;

    internal IReadOnlyList<CodingValue> DesignationUses => _uses;

    /// <summary>Finds concepts by words of their displays, designations and codes.</summary>
    /// <exception cref="TerminologyException">There is too much text.</exception>
    public TextIndex TextIndex => _textIndex.Value;

    internal TableImage Image => _image;

    internal TextRange DisplayRange(int concept) => _displays[concept];

    internal ReadOnlySpan<DesignationRow> DesignationRows(int concept) => _designations[concept];

    internal ReadOnlySpan<byte> Text(TextRange range) => _texts.Slice(range.Start, range.Length);
}
