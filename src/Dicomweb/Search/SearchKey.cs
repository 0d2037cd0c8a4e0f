// The keys of a search: which rows of the index they let through.

using System.Globalization;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>A row of the index while keys look at it.</summary>
internal ref struct SearchRow
{
    /// <summary>The stored attributes (<see cref="LevelMembers"/>).</summary>
    public ReadOnlySpan<byte> Members { get; set; }

    /// <summary>The row of the study, where what the archive knows itself is read from.</summary>
    public Statement.Rows Study { get; set; }

    /// <summary>The number of instances of a study or series.</summary>
    public long Instances { get; set; }

    /// <summary>The UID of the transfer syntax in which an instance is stored.</summary>
    public string TransferSyntax { get; set; }

    /// <summary>All attributes of an instance, where a key needs one that is not among the stored ones.</summary>
    public JsonElement Metadata { get; set; }
}

/// <summary>A key of a search.</summary>
/// <param name="level">The level that its attribute belongs to.</param>
internal abstract class SearchKey(IndexLevel level)
{
    /// <summary>The level that its attribute belongs to.</summary>
    public IndexLevel Level { get; } = level;

    /// <summary>The path of the attribute's rows in the attribute table; null if it has none that every match would be found by.</summary>
    public string? RowPath { get; protected init; }

    /// <summary>Stretches of those rows in which every match is found.</summary>
    public IReadOnlyList<ValueStretch> Stretches { get; protected init; } = [];

    /// <summary>The ranks of all studies that match; null if that can't be said.</summary>
    public RankStretch? Ranks { get; protected init; }

    /// <summary>A pattern of SQLite's <c>GLOB</c> that fits a name of every study that matches; null if there is none.</summary>
    public string? NamePattern { get; protected init; }

    /// <summary>Whether it looks at the metadata of instances.</summary>
    public virtual bool NeedsMetadata => false;

    /// <summary>Whether a row fulfils it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="scratch">An empty list to work with.</param>
    public abstract bool Matches(in SearchRow row, List<string> scratch);
}

/// <summary>A key on a stored attribute.</summary>
internal sealed class MemberKey : SearchKey
{
    private readonly AttributePath _path;
    private readonly ValueTest _test;

    public MemberKey(IndexLevel level, AttributePath path, ValueTest test, bool hasRows)
        : base(level)
    {
        _path = path;
        _test = test;
        if (level == IndexLevel.Study && AttributeCatalog.ListsNames(path))
            NamePattern = test.NamePattern;
        if (!hasRows || test.AcceptsNothing || test.Stretches is not { } stretches)
            return;
        RowPath = path.ToString();
        Stretches = stretches;
    }

    public override bool Matches(in SearchRow row, List<string> scratch)
    {
        MemberValues.Read(row.Members, _path, scratch, out var vr);
        return _test.Matches(vr, scratch);
    }
}

/// <summary>A key on any other attribute of an instance.</summary>
internal sealed class MetadataKey(AttributePath path, ValueTest test) : SearchKey(IndexLevel.Instance)
{
    public override bool NeedsMetadata => true;

    public override bool Matches(in SearchRow row, List<string> scratch)
    {
        MemberValues.Read(row.Metadata, path, scratch, out var vr);
        return test.Matches(vr, scratch);
    }
}

/// <summary>Keys on attributes of one sequence: one item has to fulfil them all (PS3.4 C.2.2.2.6).</summary>
internal sealed class ItemKey : SearchKey
{
    private readonly AttributePath _sequence;
    private readonly (AttributePath Path, ValueTest Test)[] _tests;
    private readonly bool _isStored;

    /// <summary>Demands on the items of a sequence.</summary>
    /// <param name="level">The level that the sequence belongs to.</param>
    /// <param name="sequence">The path of the sequence.</param>
    /// <param name="tests">The demands, by the paths of the attributes within an item.</param>
    /// <param name="isStored">Whether the sequence is among the stored attributes.</param>
    /// <param name="rowPath">The path of rows by which the first demand is found.</param>
    public ItemKey(IndexLevel level, AttributePath sequence, IReadOnlyList<(AttributePath Path, ValueTest Test)> tests, bool isStored, string? rowPath)
        : base(level)
    {
        _sequence = sequence;
        _tests = [.. tests];
        _isStored = isStored;
        if (rowPath is null || tests[0].Test.AcceptsNothing || tests[0].Test.Stretches is not { } stretches)
            return;
        RowPath = rowPath;
        Stretches = stretches;
    }

    public override bool NeedsMetadata => !_isStored;

    public override bool Matches(in SearchRow row, List<string> scratch)
    {
        if (!_isStored)
            return MemberValues.Find(row.Metadata, _sequence.Root) is { } attribute && AnyItem(attribute, 1, scratch);
        if (!MemberValues.TryFind(row.Members, _sequence.Root, out var text))
            return _tests.All(test => test.Test.AcceptsNothing);
        var json = new Utf8JsonReader(text, MemberValues.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref json);
        return AnyItem(document.RootElement, 1, scratch);
    }

    private bool AnyItem(JsonElement sequence, int at, List<string> scratch)
    {
        if (!sequence.TryGetProperty("Value"u8, out var items))
            return _tests.All(test => test.Test.AcceptsNothing);
        foreach (var item in items.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                continue;
            if (at < _sequence.Steps.Count ? MemberValues.Find(item, _sequence.Steps[at]) is { } inner && AnyItem(inner, at + 1, scratch) : Fulfils(item, scratch))
                return true;
        }

        return false;
    }

    private bool Fulfils(JsonElement item, List<string> scratch)
    {
        foreach (var (path, test) in _tests)
        {
            scratch.Clear();
            MemberValues.Read(item, path, scratch, out var vr);
            if (!test.Matches(vr, scratch))
                return false;
        }

        return true;
    }
}

/// <summary>What the archive knows itself (PS3.18 Tables 10.6.3-3 to -5).</summary>
internal sealed class ComputedKey : SearchKey
{
    private readonly DicomTag _tag;
    private readonly ValueTest _test;

    public ComputedKey(IndexLevel level, DicomTag tag, ValueTest test)
        : base(level)
    {
        _tag = tag;
        _test = test;
        if ((tag != ComputedTags.ModalitiesInStudy && tag != ComputedTags.SOPClassesInStudy) || test.AcceptsNothing || test.Stretches is not { } stretches)
            return;
        RowPath = tag.ToHex();
        Stretches = stretches;
    }

    public override bool Matches(in SearchRow row, List<string> scratch)
    {
        if (_tag == ComputedTags.ModalitiesInStudy)
            scratch.AddRange(DistinctText.Split(row.Study.Text(ImageSearch.ModalitiesColumn)));
        else if (_tag == ComputedTags.SOPClassesInStudy)
            scratch.AddRange(DistinctText.Split(row.Study.Text(ImageSearch.ClassesColumn)));
        else if (_tag == ComputedTags.NumberOfStudyRelatedSeries)
            scratch.Add(row.Study.Int64(ImageSearch.SeriesColumn).ToString(CultureInfo.InvariantCulture));
        else if (_tag == ComputedTags.InstanceAvailability)
            scratch.Add(ComputedTags.Online);
        else if (_tag == ComputedTags.AvailableTransferSyntaxUID)
            scratch.Add(row.TransferSyntax);
        else
            scratch.Add(row.Instances.ToString(CultureInfo.InvariantCulture));
        return _test.Matches(DicomDictionary.Find(_tag)!.VRs[0], scratch);
    }
}

/// <summary>Tags of attributes that no file has.</summary>
internal static class ComputedTags
{
    public const string Online = "ONLINE";

#pragma warning disable CS1591 // The names are the standard's keywords.
    public static readonly DicomTag InstanceAvailability = new(0x0008_0056);
    public static readonly DicomTag ModalitiesInStudy = new(0x0008_0061);
    public static readonly DicomTag SOPClassesInStudy = new(0x0008_0062);
    public static readonly DicomTag RetrieveURL = new(0x0008_1190);
    public static readonly DicomTag AvailableTransferSyntaxUID = new(0x0008_3002);
    public static readonly DicomTag NumberOfStudyRelatedSeries = new(0x0020_1206);
    public static readonly DicomTag NumberOfStudyRelatedInstances = new(0x0020_1208);
    public static readonly DicomTag NumberOfSeriesRelatedInstances = new(0x0020_1209);
#pragma warning restore CS1591

    /// <summary>The level of an attribute; null if it is none of these.</summary>
    public static IndexLevel? LevelOf(DicomTag tag, IndexLevel queried) =>
        tag == ModalitiesInStudy || tag == SOPClassesInStudy || tag == NumberOfStudyRelatedSeries || tag == NumberOfStudyRelatedInstances ? IndexLevel.Study
        : tag == NumberOfSeriesRelatedInstances ? IndexLevel.Series
        : tag == AvailableTransferSyntaxUID ? IndexLevel.Instance
        : tag == InstanceAvailability || tag == RetrieveURL ? queried
        : null;
}
