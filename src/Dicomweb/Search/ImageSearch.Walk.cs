// Studies in the order of the answer, newest first: all of them, or those that an exact key or a part of a name finds.

using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

internal sealed partial class ImageSearch
{
    private const string RowsOfValue = "path = (SELECT id FROM path WHERE path = ?1) AND value = ?2";

    private void Walk()
    {
        var dates = Array.Find(_keys[0], key => key.Ranks is not null);
        var ranks = dates?.Ranks ?? RankStretch.All;
        if (_filter is not null)
            _proven.Add(_filter);
        if (dates is not null && ranks.IsExact)
            _proven.Add(dates);

        // Where every row matches, what comes before the page, and what is only counted, needs no more than a look at the index.
        var areMatches = _request.Level == IndexLevel.Study && _scope.IsFull && Array.TrueForAll(_request.Uids, uids => uids is null) && Array.TrueForAll(_keys[0], _proven.Contains);
        if (areMatches && _writer is null)
        {
            Found = Count(ranks.First, ranks.Last);
            return;
        }

        var place = (Rank: ranks.Last, Study: long.MaxValue);
        if (areMatches && _skip > 0)
        {
            if (PlaceBehind(ranks, _skip) is not { } found)
                return;
            (place, _skip) = (found, 0);
        }

        if (_filter is null && Array.Find(_keys[0], key => key.NamePattern is not null) is { } name)
            VisitNames(name.NamePattern!, ranks.First, place.Rank);
        else
            VisitRows(ranks.First, place.Rank, place.Study);
    }

    private Statement PrepareRows(string sql) =>
        _connection.Prepare(sql).Bind(1, _filter?.RowPath ?? AttributeCatalog.StudyOrder).Bind(2, _filter?.Stretches[0].First ?? "");

    private long Count(long least, long greatest)
    {
        using var rows = PrepareRows($"SELECT count(*) FROM attribute WHERE {RowsOfValue} AND rank >= ?3 AND rank <= ?4").Bind(3, least).Bind(4, greatest).Query();
        rows.Step();
        return rows.Int64(0);
    }

    // The study that so many others come before; null if there are no more than these.
    private (long Rank, long Study)? PlaceBehind(in RankStretch ranks, long others)
    {
        var greatest = ranks.Last;
        if (_filter is null)
        {
            // Whole spans are stepped over by their number of studies, from the top of that in which the stretch ends.
            var span = greatest / StudyRank.Span;
            if (greatest != long.MaxValue)
                others += Count(greatest + 1, TopOf(span));
            using var spans = _connection.Prepare("SELECT span, studies FROM study_span WHERE span <= ? ORDER BY span DESC").Bind(1, span).Query();
            while (true)
            {
                if (!spans.Step())
                    return null;
                if (spans.Int64(1) > others)
                    break;
                others -= spans.Int64(1);
            }

            greatest = TopOf(spans.Int64(0));
        }

        using var rows = PrepareRows($"SELECT rank, owner FROM attribute WHERE {RowsOfValue} AND rank >= ?3 AND rank <= ?4 ORDER BY rank DESC, owner DESC LIMIT 1 OFFSET ?5")
            .Bind(3, ranks.First).Bind(4, greatest).Bind(5, others).Query();
        return rows.Step() ? (rows.Int64(0), rows.Int64(1)) : null;
    }

    private static long TopOf(long span) => (span * StudyRank.Span) + StudyRank.Span - 1;

    private void VisitRows(long least, long greatest, long study)
    {
        using var rows = PrepareRows(
            $"""
            SELECT {StudyColumns} FROM attribute a CROSS JOIN study s ON s.id = a.owner
            WHERE a.{RowsOfValue} AND a.rank >= ?3 AND (a.rank, a.owner) <= (?4, ?5) ORDER BY a.rank DESC, a.owner DESC
            """).Bind(3, least).Bind(4, greatest).Bind(5, study).Query();
        while (rows.Step())
        {
            if (!VisitStudy(rows))
                return;
        }
    }

    // Names tell by themselves, without the rows of their studies, which are looked at only where a name fits, or is too long to be listed.
    private void VisitNames(string pattern, long least, long greatest)
    {
        using var rows = _connection.Prepare(
            $"""
            SELECT {StudyColumns} FROM study_name n CROSS JOIN study s ON s.id = n.owner
            WHERE n.rank >= ?1 AND n.rank <= ?2 AND (n.name GLOB ?3 OR n.name = '') ORDER BY n.rank DESC, n.owner DESC
            """).Bind(1, least).Bind(2, greatest).Bind(3, pattern).Query();
        var last = 0L;
        while (rows.Step())
        {
            // One name may have several groups.
            if (rows.Int64(0) == last)
                continue;
            last = rows.Int64(0);
            if (!VisitStudy(rows))
                return;
        }
    }
}
