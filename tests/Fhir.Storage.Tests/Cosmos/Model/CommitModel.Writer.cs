// A writer: prepare, validate as of a position, append, bring into effect, answer.

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <content>Writers.</content>
internal sealed partial class CommitModel
{
    private void Write(in CommitState state, int who, List<(Move Move, CommitState State)> found)
    {
        var writer = state.Writers[who];
        if (writer.Late != 0)
        {
            var late = state;
            if (!IsThere(late.Database, writer.Late))
                Put(ref late.Database, who, writer);
            late.Writers[who].Late = 0;
            found.Add((new Move(s_writers[who], "has its lost append executed late"), late));
        }

        if (writer.Step >= WriterStep.Answered)
            return;
        var dead = state;
        Die(ref dead.Writers[who]);
        found.Add((new Move(s_writers[who], "dies"), dead));

        switch (writer.Step)
        {
            case WriterStep.Create:
                Create(state, who, found);
                return;
            case WriterStep.Append:
                Append(state, who, found);
                return;
        }

        var next = state;
        var action = Step(ref next, who);
        found.Add((new Move(s_writers[who], action), next));
    }

    // What is still on its way when it dies keeps its content.
    private static void Die(ref Writer writer)
    {
        var (late, position, writes) = (writer.Late, writer.Position, writer.Writes);
        writer = new Writer { Step = WriterStep.Dead };
        if (late != 0)
            (writer.Late, writer.Position, writer.Writes) = (late, position, writes);
    }

    private static void End(ref Writer writer, WriterStep step) => writer = new Writer { Step = step, Committed = writer.Committed };

    private string Step(ref CommitState state, int who)
    {
        ref var database = ref state.Database;
        ref var writer = ref state.Writers[who];
        switch (writer.Step)
        {
            case WriterStep.ReadWatermark:
                writer.Position = database.Watermark;
                if (IsVoid(writer, database.Void))
                    Drop(ref writer);
                else
                    (writer.Step, writer.Index) = (WriterStep.ReadHead, 0);
                return "reads the watermark";
            case WriterStep.ReadHead:
                ReadHead(ref writer, database.Heads[scenario.Writes[who][writer.Index]], who);
                return "reads a head and validates";
            case WriterStep.Search:
                Search(ref writer, database);
                return "searches as of its position";
            case WriterStep.PatchEarly:
                PatchEarly(ref database, ref writer, who);
                return "gives a document the position that it hopes for";
            case WriterStep.ReadRecord:
                ReadRecord(ref writer, At(ref database, writer.Position + 1), who);
                return "reads the record that was there before its own";
            case WriterStep.Apply:
                var action = ActionOf(writer.Application.Step);
                if (Apply(ref state, ref writer.Application, writer.Goal))
                {
                    if (writer.Committed != 0)
                        End(ref writer, WriterStep.Answered);
                    else
                        Turn(ref writer);
                }

                return action;
            default:
                ref var document = ref database.Documents[DocumentOf(who, writer.Index)];
                document = default;
                if (++writer.Index == scenario.Writes[who].Length)
                    End(ref writer, WriterStep.Refused);
                return "drops a document";
        }
    }

    // The time of the preparation is taken before the documents are made, however long before.
    private void Create(in CommitState state, int who, List<(Move Move, CommitState State)> found)
    {
        var first = state.Writers[who].PreparedAt == 0 ? 1 : state.Writers[who].PreparedAt;
        var last = state.Writers[who].PreparedAt == 0 ? state.Time + 1 : state.Writers[who].PreparedAt;
        for (var preparedAt = first; preparedAt <= last; preparedAt++)
        {
            var next = state;
            ref var writer = ref next.Writers[who];
            writer.PreparedAt = (byte)preparedAt;
            next.Database.Documents[DocumentOf(who, writer.Index)] = new Document(Unset, Unset, 0, writer.PreparedAt);
            if (++writer.Index == scenario.Writes[who].Length)
                Turn(ref writer);
            found.Add((new Move(s_writers[who], "creates a document"), next));
        }
    }

    private void Append(in CommitState state, int who, List<(Move Move, CommitState State)> found)
    {
        var writer = state.Writers[who];
        var target = writer.Position + 1;
        var next = state;
        var isFree = !IsThere(state.Database, target) || leftOut == LeftOut.PutIfAbsent;
        if (isFree)
        {
            Put(ref next.Database, who, writer);
            Commit(ref next.Writers[who], next.Database);
        }
        else
        {
            next.Writers[who].Step = WriterStep.ReadRecord;
        }

        found.Add((new Move(s_writers[who], isFree ? "appends its record" : "finds another record at the position"), next));
        if (!isFree || writer.HasLost)
            return;

        // An answer that is lost is no answer: the same append is made once more.
        var lost = state;
        lost.Writers[who].HasLost = true;
        var late = lost;
        Put(ref lost.Database, who, writer);
        found.Add((new Move(s_writers[who], "appends its record and loses the answer"), lost));
        late.Writers[who].Late = (byte)target;
        found.Add((new Move(s_writers[who], "sends its record, which stays on the way, and gives up waiting"), late));
    }

    private void Put(ref Database database, int who, in Writer writer)
    {
        ref var entry = ref At(ref database, writer.Position + 1);
        entry = new LogEntry { Author = (byte)(who + 1) };
        for (var i = 0; i < scenario.Writes[who].Length; i++)
            entry.Writes[i] = writer.Writes[i];
    }

    private void Commit(ref Writer writer, in Database database)
    {
        writer.Committed = (byte)(writer.Position + 1);
        if (leftOut == LeftOut.WaitingForWatermark)
        {
            End(ref writer, WriterStep.Answered);
            return;
        }

        (writer.Step, writer.Goal) = (WriterStep.Apply, writer.Committed);
        writer.Application = Begin(database, writer.Committed);
    }

    private void ReadHead(ref Writer writer, in Head head, int who)
    {
        // Somebody is bringing into effect what this writer has not looked at.
        if (head.From > writer.Position)
        {
            Help(ref writer, writer.Position + 1);
            return;
        }

        writer.Writes[writer.Index] = new LogWrite(DocumentOf(who, writer.Index), (byte)(head.Version + 1), head.Document, head.From);
        if (++writer.Index == scenario.Writes[who].Length)
            Validated(ref writer, scenario.IsExcluding ? WriterStep.Search : WriterStep.Append);
    }

    private void Search(ref Writer writer, in Database database)
    {
        for (var document = 0; document < Documents; document++)
        {
            if (Exists(document) && KeyOf(document) == writer.Index && IsVisible(database.Documents[document], writer.Position))
            {
                Drop(ref writer);
                return;
            }
        }

        if (++writer.Index == 2)
            Validated(ref writer, WriterStep.Append);
    }

    private void Validated(ref Writer writer, WriterStep step) =>
        (writer.Step, writer.Index) = (step == WriterStep.Append && leftOut == LeftOut.RecordBeforeDocuments ? WriterStep.PatchEarly : step, 0);

    private void PatchEarly(ref Database database, ref Writer writer, int who)
    {
        ref var document = ref database.Documents[DocumentOf(who, writer.Index)];
        document = document with { From = (byte)(writer.Position + 1), Version = writer.Writes[writer.Index].Version };
        if (++writer.Index == scenario.Writes[who].Length)
            (writer.Step, writer.Index) = (WriterStep.Append, 0);
    }

    private void ReadRecord(ref Writer writer, in LogEntry entry, int who)
    {
        if (entry.Author == who + 1 && leftOut != LeftOut.KnowingItsOwnRecord)
        {
            (writer.Committed, writer.Goal, writer.Step) = ((byte)(writer.Position + 1), (byte)(writer.Position + 1), WriterStep.Apply);
            writer.Application = new Application { Step = ApplyStep.ReadWatermark };
        }
        else if (IsVoid(writer, entry.Void))
        {
            Drop(ref writer);
        }
        else if (IsTouched(entry, who) && leftOut != LeftOut.Revalidation)
        {
            Help(ref writer, writer.Position + 1);
        }
        else
        {
            writer.Position++;
            Validated(ref writer, WriterStep.Append);
        }
    }

    private bool IsTouched(in LogEntry entry, int who)
    {
        foreach (var write in entry.Writes)
        {
            if (write.Version != 0 && (scenario.IsExcluding || scenario.Writes[who].Contains(KeyOf(write.Document))))
                return true;
        }

        return false;
    }

    private bool IsVoid(in Writer writer, byte bound) => writer.PreparedAt < bound && leftOut != LeftOut.HeedingTheFence;

    private static void Turn(ref Writer writer) =>
        writer = new Writer { Step = WriterStep.ReadWatermark, PreparedAt = writer.PreparedAt, HasLost = writer.HasLost };

    private static void Help(ref Writer writer, int goal)
    {
        (writer.Step, writer.Goal) = (WriterStep.Apply, (byte)goal);
        writer.Application = new Application { Step = ApplyStep.ReadWatermark };
    }

    private static void Drop(ref Writer writer) => writer = new Writer { Step = WriterStep.Drop };
}
