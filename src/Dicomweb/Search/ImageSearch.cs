// Runs a search: studies in their order, newest first, and within them series and instances by their numbers.

using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

/// <summary>
/// One search in one state of the index. Studies come from the key that finds the fewest, or in their order till there are enough; every row is then
/// looked at by the keys that did not choose it.
/// </summary>
internal sealed partial class ImageSearch
{
    private const string StudyColumns = "s.id, s.uid, s.patient, s.series, s.instances, s.modalities, s.classes, s.json";

    internal const int SeriesColumn = 3;
    internal const int ModalitiesColumn = 5;
    internal const int ClassesColumn = 6;

    private readonly Connection _connection;
    private readonly ImageScope _scope;
    private readonly SearchRequest _request;
    private readonly AttributeCatalog _catalog;
    private readonly MatchWriter? _writer;
    private readonly string _address;
    private readonly List<string> _scratch = [];
    private readonly List<(DicomTag Tag, byte[] Text)> _others = [];
    private readonly SearchKey[][] _keys;
    private readonly AttributeStep[] _metadataSteps;
    private long _skip;
    private long _limit;

    /// <summary>A search.</summary>
    /// <param name="connection">The index.</param>
    /// <param name="scope">The studies that exist for the request.</param>
    /// <param name="request">The search.</param>
    /// <param name="catalog">The attributes of the index.</param>
    /// <param name="address">The root of the service.</param>
    /// <param name="writer">Gets the matches; null if they are only counted.</param>
    public ImageSearch(Connection connection, ImageScope scope, SearchRequest request, AttributeCatalog catalog, string address, MatchWriter? writer)
    {
        _connection = connection;
        _scope = scope;
        _request = request;
        _catalog = catalog;
        _address = address;
        _writer = writer;
        _keys = [.. Enumerable.Range(0, 3).Select(level => request.Keys.Where(key => (int)key.Level == level).ToArray())];
        _metadataSteps = [.. request.Included.Where(step => request.Level == IndexLevel.Instance && catalog.LevelOf(step) == IndexLevel.Instance
            && !catalog.Stores(IndexLevel.Instance, step) && ComputedTags.LevelOf(step.Tag, IndexLevel.Instance) is null)];
        (_skip, _limit) = writer is null ? (0, long.MaxValue) : (request.Offset, request.Limit);
    }

    /// <summary>Matches that were written or counted.</summary>
    public long Found { get; private set; }

    /// <summary>Whether there are more than were asked for.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Runs it.</summary>
    public void Run()
    {
        if (_writer is null && _request.Level == IndexLevel.Study && _scope.IsFull && IsUnlimited)
        {
            Found = _connection.Scalar(Sql.Raw("SELECT count(*) FROM study")) ?? 0;
            return;
        }

        if (Candidates() is { } candidates)
            VisitCandidates(candidates);
        else
            Walk();
    }

    private bool IsUnlimited => _request.Keys.Count == 0 && _request.Study is null && Array.TrueForAll(_request.Uids, uids => uids is null);

    private void VisitCandidates(List<Candidate> candidates)
    {
        // Sorted by what the walk goes by, so that pages are the same whichever way they were found.
        if (candidates.Count > 1)
            candidates = Sorted(candidates);
        foreach (var candidate in candidates)
        {
            using var rows = _connection.Prepare($"SELECT {StudyColumns} FROM study s WHERE s.id = ?").Bind(1, candidate.Id).Query();
            if (rows.Step() && !VisitStudy(rows))
                return;
        }
    }

    private List<Candidate> Sorted(List<Candidate> candidates)
    {
        var ordered = new List<(long Rank, Candidate Candidate)>(candidates.Count);
        foreach (var candidate in candidates)
        {
            if (candidate.Rank is { } known)
            {
                ordered.Add((known, candidate));
                continue;
            }

            using var rows = _connection.Prepare("SELECT json FROM study WHERE id = ?").Bind(1, candidate.Id).Query();
            if (rows.Step())
                ordered.Add((AttributeCatalog.RankOf(rows.Blob(0)), candidate));
        }

        ordered.Sort(static (left, right) => right.Rank.CompareTo(left.Rank) is var order and not 0 ? order : right.Candidate.Id.CompareTo(left.Candidate.Id));
        return [.. ordered.Select(pair => pair.Candidate)];
    }

    // False when there are enough.
    private bool VisitStudy(in Statement.Rows rows)
    {
        if (!_scope.IsFull && !_scope.Grants(rows.TextOrNull(2)))
            return true;
        var study = new MatchLevel { Members = rows.Blob(7) };
        if (_keys[0].Length > 0)
        {
            var row = new SearchRow { Members = study.Members, Study = rows, Instances = rows.Int64(4) };
            if (!MatchesAll(_keys[0], row))
                return true;
        }

        if (_request.Uids[0] is { } uids && !uids.Contains(rows.Text(1)))
            return true;
        if (_request.Level == IndexLevel.Series && _writer is null && _keys[1].Length == 0 && _request.Series is null && _request.Uids[1] is null)
        {
            Found += rows.Int64(SeriesColumn);
            return true;
        }

        if (_request.Level == IndexLevel.Study && !IsTaken(out var goesOn))
            return goesOn;
        if (_writer is not null)
        {
            study.Uid = rows.Text(1);
            (_writer.Modalities, _writer.Classes, _writer.StudySeries, _writer.StudyInstances) = (rows.Text(ModalitiesColumn), rows.Text(ClassesColumn), rows.Int64(SeriesColumn), rows.Int64(4));
        }

        if (_request.Level != IndexLevel.Study)
            return VisitSeries(rows.Int64(0), study);
        _writer?.Write(study, default, default, _others);
        return true;
    }

    private bool VisitSeries(long id, in MatchLevel study)
    {
        var statement = _connection.Prepare(_request.Series is null
            ? "SELECT id, uid, instances, json FROM series WHERE study = ?1 ORDER BY number IS NULL, number, uid"
            : "SELECT id, uid, instances, json FROM series WHERE study = ?1 AND uid = ?2").Bind(1, id);
        if (_request.Series is { } wanted)
            statement.Bind(2, wanted);
        using var rows = statement.Query();
        while (rows.Step())
        {
            if (_request.Uids[1] is { } uids && !uids.Contains(rows.Text(1)))
                continue;
            var series = new MatchLevel { Members = rows.Blob(3) };
            if (_keys[1].Length > 0 && !MatchesAll(_keys[1], new SearchRow { Members = series.Members, Instances = rows.Int64(2) }))
                continue;
            if (_request.Level == IndexLevel.Instance && _keys[2].Length == 0 && _request.Uids[2] is null && PassesOver(rows.Int64(2)))
                continue;
            if (_request.Level == IndexLevel.Series && !IsTaken(out var goesOn))
            {
                if (!goesOn)
                    return false;
                continue;
            }

            if (_writer is not null)
            {
                series.Uid = rows.Text(1);
                _writer.SeriesInstances = rows.Int64(2);
            }

            if (_request.Level == IndexLevel.Series)
                _writer?.Write(study, series, default, _others);
            else if (!VisitInstances(rows.Int64(0), study, series))
                return false;
        }

        return true;
    }

    // A series all of whose instances match needs no look at them where they are only counted, or come before the page.
    private bool PassesOver(long instances)
    {
        if (_writer is null)
        {
            Found += instances;
            return true;
        }

        if (_skip < instances)
            return false;
        _skip -= instances;
        return true;
    }

    private bool VisitInstances(long id, in MatchLevel study, in MatchLevel series)
    {
        var only = _request.Uids[2] is { Count: 1 } single ? single.First() : null;
        var statement = _connection.Prepare(only is null
            ? "SELECT id, uid, syntax, json FROM instance WHERE series = ?1 ORDER BY number IS NULL, number, uid"
            : "SELECT id, uid, syntax, json FROM instance WHERE series = ?1 AND uid = ?2").Bind(1, id);
        if (only is not null)
            statement.Bind(2, only);
        using var rows = statement.Query();
        while (rows.Step())
        {
            if (_request.Uids[2] is { } uids && !uids.Contains(rows.Text(1)))
                continue;
            var members = rows.Blob(3);
            var needsMetadata = Array.Exists(_keys[2], key => key.NeedsMetadata);
            using var metadata = needsMetadata || (_writer is not null && _metadataSteps.Length > 0 && _skip == 0) ? Metadata(rows.Int64(0)) : null;
            if (_keys[2].Length > 0 && !MatchesAll(_keys[2], new SearchRow { Members = members, TransferSyntax = rows.Text(2), Metadata = metadata?.RootElement ?? default }))
                continue;
            if (!IsTaken(out var goesOn))
            {
                if (!goesOn)
                    return false;
                continue;
            }

            if (_writer is null)
                continue;
            TakeOthers(metadata);
            _writer.TransferSyntax = rows.Text(2);
            _writer.Write(study, series, new MatchLevel { Uid = rows.Text(1), Members = members }, _others);
        }

        return true;
    }

    private bool MatchesAll(SearchKey[] keys, in SearchRow row)
    {
        foreach (var key in keys)
        {
            if (_proven.Contains(key))
                continue;
            _scratch.Clear();
            if (!key.Matches(row, _scratch))
                return false;
        }

        return true;
    }

    // Whether a match is to be written or counted; if not, whether more are to be looked for.
    private bool IsTaken(out bool goesOn)
    {
        goesOn = true;
        if (_skip > 0)
        {
            _skip--;
            return false;
        }

        if (Found == _limit)
        {
            HasMore = true;
            goesOn = false;
            return false;
        }

        Found++;
        return true;
    }

    private JsonDocument Metadata(long instance)
    {
        using var rows = _connection.Prepare("SELECT metadata FROM instance_data WHERE instance = ?").Bind(1, instance).Query();
        ReadOnlyMemory<byte> json = rows.Step() ? InstanceMetadata.ToJson(rows.Blob(0), _address) : "{}"u8.ToArray();
        return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MemberValues.ReaderOptions.MaxDepth });
    }

    // What includefield asks for and no list has comes from the metadata.
    private void TakeOthers(JsonDocument? metadata)
    {
        _others.Clear();
        if (metadata is null)
            return;
        foreach (var step in _metadataSteps)
        {
            if (MemberValues.Find(metadata.RootElement, step, out var tag) is not { } attribute)
                continue;
            Other(tag, attribute);
            if (tag.IsPrivate && metadata.RootElement.TryGetProperty(tag.PrivateCreator.ToHex(), out var creator) && !_others.Exists(other => other.Tag == tag.PrivateCreator))
                Other(tag.PrivateCreator, creator);
        }

        _others.Sort(static (left, right) => left.Tag.CompareTo(right.Tag));

        void Other(DicomTag tag, JsonElement attribute)
        {
            if (!_others.Exists(other => other.Tag == tag))
                _others.Add((tag, System.Text.Encoding.UTF8.GetBytes($"\"{tag.ToHex()}\":{attribute.GetRawText()}")));
        }
    }
}
