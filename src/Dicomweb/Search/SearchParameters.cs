// Reads the query of a search (PS3.18 8.3.4, 10.6.1). What can't be understood is refused, and what is left out is told.

using System.Globalization;
using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace FhirHub.Dicomweb;

/// <summary>Makes a <see cref="SearchRequest"/> of a query string.</summary>
internal sealed class SearchParameters
{
    private const int MaxKeys = 64;
    private const int MaxIncludes = 1_000;
    private const int MaxOffset = 10_000_000;

    private static readonly AttributePath StudyUid = AttributePath.Of(DicomTags.StudyInstanceUID);
    private static readonly AttributePath SeriesUid = AttributePath.Of(DicomTags.SeriesInstanceUID);
    private static readonly AttributePath InstanceUid = AttributePath.Of(DicomTags.SOPInstanceUID);

    private readonly AttributeCatalog _catalog;
    private readonly DicomwebOptions _options;
    private readonly SearchRequest _request;
    private readonly Dictionary<AttributePath, List<string>> _keys = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private bool _fuzzy;
    private bool _empty;
    private bool _multiple;

    private SearchParameters(AttributeCatalog catalog, DicomwebOptions options, SearchRequest request)
    {
        _catalog = catalog;
        _options = options;
        _request = request;
        request.Limit = options.PageSize;
    }

    /// <summary>Reads a query.</summary>
    /// <param name="query">The query string, encoded as it came.</param>
    /// <param name="level">What is searched for.</param>
    /// <param name="study">The study of the address.</param>
    /// <param name="series">The series of the address.</param>
    /// <param name="catalog">The attributes of the index.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="DicomwebException">400: something in it can't be understood.</exception>
    public static SearchRequest Read(string? query, IndexLevel level, string? study, string? series, AttributeCatalog catalog, DicomwebOptions options)
    {
        if (study is not null && !DicomUid.IsValid(study))
            throw Bad("The address names a study by something that is no UID.");
        if (series is not null && !DicomUid.IsValid(series))
            throw Bad("The address names a series by something that is no UID.");
        var reading = new SearchParameters(catalog, options, new() { Level = level, Study = study, Series = series });
        foreach (var pair in new QueryStringEnumerable(query))
            reading.Parameter(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        reading.MakeKeys();
        return reading._request;
    }

    private void Parameter(string name, string value)
    {
        var known = name.ToLowerInvariant();
        if (known is "limit" or "offset" or "fuzzymatching" or "emptyvaluematching" or "multiplevaluematching" && !_seen.Add(known))
            throw Bad($"The parameter {known} is there twice; give it once.");
        switch (known)
        {
            case "accept" or "charset":
                // Others read these (PS3.18 8.3.3).
                break;
            case "includefield":
                Include(value);
                break;
            case "limit":
                _request.Limit = Number(name, value);
                if (_request.Limit > _options.MaxPageSize)
                {
                    _request.Limit = _options.MaxPageSize;
                    _request.Warnings.Add($"An answer has at most {_options.MaxPageSize} matches; ask for the others with offset.");
                }

                break;
            case "offset":
                _request.Offset = Number(name, value);
                if (_request.Offset > MaxOffset)
                    throw Bad($"The parameter offset may be at most {MaxOffset}; narrow the search instead.");
                break;
            case "fuzzymatching":
                _fuzzy = Flag(name, value);
                break;
            case "emptyvaluematching":
                _empty = Flag(name, value);
                break;
            case "multiplevaluematching":
                _multiple = Flag(name, value);
                break;
            default:
                AddKey(name, value);
                break;
        }
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"The parameter {name} is a whole number that is not negative.");

    private static bool Flag(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Bad($"The parameter {name} is true or false."),
    };

    private void Include(string value)
    {
        // Creators in quotes may have commas of their own; nobody has seen one.
        foreach (var part in value.AsSpan().Split(','))
        {
            var name = value.AsSpan(part).Trim();
            if (name.IsEmpty)
                continue;
            if (name is "all")
            {
                _request.IncludesAll = true;
                continue;
            }

            var path = AttributePath.TryParse(name, out var reason) ?? throw Bad($"The includefield '{Shown(name)}' {reason}.");
            if (_request.Included.Count >= MaxIncludes)
                throw Bad($"There are more than {MaxIncludes} attributes in includefield; ask for all instead.");
            IncludePath(path);
        }
    }

    private void IncludePath(AttributePath path)
    {
        // It is in every answer.
        if (path.Root.Tag == DicomTags.SpecificCharacterSet)
            return;
        var level = ComputedTags.LevelOf(path.Root.Tag, _request.Level) ?? _catalog.LevelOf(path.Root);
        if (level <= _request.Level)
            _request.Included.Add(path.Root);
        else if (_request.Warnings.Count < 16)
            _request.Warnings.Add($"The attribute {path} is one of {Plural(level)} and can't be returned for {Plural(_request.Level)}; it was left out.");
    }

    private void AddKey(string name, string value)
    {
        var path = AttributePath.TryParse(name, out var reason) ?? throw Bad($"The parameter '{Shown(name)}' {reason}, and no parameter of a search.");
        if (!_keys.TryGetValue(path, out var values))
            _keys.Add(path, values = []);
        values.Add(value);
        if (_keys.Count > MaxKeys || values.Count > MaxKeys)
            throw Bad($"There are more than {MaxKeys} keys.");
    }

    private void MakeKeys()
    {
        var zone = TakeZone();
        var moments = new Dictionary<DicomTag, List<(AttributePath Path, MomentRange Range)>>();
        var items = new Dictionary<AttributePath, List<(AttributePath Path, ValueTest Test)>>();
        foreach (var (path, values) in _keys)
        {
            if (path.Root.Tag == DicomTags.SpecificCharacterSet)
            {
                _request.Warnings.Add("SpecificCharacterSet does not choose anything: queries and answers are UTF-8.");
                continue;
            }

            var level = ComputedTags.LevelOf(path.Root.Tag, _request.Level) ?? _catalog.LevelOf(path.Root);
            if (level > _request.Level)
                throw Bad($"The attribute {path} is one of {Plural(level)}, and can't choose {Plural(_request.Level)}; search {Address(level)} instead{(path.Root.Tag == DicomTags.Modality ? ", or by ModalitiesInStudy" : "")}.");
            IncludePath(path);
            var reader = new SearchValues(path, _fuzzy, _empty, _multiple, _options.Pinyin, _catalog.SoundPathOf(path));
            if (SearchValues.IsUniversal(values))
                continue;
            if (path.Root.Tag == ComputedTags.RetrieveURL)
                throw Bad("RetrieveURL can't be a key, since it depends on how this server is reached; search by UIDs instead.");
            if (path.Steps.Count == 1 && path.VR is DicomVR.DA or DicomVR.TM && path.Leaf.Creator is null && _catalog.Stores(level, path.Root) && reader.TryRange(values, out var range))
            {
                var owner = DateOf(path);
                if (!moments.TryGetValue(owner, out var both))
                    moments.Add(owner, both = []);
                both.Add((path, range));
                continue;
            }

            var test = reader.Read(values, zone);
            if (reader.Warning is { } warning)
                _request.Warnings.Add(warning);
            if (path.Equals(StudyUid) || path.Equals(SeriesUid) || path.Equals(InstanceUid))
            {
                _request.Uids[path.Equals(StudyUid) ? 0 : path.Equals(SeriesUid) ? 1 : 2] = ((EqualTest)test).Values;
                continue;
            }

            if (path.Steps.Count == 1)
            {
                _request.Keys.Add(ComputedTags.LevelOf(path.Root.Tag, _request.Level) is { } computed ? new ComputedKey(computed, path.Root.Tag, test)
                    : _catalog.Stores(level, path.Root) ? new MemberKey(level, path, test, _catalog.HasRows(level, path))
                    : new MetadataKey(path, test));
                continue;
            }

            var sequence = new AttributePath([.. path.Steps.SkipLast(1)]);
            if (!items.TryGetValue(sequence, out var tests))
                items.Add(sequence, tests = []);
            tests.Add((path, test));
        }

        foreach (var pair in moments.Values)
            AddMoment(pair, zone);
        foreach (var (sequence, tests) in items)
            AddItems(sequence, tests);
    }

    private void AddMoment(List<(AttributePath Path, MomentRange Range)> pair, TimeSpan? zone)
    {
        var (datePath, date) = pair.Find(part => part.Path.VR == DicomVR.DA);
        var (timePath, time) = pair.Find(part => part.Path.VR == DicomVR.TM);

        // In another zone a time may be of another day.
        datePath ??= zone is null ? null : SiblingOf(pair[0].Path, "Time", "Date");
        timePath ??= zone is null ? null : SiblingOf(pair[0].Path, "Date", "Time");
        _request.Keys.Add(new MomentKey(_catalog.LevelOf(pair[0].Path.Root), datePath, timePath, date, time, zone));
    }

    private void AddItems(AttributePath sequence, List<(AttributePath Path, ValueTest Test)> tests)
    {
        var level = _catalog.LevelOf(sequence.Root);
        var isStored = _catalog.Stores(level, sequence.Root);

        // The one by which rows are found comes first.
        tests.Sort((left, right) => _catalog.HasRows(level, right.Path).CompareTo(_catalog.HasRows(level, left.Path)));
        _request.Keys.Add(new ItemKey(
            level,
            sequence,
            [.. tests.Select(test => (new AttributePath([test.Path.Leaf]), test.Test))],
            isStored,
            _catalog.HasRows(level, tests[0].Path) ? tests[0].Path.ToString() : null));
    }

    // The offset from UTC is no key: it says in which zone the dates and times of the others are (PS3.4 C.2.2.2.5).
    private TimeSpan? TakeZone()
    {
        if (!_keys.Remove(AttributePath.Of(DicomTags.TimezoneOffsetFromUTC), out var values) || values is [""])
            return null;

        // A plus sign that is not encoded is read as a space.
        return values.Count == 1 && DateTimeRange.OffsetOf(values[0].Replace(' ', '+')) is { } zone
            ? zone
            : throw Bad("TimezoneOffsetFromUTC is one offset such as +0100; encode the plus sign as %2B.");
    }

    private static DicomTag DateOf(AttributePath path) => path.VR == DicomVR.DA ? path.Root.Tag : SiblingOf(path, "Time", "Date")?.Root.Tag ?? path.Root.Tag;

    // Study Date and Study Time, by the names that such pairs have.
    private static AttributePath? SiblingOf(AttributePath path, string end, string other)
    {
        var keyword = DicomDictionary.Find(path.Root.Tag)!.Keyword;
        return keyword.EndsWith(end, StringComparison.Ordinal) && DicomDictionary.Find(keyword[..^end.Length] + other) is { } entry && entry.VRs[0] is DicomVR.DA or DicomVR.TM
            ? AttributePath.Of(entry.Tag)
            : null;
    }

    private static string Plural(IndexLevel level) => level switch
    {
        IndexLevel.Study => "studies",
        IndexLevel.Series => "series",
        _ => "instances",
    };

    private string Address(IndexLevel level) => _request.Study is { } ? $"/studies/{_request.Study}/{Plural(level)}" : $"/{Plural(level)}";

    // What the client wrote, as far as an answer should repeat it.
    private static string Shown(ReadOnlySpan<char> text) => text.Length > 64 ? $"{text[..64]}…" : text.ToString();

    private static DicomwebException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
