// Which attribute belongs to which level of the index, what is returned without being asked for, and what has rows of its own.

using System.Collections.Frozen;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>A level of the index (PS3.18 10.6); the attributes of the patient are kept with the study.</summary>
public enum IndexLevel
{
    /// <summary>Study and patient.</summary>
    Study,

    /// <summary>Series and equipment.</summary>
    Series,

    /// <summary>Instance.</summary>
    Instance,
}

/// <summary>A row of the attribute table: a value by which a study, series or instance is found.</summary>
/// <param name="Path">The path of the attribute, in tags.</param>
/// <param name="Value">The value in the form in which values are compared.</param>
/// <param name="Rank">The place of a study in the order of answers; 0 for what is no study.</param>
public readonly record struct IndexedValue(string Path, string Value, long Rank);

/// <summary>The attributes of the index.</summary>
public sealed partial class AttributeCatalog
{
    /// <summary>
    /// The path of the rows by which studies are in their order, which is that of Study Date and Study Time. Each study has exactly one, without value.
    /// </summary>
    public const string StudyOrder = "00080020+00080030";

    /// <summary>The path of the modalities of a study's series, which the archive knows and no file (PS3.18 Table 10.6.3-3).</summary>
    public const string ModalitiesInStudy = "00080061";

    /// <summary>The path of the SOP classes of a study's instances.</summary>
    public const string SopClassesInStudy = "00080062";

    // What one row of the attribute table holds of a value: a longer one is found by its beginning and compared with what is stored.
    internal const int IndexedCharacters = 128;

    private static readonly AttributePath PatientNamePath = AttributePath.Of(DicomTags.PatientName);

    private readonly Func<string, IReadOnlyList<string>>? _pinyin;
    private readonly string _soundPath;
    private readonly MemberDefinition[][] _members;
    private readonly AttributePath[][] _rows;
    private readonly FrozenDictionary<DicomTag, IndexLevel> _levels;

    // Filled before the first search.
    private readonly HashSet<string> _distrusted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _distrustedRoots = new(StringComparer.Ordinal);

    /// <summary>The standard's attributes and those of the configuration.</summary>
    /// <param name="configured">Keywords, tags or paths (<see cref="DicomwebOptions.IndexedAttributes"/>).</param>
    /// <param name="pinyin">The readings of a name in Chinese characters (<see cref="DicomwebOptions.Pinyin"/>).</param>
    /// <exception cref="ArgumentException">One of them is no attribute.</exception>
    public AttributeCatalog(IReadOnlyList<string> configured, Func<string, IReadOnlyList<string>>? pinyin = null)
    {
        // Another path where names have readings, so that those of studies that had none are made.
        _pinyin = pinyin;
        _soundPath = pinyin is null ? "00100010~" : "00100010~pinyin";
        var members = Standard.Select(level => level.ToDictionary(definition => definition.Step)).ToArray();
        var levels = Standard.SelectMany((level, at) => level.Where(definition => definition.Step.Tag != DicomTags.TimezoneOffsetFromUTC).Select(definition => (definition.Step.Tag, Level: (IndexLevel)at)))
            .ToDictionary(pair => pair.Tag, pair => pair.Level);
        List<AttributePath>[] rows = [[.. StudyRows], [.. SeriesRows], []];
        foreach (var text in configured)
        {
            var path = AttributePath.TryParse(text, out var reason) ?? throw new ArgumentException($"'{text}' {reason}.");
            var level = path.Root.Creator is null && levels.TryGetValue(path.Root.Tag, out var known) ? known : IndexLevel.Instance;
            members[(int)level].TryAdd(path.Root, new(path.Root, IsReturned: false));
            if (!rows[(int)level].Contains(path) && path.VR != DicomVR.SQ)
                rows[(int)level].Add(path);
        }

        _members = [.. members.Select(level => level.Values.OrderBy(definition => definition.Step.Tag).ToArray())];
        _rows = [.. rows.Select(level => level.ToArray())];
        _levels = levels.ToFrozenDictionary();
    }

    /// <summary>The keywords of the attributes that every search of a level may ask by (PS3.18 10.6.1.2.1) and that its answers have.</summary>
    public static IEnumerable<string> KeywordsOf(IndexLevel level) => Returned[(int)level].Where(static keyword => !keyword.EndsWith("Sequence", StringComparison.Ordinal));

    /// <summary>The rows of a study, series or instance in the attribute table: a function of its stored members alone.</summary>
    /// <param name="level">The level of the members.</param>
    /// <param name="members">Members as <see cref="IndexedInstance"/> gives them, or as <see cref="LevelMembers.Merge"/> joined them.</param>
    public IReadOnlyList<IndexedValue> ValuesOf(IndexLevel level, ReadOnlySpan<byte> members)
    {
        var values = new List<IndexedValue>(24);
        var texts = new List<string>();
        var rank = level == IndexLevel.Study ? RankOf(members) : StudyRank.None;
        foreach (var path in _rows[(int)level])
        {
            texts.Clear();
            MemberValues.Read(members, path, texts, out var vr);
            foreach (var text in texts)
            {
                foreach (var key in MatchValue.KeysOf(vr, text))
                    values.Add(new(path.ToString(), Cut(key), rank));
                if (level == IndexLevel.Study && path.Equals(PatientNamePath))
                    values.AddRange(FuzzyNameTest.KeysOf(text, _pinyin).Select(key => new IndexedValue(_soundPath, Cut(key), rank)));
            }
        }

        if (level == IndexLevel.Study)
            values.Add(new(StudyOrder, "", rank));
        return [.. values.Distinct()];
    }

    /// <summary>The names of a study's patient, as they are compared with a key that has a star in it.</summary>
    internal static IReadOnlyList<string> NamesOf(ReadOnlySpan<byte> members)
    {
        var texts = new List<string>(1);
        MemberValues.Read(members, PatientNamePath, texts, out var vr);
        return [.. texts.Where(text => text.Length > 0).SelectMany(text => MatchValue.KeysOf(vr, text)).Select(name => name.Length < IndexedCharacters && !name.Contains('\0', StringComparison.Ordinal) ? name : "").Distinct()];
    }

    /// <summary>The path of the rows by which an attribute is found by its sound; null if it has none.</summary>
    internal string? SoundPathOf(AttributePath path) => path.Equals(PatientNamePath) && !_distrusted.Contains(_soundPath) ? _soundPath : null;

    /// <summary>Whether the names of an attribute are listed in the order of their studies.</summary>
    internal static bool ListsNames(AttributePath path) => path.Equals(PatientNamePath);

    /// <summary>Whether the rows of a path can be made of what has been stored of each study, series or instance ever since.</summary>
    internal bool IsAlwaysStored(string path) => path is StudyOrder or ModalitiesInStudy or SopClassesInStudy || path == _soundPath
        || Enumerable.Range(0, 3).Any(level => Array.Find(_rows[level], known => known.ToString() == path) is { } found && Array.Exists(Standard[level], definition => definition.Step == found.Root));

    /// <summary>The paths of all rows, of all levels.</summary>
    internal IEnumerable<string> Paths => [StudyOrder, ModalitiesInStudy, SopClassesInStudy, _soundPath, .. _rows.SelectMany(level => level).Select(path => path.ToString()).Distinct()];

    /// <summary>Whether anything of a level has rows in the attribute table.</summary>
    internal bool HasRows(IndexLevel level) => level == IndexLevel.Study || _rows[(int)level].Length > 0;

    /// <summary>The part of a value that its row holds.</summary>
    internal static string Cut(string value) => value.Length <= IndexedCharacters ? value
        : value[..(char.IsHighSurrogate(value[IndexedCharacters - 1]) ? IndexedCharacters - 1 : IndexedCharacters)];

    /// <summary>The attributes that are kept for a level, in the order of their tags.</summary>
    internal IReadOnlyList<MemberDefinition> Members(IndexLevel level) => _members[(int)level];

    /// <summary>Whether a level has rows of a path in the attribute table.</summary>
    internal bool HasRows(IndexLevel level, AttributePath path) => _rows[(int)level].Contains(path) && !_distrusted.Contains(path.ToString());

    /// <summary>Whether an attribute is among the stored ones of a level.</summary>
    internal bool Stores(IndexLevel level, AttributeStep step) =>
        Array.Exists(_members[(int)level], definition => definition.Step == step) && !(_distrustedRoots.Contains(step.ToString()) && !Array.Exists(Standard[(int)level], definition => definition.Step == step));

    /// <summary>Notes that rows of a path, and what is stored of its outermost attribute, may be missing: they are newer than what is indexed.</summary>
    internal void Distrust(string path)
    {
        _distrusted.Add(path);
        if (_rows.SelectMany(level => level).FirstOrDefault(known => known.ToString() == path) is { } found)
            _distrustedRoots.Add(found.Root.ToString());
    }

    /// <summary>The level that an attribute belongs to: that of a standard one, else the instance's.</summary>
    internal IndexLevel LevelOf(AttributeStep step) =>
        step.Creator is null && _levels.TryGetValue(step.Tag, out var level) ? level : IndexLevel.Instance;

    /// <summary>The place of a study in the order of answers.</summary>
    internal static long RankOf(ReadOnlySpan<byte> members) => First(members, StudyDatePath) is { } date && MatchValue.Date(date) is { } day
        ? StudyRank.Of(day, First(members, StudyTimePath) is { } time ? MatchValue.Time(time) : MatchValue.Midnight)
        : StudyRank.None;

    private static string? First(ReadOnlySpan<byte> members, AttributePath path)
    {
        var texts = new List<string>(1);
        MemberValues.Read(members, path, texts, out _);
        return texts.Count > 0 && texts[0].Length > 0 ? texts[0] : null;
    }

    /// <summary>An attribute that is kept.</summary>
    /// <param name="Step">The attribute.</param>
    /// <param name="IsReturned">Whether answers have it without being asked to.</param>
    internal readonly record struct MemberDefinition(AttributeStep Step, bool IsReturned);
}
