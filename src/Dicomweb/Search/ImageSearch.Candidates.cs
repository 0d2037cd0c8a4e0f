// Which studies a search has to look at: those that the most selective of its keys finds, or all in their order.

namespace FhirHub.Dicomweb;

internal sealed partial class ImageSearch
{
    // More than so many are not listed and sorted: walking in order comes to a full page sooner.
    private const int MaxCandidates = 512;

    // So few need no better key.
    private const int FewCandidates = 32;

    // Behind every value.
    private const string LastValue = "\U0010FFFF";

    // The key that every row which is visited fulfils.
    private SearchKey? _proven;

    // Of a walk the key that is asked of the attribute table instead of the studies.
    private SearchKey? _filter;

    // The studies that UIDs or an index name; null where studies are walked in their order.
    private List<long>? Candidates()
    {
        if (_request.Study is { } study)
            return Ids("SELECT id FROM study WHERE uid = ?1", [study]);
        if (_request.Uids[0] is { } studies)
            return Ids("SELECT id FROM study WHERE uid = ?1", studies);
        if (_request.Uids[2] is { } instances)
            return Ids("SELECT study FROM instance WHERE uid = ?1", instances);
        if ((_request.Series is { } one ? [one] : _request.Uids[1]) is { } series)
            return Ids("SELECT study FROM series WHERE uid = ?1", series);

        List<long>? best = null;
        foreach (var key in _request.Keys)
        {
            if (key.RowPath is null || key.RowPath == AttributeCatalog.StudyOrder)
                continue;
            if (Owners(key, Math.Min(MaxCandidates, best?.Count ?? MaxCandidates)) is not { } owners)
            {
                if (key.Level == IndexLevel.Study && key.Stretches is [{ IsExact: true } only] && only.First == only.Last)
                    _filter ??= key;
                continue;
            }

            best = owners;
            _proven = key.Level == IndexLevel.Study && key.Stretches.All(stretch => stretch.IsExact) ? key : null;
            if (best.Count <= FewCandidates)
                return best;
        }

        if (!_scope.IsFull && Granted(Math.Min(MaxCandidates, best?.Count ?? MaxCandidates)) is { } granted)
        {
            best = granted;
            _proven = null;
        }

        return best;
    }

    private List<long> Ids(string sql, IEnumerable<string> uids)
    {
        var ids = new List<long>();
        foreach (var uid in uids)
        {
            using var rows = _connection.Prepare(sql).Bind(1, uid).Query();
            while (rows.Step())
                ids.Add(rows.Int64(0));
        }

        return ids.Count > 1 ? [.. ids.Distinct()] : ids;
    }

    // The studies that a key finds; null if there are more than are of use.
    private List<long>? Owners(SearchKey key, int most)
    {
        var owners = new HashSet<long>();
        foreach (var stretch in key.Stretches)
        {
            using var rows = _connection.Prepare(key.Level switch
            {
                IndexLevel.Study => "SELECT a.owner FROM attribute a WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
                IndexLevel.Series => "SELECT r.study FROM attribute a CROSS JOIN series r ON r.id = a.owner WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
                _ => "SELECT i.study FROM attribute a CROSS JOIN instance i ON i.id = a.owner WHERE a.path = (SELECT id FROM path WHERE path = ?1) AND a.value >= ?2 AND a.value <= ?3 LIMIT ?4",
            }).Bind(1, key.RowPath!).Bind(2, stretch.First).Bind(3, stretch.Last ?? stretch.First + LastValue).Bind(4, most + 1L).Query();
            var read = 0;
            while (rows.Step())
            {
                owners.Add(rows.Int64(0));
                if (++read > most || owners.Count > most)
                    return null;
            }
        }

        return [.. owners];
    }

    private List<long>? Granted(int most)
    {
        var ids = new List<long>();
        using var rows = _connection.Prepare("SELECT s.id FROM json_each(?1) p CROSS JOIN study s ON s.patient = p.value LIMIT ?2").Bind(1, ImageArchive.PatientsOf(_scope)!).Bind(2, most + 1L).Query();
        while (rows.Step())
            ids.Add(rows.Int64(0));
        return ids.Count > most ? null : ids;
    }
}
