// What must hold in every state, what readers see in it, and that the sweeper alone ends what was begun.

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <content>Rules.</content>
internal sealed partial class CommitModel
{
    private const int SweepsAtMost = 400;

    // A reader takes the watermark and later, request by request, reads heads and index as of it, once or twice. Its requests change nothing, so
    // it needs no steps of its own: in every state each request is made for every watermark that a reader may have taken before.
    private string? OfReaders(in Database database)
    {
        for (var moment = 0; moment <= database.Watermark; moment++)
        {
            for (var key = 0; key < 2; key++)
            {
                var expected = AsOf(database, key, moment);
                if (!IsOf(database.Heads[key], moment, expected) || !IsIndexOf(database, key, moment, expected))
                    return $"Resource {key + 1} is not read as it was at position {moment}.";
            }
        }

        return null;
    }

    // A head that says too little about the moment sends the reader back to the watermark.
    private static bool IsOf(in Head head, int moment, (byte From, byte Document, byte Version) expected) =>
        head.From <= moment ? (head.From, head.Document, head.Version) == expected
        : head.PreviousFrom > moment || (head.PreviousFrom, head.PreviousDocument, head.PreviousVersion) == expected;

    private bool IsIndexOf(in Database database, int key, int moment, (byte From, byte Document, byte Version) expected)
    {
        var seen = ((byte)0, (byte)0, (byte)0);
        var count = 0;
        for (byte i = 0; i < Documents; i++)
        {
            var document = database.Documents[i];
            if (Exists(i) && KeyOf(i) == key && IsVisible(document, moment))
                (seen, count) = ((document.From, i, document.Version), count + 1);
        }

        return count <= 1 && seen == expected;
    }

    private static bool IsVisible(in Document document, int moment) => document.From != 0 && document.From <= moment && document.Until > moment;

    // By the log alone: position, document and version of a resource.
    private (byte From, byte Document, byte Version) AsOf(in Database database, int key, int position)
    {
        for (var at = position; at > 0; at--)
        {
            foreach (var write in database.Log[at - 1].Writes)
            {
                if (write.Version != 0 && KeyOf(write.Document) == key)
                    return ((byte)at, write.Document, write.Version);
            }
        }

        return default;
    }

    private string? Violation(in CommitState state)
    {
        if (state.Wrong != Wrong.None)
            return state.Wrong == Wrong.WatermarkFell ? "The watermark fell." : "A version is to appear whose document is gone.";
        var length = LengthOf(state.Database.Log);
        if (OfWriters(state, length) is { } broken)
            return broken;

        // The other rules are of the database alone, which most states share with others.
        var hash = StateHash.Of(state.Database);
        if (_sound.Contains(hash))
            return null;
        broken = OfDatabase(state.Database, length) ?? (CanBeFinished(state) ? null : "The sweeper alone does not finish what was begun.");
        if (broken is null)
            _sound.Add(hash);
        return broken;
    }

    private string? OfDatabase(in Database database, int length) => OfLog(database, length) ?? OfDocuments(database) ?? OfReaders(database)
        ?? (database.Watermark == length && !IsInEffect(database, length) ? "What the watermark says is in effect is not." : null);

    private string? OfLog(in Database database, int length)
    {
        if (database.Watermark > length)
            return "The watermark is past the end of the log.";
        var committed = 0;
        for (var at = length; at < Positions; at++)
        {
            if (database.Log[at].Author != 0)
                return "The log has a gap.";
        }

        for (var at = 1; at <= length; at++)
        {
            var entry = database.Log[at - 1];
            committed += entry.Author <= 2 ? 1 : 0;
            for (var other = 1; other < at; other++)
            {
                if (entry.Author != SweeperAuthor && entry.Author == database.Log[other - 1].Author)
                    return "A transaction is committed twice.";
            }

            foreach (var write in entry.Writes)
            {
                if (write.Version == 0)
                    continue;
                var before = AsOf(database, KeyOf(write.Document), at - 1);
                if (write.Version != before.Version + 1 || write.WasFrom != before.From || write.WasDocument != before.Document)
                    return "An update is lost: a version does not follow the one before it.";
                if (database.Documents[write.Document].From == 0)
                    return "A document of a committed transaction is gone.";
            }
        }

        return scenario.IsExcluding && committed > 1 ? "Two conditional creates that exclude each other are both committed." : null;
    }

    private static string? OfWriters(in CommitState state, int length)
    {
        for (var who = 0; who < 2; who++)
        {
            var writer = state.Writers[who];
            if (writer.Step == WriterStep.Answered
                && (writer.Committed > length || state.Database.Log[writer.Committed - 1].Author != who + 1 || state.Database.Watermark < writer.Committed))
            {
                return "What was acknowledged is not there for a reader that comes now.";
            }

            if (writer.Step != WriterStep.Refused)
                continue;
            for (var at = 0; at < length; at++)
            {
                if (state.Database.Log[at].Author == who + 1)
                    return "What was refused is committed.";
            }
        }

        return null;
    }

    private static string? OfDocuments(in Database database)
    {
        for (byte i = 0; i < Documents; i++)
        {
            var from = database.Documents[i].From;
            if (from is 0 or Unset)
                continue;
            var entry = database.Log[from - 1];
            if (entry.Author == 0 || ((entry.Writes[0].Version == 0 || entry.Writes[0].Document != i) && (entry.Writes[1].Version == 0 || entry.Writes[1].Document != i)))
                return "A document that is not committed has a position.";
        }

        return null;
    }

    // All follows from the log alone, however often and by whomever it was brought into effect.
    private bool IsInEffect(in Database database, int length)
    {
        for (var key = 0; key < 2; key++)
        {
            var now = AsOf(database, key, length);
            var before = now.From == 0 ? default : AsOf(database, key, now.From - 1);
            if (database.Heads[key] != new Head(now.Document, now.From, now.Version, before.Document, before.From, before.Version))
                return false;
            var until = Unset;
            for (var at = now; at.From != 0; at = AsOf(database, key, at.From - 1))
            {
                var document = database.Documents[at.Document];
                if ((document.From, document.Until, document.Version) != (at.From, until, at.Version))
                    return false;
                if (database.History[(key * Versions) + at.Version] != (until == Unset ? 0 : at.Document + 1))
                    return false;
                until = at.From;
            }
        }

        return true;
    }

    private bool CanBeFinished(in CommitState state)
    {
        var alone = state with { Sweeper = default, Time = 1 };
        for (var sweeps = 0; sweeps < SweepsAtMost && alone.Wrong == Wrong.None; sweeps++)
        {
            if (alone.Sweeper.Step == SweeperStep.Idle && IsFinished(alone.Database))
                return true;
            if (leftOut != LeftOut.Sweep)
                Sweep(ref alone);
        }

        return false;
    }

    private bool IsFinished(in Database database)
    {
        var length = LengthOf(database.Log);
        foreach (var document in database.Documents)
        {
            if (document is { From: Unset, PreparedAt: < Bound })
                return false;
        }

        return database.Watermark == length && IsInEffect(database, length);
    }
}
