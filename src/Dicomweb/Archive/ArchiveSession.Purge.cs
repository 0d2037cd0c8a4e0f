// Purging: the history of an instance stays, its content goes.

namespace FhirHub.Dicomweb;

/// <summary>A deleted or replaced instance whose bytes are given back.</summary>
internal readonly record struct FormerPlace(long Id, BlobPlace Place);

internal sealed partial class ArchiveSession
{
    /// <summary>Takes out some of what ended before a time, so that nobody finds it any more, and all that an earlier purge did not finish.</summary>
    /// <param name="until">The time.</param>
    /// <param name="after">The last one that was looked at.</param>
    /// <param name="count">How many are looked at.</param>
    /// <param name="isFree">Whether nobody reads a stretch.</param>
    /// <returns>What was taken, and the last one that was looked at; 0 if there are no more.</returns>
    public (IReadOnlyList<FormerPlace> Taken, long Last) TakeForPurge(long until, long after, int count, Func<BlobPlace, bool> isFree)
    {
        var taken = new List<FormerPlace>();
        var last = 0L;
        using (var rows = _connection.Prepare("SELECT id, segment, offset, length FROM former WHERE freed < 2 AND ended <= ?1 AND id > ?2 ORDER BY id LIMIT ?3")
            .Bind(1, until).Bind(2, after).Bind(3, count).Query())
        {
            while (rows.Step())
            {
                last = rows.Int64(0);
                var place = new BlobPlace(rows.Int64(1), rows.Int64(2), rows.Int64(3));
                if (isFree(place))
                    taken.Add(new(last, place));
            }
        }

        foreach (var former in taken)
        {
            _connection.Prepare("UPDATE former SET freed = 1 WHERE id = ?").Bind(1, former.Id).Run();
            _connection.Prepare("DELETE FROM instance_data WHERE instance = ?").Bind(1, former.Id).Run();
        }

        return (taken, last);
    }

    /// <summary>The bytes were given back.</summary>
    public bool EndPurge(IReadOnlyList<FormerPlace> taken)
    {
        foreach (var former in taken)
            _connection.Prepare("UPDATE former SET freed = 2 WHERE id = ?").Bind(1, former.Id).Run();
        return true;
    }

    /// <summary>Segments get nothing more.</summary>
    public bool Seal(IReadOnlyList<long> numbers)
    {
        foreach (var number in numbers)
            _connection.Prepare("UPDATE segment SET sealed = 1 WHERE id = ?").Bind(1, number).Run();
        return true;
    }

    /// <summary>Forgets sealed segments of which nothing is kept.</summary>
    public IReadOnlyList<long> ForgetDeadSegments(Func<long, bool> mayGo)
    {
        var dead = new List<long>();
        using (var rows = _connection.Prepare(
            """
            SELECT id FROM segment WHERE sealed = 1
            AND NOT EXISTS(SELECT 1 FROM instance i WHERE i.segment = segment.id) AND NOT EXISTS(SELECT 1 FROM former f WHERE f.segment = segment.id AND f.freed < 2)
            """).Query())
        {
            while (rows.Step())
                dead.Add(rows.Int64(0));
        }

        dead.RemoveAll(number => !mayGo(number));
        foreach (var number in dead)
        {
            _connection.Prepare("DELETE FROM segment WHERE id = ?").Bind(1, number).Run();
            _segments.Remove(number);
        }

        return dead;
    }
}
