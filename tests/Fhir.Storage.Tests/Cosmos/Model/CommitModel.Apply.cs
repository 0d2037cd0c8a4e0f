// Bringing records into effect, which writers and the sweeper do alike and at the same time.

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <content>Application of records, and the sweeper.</content>
internal sealed partial class CommitModel
{
    private static string ActionOf(ApplyStep step) => step switch
    {
        ApplyStep.Copy => "copies an old version to the history",
        ApplyStep.PatchOld => "patches an old version",
        ApplyStep.PatchNew => "patches a new version",
        ApplyStep.ReadHead => "reads a head to replace it",
        ApplyStep.ReplaceHead => "replaces a head",
        ApplyStep.ReadWatermark => "reads the watermark to move it",
        _ => "moves the watermark",
    };

    private Application Begin(in Database database, int record) =>
        leftOut == LeftOut.ApplicationBeforeWatermark
            ? new Application((byte)record, 0, ApplyStep.ReplaceWatermark, (byte)(record - 1))
            : new Application((byte)record, 0, FirstStep(database.Log[record - 1], 0), 0);

    private static ApplyStep FirstStep(in LogEntry entry, int write) => entry switch
    {
        _ when write == 2 || entry.Writes[write].Version == 0 => ApplyStep.ReadWatermark,
        _ when entry.Writes[write].WasFrom != 0 => ApplyStep.Copy,
        _ => ApplyStep.PatchNew,
    };

    // True when the watermark has reached the goal.
    private bool Apply(ref CommitState state, ref Application at, int goal)
    {
        ref var database = ref state.Database;
        if (at.Step is ApplyStep.ReadWatermark)
        {
            if (database.Watermark >= goal)
                return true;
            at = at.Record == database.Watermark + 1
                ? at with { Step = ApplyStep.ReplaceWatermark, Seen = database.Watermark }
                : Begin(database, database.Watermark + 1);
            return false;
        }

        ref var entry = ref At(ref database, at.Record);
        if (at.Step is ApplyStep.ReplaceWatermark)
        {
            if (database.Watermark == at.Seen || leftOut == LeftOut.ConditionOfWatermark)
            {
                if (at.Record < database.Watermark)
                    state.Wrong = Wrong.WatermarkFell;
                (database.Watermark, database.Void) = (at.Record, Math.Max(database.Void, entry.Void));
            }

            at.Step = ApplyStep.ReadWatermark;
            return database.Watermark >= goal;
        }

        ref var write = ref entry.Writes[at.Write];
        var key = KeyOf(write.Document);
        ref var head = ref database.Heads[key];
        switch (at.Step)
        {
            case ApplyStep.Copy:
                ref var copy = ref database.History[(key * Versions) + write.Version - 1];
                if (copy == 0)
                    copy = (byte)(write.WasDocument + 1);
                at.Step = ApplyStep.PatchOld;
                break;
            case ApplyStep.PatchOld:
                database.Documents[write.WasDocument].Until = at.Record;
                at.Step = ApplyStep.PatchNew;
                break;
            case ApplyStep.PatchNew:
                ref var document = ref database.Documents[write.Document];
                if (document.From == 0)
                    state.Wrong = Wrong.AppliesWhatIsNotThere;
                document = document with { From = at.Record, Version = write.Version };
                at.Step = leftOut == LeftOut.ConditionOfHead ? ApplyStep.ReplaceHead : ApplyStep.ReadHead;
                break;
            case ApplyStep.ReadHead when head.From >= at.Record:
                FollowingWrite(entry, ref at);
                break;
            case ApplyStep.ReadHead:
                (at.Step, at.Seen) = (ApplyStep.ReplaceHead, head.From);
                break;
            case ApplyStep.ReplaceHead when head.From == at.Seen || leftOut == LeftOut.ConditionOfHead:
                head = new Head(write.Document, at.Record, write.Version, write.WasDocument, write.WasFrom, (byte)(write.Version - 1));
                FollowingWrite(entry, ref at);
                break;
            default:
                at.Step = ApplyStep.ReadHead;
                break;
        }

        return false;
    }

    private static void FollowingWrite(in LogEntry entry, ref Application at) =>
        at = new Application(at.Record, (byte)(at.Write + 1), FirstStep(entry, at.Write + 1), 0);

    private void Sweep(in CommitState state, List<(Move Move, CommitState State)> found)
    {
        if (leftOut == LeftOut.Sweep)
            return;
        if (state.Sweeper.Step != SweeperStep.Idle)
            found.Add((new Move("the sweeper", "dies, and another comes"), state with { Sweeper = default }));
        var next = state;
        var action = Sweep(ref next);
        found.Add((new Move("the sweeper", action), next));
    }

    private string Sweep(ref CommitState state)
    {
        ref var database = ref state.Database;
        ref var sweeper = ref state.Sweeper;
        switch (sweeper.Step)
        {
            case SweeperStep.Idle:
                sweeper = new Sweeper { Step = SweeperStep.ReadRecord, Watermark = database.Watermark, Void = database.Void };
                return "reads the watermark";
            case SweeperStep.ReadRecord:
                if (IsThere(database, sweeper.Watermark + 1))
                    (sweeper.Step, sweeper.Application) = (SweeperStep.Apply, Begin(database, sweeper.Watermark + 1));
                else if (state.Time == 0)
                    sweeper = default;
                else
                    sweeper.Step = SweeperStep.Find;
                return "reads the record after the watermark";
            case SweeperStep.Apply:
                var action = ActionOf(sweeper.Application.Step);
                if (Apply(ref state, ref sweeper.Application, sweeper.Watermark + 1))
                    sweeper = default;
                return action;
            case SweeperStep.Find:
                Find(database, ref sweeper);
                return "looks for old preparations";
            case SweeperStep.Fence:
                if (!IsThere(database, sweeper.Watermark + 1))
                    At(ref database, sweeper.Watermark + 1) = new LogEntry { Author = SweeperAuthor, Void = Bound };
                sweeper = default;
                return "appends the record that forbids old preparations to be committed";
            default:
                var document = System.Numerics.BitOperations.TrailingZeroCount(sweeper.Found);
                if (database.Documents[document].From == Unset)
                    database.Documents[document] = default;
                sweeper.Found &= (byte)(sweeper.Found - 1);
                if (sweeper.Found == 0)
                    sweeper = default;
                return "deletes an old preparation";
        }
    }

    private void Find(in Database database, ref Sweeper sweeper)
    {
        for (var i = 0; i < Documents; i++)
        {
            if (database.Documents[i] is { From: Unset, PreparedAt: < Bound })
                sweeper.Found |= (byte)(1 << i);
        }

        if (sweeper.Found == 0)
            sweeper = default;
        else if (sweeper.Void < Bound && leftOut != LeftOut.Fence)
            (sweeper.Step, sweeper.Found) = (SweeperStep.Fence, 0);
        else
            sweeper.Step = SweeperStep.Delete;
    }
}
