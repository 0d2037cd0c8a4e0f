// Which studies a search has to look at: those that the most selective of its keys finds, where they are few.

namespace FhirHub.Dicomweb;

internal sealed partial class ImageSearch
{
    // More than so many are not listed and sorted: walking in order comes to a full page sooner.
    private const int MaxCandidates = 512;

    // So few need no better key.
    private const int FewCandidates = 32;

    // Behind every value.
    private const string LastValue = "\U0010FFFF";

    // The keys that every row which is visited fulfils.
    private readonly List<SearchKey> _proven = [];

    // Of a walk the key whose rows are walked.
    private SearchKey? _filter;

    // The studies that UIDs or an index name; null where studies are walked in their order.
    private List<Candidate>? Candidates()
    {
        if (_request.Study is { } study)
            return Ids("SELECT id FROM study WHERE uid = ?1", [study]);
        if (_request.Uids[0] is { } studies)
            return Ids("SELECT id FROM study WHERE uid = ?1", studies);
        if (_request.Uids[2] is { } instances)
            return Ids("SELECT study FROM instance WHERE uid = ?1", instances);
        if ((_request.Series is { } one ? [one] : _request.Uids[1]) is { } series)
            return Ids("SELECT study FROM series WHERE uid = ?1", series);

        List<Candidate>? best = null;
        foreach (var key in _request.Keys)
        {
            if (key.RowPath is null)
                continue;
            if (Owners(key, Math.Min(MaxCandidates, best?.Count ?? MaxCandidates)) is not { } owners)
            {
                if (key.Level == IndexLevel.Study && key.Stretches is [{ IsExact: true, Path: null } only] && only.First == only.Last)
                    _filter ??= key;
                continue;
            }

            best = owners;
            _proven.Clear();
            if (key.Level == IndexLevel.Study && key.Stretches.All(stretch => stretch.IsExact))
                _proven.Add(key);
            if (best.Count <= FewCandidates)
                return best;
        }

        if (!_scope.IsFull && Granted(Math.Min(MaxCandidates, best?.Count ?? MaxCandidates)) is { } granted)
        {
            best = granted;
            _proven.Clear();
        }

        return best;
    }

    private List<Candidate> Ids(string sql, IEnumerable<string> uids)
    {
        var ids = new List<Candidate>();
        foreach (var uid in uids)
        {
            using var rows = _connection.Prepare(sql).Bind(1, uid).Query();
            while (rows.Step())
                ids.Add(new(rows.Int64(0), null));
        }

        return ids.Count > 1 ? [.. ids.Distinct()] : ids;
    }

    // The studies that a key finds; null if there are more than are of use.
    private List<Candidate>? Owners(SearchKey key, int most)
    {
        var owners = new HashSet<Candidate>();
        foreach (var stretch in key.Stretches)
        {
            using var rows = _connection.Prepare(key.Level switch
            {
                IndexLevel.Study => "SELECT a.owner, a.rank FROM attribute a WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
                IndexLevel.Series => "SELECT r.study FROM attribute a CROSS JOIN series r ON r.id = a.owner WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
                _ => "SELECT i.study FROM attribute a CROSS JOIN instance i ON i.id = a.owner WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
            }).Bind(1, stretch.Path ?? key.RowPath!).Bind(2, stretch.First).Bind(3, stretch.Last ?? stretch.First + LastValue).Bind(4, most + 1L).Query();
            var read = 0;
            while (rows.Step())
            {
                owners.Add(new(rows.Int64(0), key.Level == IndexLevel.Study ? rows.Int64(1) : null));
                if (++read > most || owners.Count > most)
                    return null;
            }
        }

        return [.. owners];
    }

    private List<Candidate>? Granted(int most)
    {
        var ids = new List<Candidate>();
        using var rows = _connection.Prepare("SELECT s.id FROM json_each(?1) p CROSS JOIN study s ON s.patient = p.value LIMIT ?2").Bind(1, ImageArchive.PatientsOf(_scope)!).Bind(2, most + 1L).Query();
        while (rows.Step())
            ids.Add(new(rows.Int64(0), null));
        return ids.Count > most ? null : ids;
    }

    /// <summary>A study that may match.</summary>
    /// <param name="Id">The id of its row.</param>
    /// <param name="Rank">Its place in the order of answers, where an index row told it.</param>
    private readonly record struct Candidate(long Id, long? Rank);
}
