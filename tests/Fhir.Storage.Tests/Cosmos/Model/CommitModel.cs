// The commit protocol of the Cosmos store as a model: two writers, a sweeper and any readers, each request to the database one move.
// Between two moves anything may happen; writers and the sweeper may die before each of theirs.

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <summary>What the writers do.</summary>
/// <param name="Writes">The resources (0 and 1) that each of the two writers writes in its transaction.</param>
/// <param name="HasFirst">True if the first resource is there already, written by the first record.</param>
/// <param name="IsExcluding">True if each writes only if there is no resource at all.</param>
internal sealed record Scenario(byte[][] Writes, bool HasFirst, bool IsExcluding = false);

/// <summary>A step of the protocol that is left out, to see that the model misses it.</summary>
internal enum LeftOut
{
    Nothing,

    /// <summary>A commit is answered when its record is in the log, not when the watermark has reached it.</summary>
    WaitingForWatermark,

    /// <summary>A head is replaced whatever it says.</summary>
    ConditionOfHead,

    /// <summary>Documents get their position before the record is in the log.</summary>
    RecordBeforeDocuments,

    /// <summary>The record replaces one that is at its position.</summary>
    PutIfAbsent,

    /// <summary>After losing its position to another record a writer takes the next one without looking.</summary>
    Revalidation,

    /// <summary>A writer that lost the answer to its append takes its own record for another's.</summary>
    KnowingItsOwnRecord,

    /// <summary>The watermark is replaced whatever it says.</summary>
    ConditionOfWatermark,

    /// <summary>The watermark moves before the record is in effect.</summary>
    ApplicationBeforeWatermark,

    /// <summary>Old preparations are deleted without a record that says so.</summary>
    Fence,

    /// <summary>A writer does not look whether its preparation is too old.</summary>
    HeedingTheFence,

    /// <summary>The sweeper applies nothing.</summary>
    Sweep,
}

internal sealed partial class CommitModel(Scenario scenario, LeftOut leftOut)
{
    public const int Positions = 5;
    public const int Documents = 5;
    public const int Versions = 4;

    private const byte Unset = byte.MaxValue;
    private const byte FirstAuthor = 3;
    private const byte SweeperAuthor = 4;
    private const byte Bound = 2;

    private static readonly string[] s_writers = ["writer 1", "writer 2"];

    private readonly HashSet<UInt128> _sound = [];

    public Exploration Explore(int statesAtMost) => new StateExplorer<CommitState>(Next, Violation).Explore(Initial(), statesAtMost);

    private CommitState Initial()
    {
        var state = default(CommitState);
        if (!scenario.HasFirst)
            return state;
        ref var database = ref state.Database;
        database.Log[0].Author = FirstAuthor;
        database.Log[0].Writes[0] = new LogWrite(Document: 0, Version: 1, WasDocument: 0, WasFrom: 0);
        database.Documents[0] = new Document(From: 1, Until: Unset, Version: 1, PreparedAt: 1);
        database.Heads[0] = new Head(Document: 0, From: 1, Version: 1, 0, 0, 0);
        database.Watermark = 1;
        return state;
    }

    private void Next(in CommitState state, List<(Move Move, CommitState State)> found)
    {
        for (var who = 0; who < 2; who++)
            Write(state, who, found);
        Sweep(state, found);
        if (state.Time == 0)
            found.Add((new Move("time", "passes: what was prepared is old"), state with { Time = 1 }));
    }

    // The document that a writer prepares for a write of its transaction.
    private static byte DocumentOf(int who, int write) => (byte)(1 + (2 * who) + write);

    private byte KeyOf(int document) => document == 0 ? (byte)0 : scenario.Writes[(document - 1) / 2][(document - 1) % 2];

    private bool Exists(int document) => document == 0 ? scenario.HasFirst : (document - 1) % 2 < scenario.Writes[(document - 1) / 2].Length;

    private static int LengthOf(in Log log)
    {
        var length = 0;
        while (length < Positions && log[length].Author != 0)
            length++;
        return length;
    }

    private static ref LogEntry At(ref Database database, int position) => ref database.Log[position - 1];

    private static bool IsThere(in Database database, int position) => position <= Positions && database.Log[position - 1].Author != 0;
}
