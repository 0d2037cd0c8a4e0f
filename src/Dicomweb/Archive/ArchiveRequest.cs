// What waits for the writer of the archive.

using System.Diagnostics.CodeAnalysis;

namespace FhirHub.Dicomweb;

/// <summary>A request that is part of a commit.</summary>
internal abstract class ArchiveRequest(CancellationToken cancel)
{
    /// <summary>Ends the wait.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>Does the work within the transaction; it may be done again if that is taken back.</summary>
    public abstract void Apply(ArchiveSession session);

    /// <summary>The commit is on disk.</summary>
    public abstract void Answer();

    /// <summary>The work can't be done.</summary>
    public abstract void Fail(Exception failure);

    /// <summary>Whoever asked has gone before it was begun.</summary>
    public abstract void Abandon();
}

/// <summary>A request with its answer.</summary>
[SuppressMessage("Design", "MA0048:File name must match type name", Justification = "The same thing with an answer.")]
internal class ArchiveRequest<T>(Func<ArchiveSession, T> work, CancellationToken cancel) : ArchiveRequest(cancel)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the work is on disk or refused.</summary>
    public Task<T> Task => _answer.Task;

    /// <summary>What came of the work.</summary>
    protected T? Result { get; private set; }

    public override void Apply(ArchiveSession session) => Result = work(session);

    public override void Answer() => _answer.TrySetResult(Result!);

    public override void Fail(Exception failure) => _answer.TrySetException(failure);

    public override void Abandon() => _answer.TrySetCanceled(Cancel);
}

/// <summary>An instance whose bytes are written, and that is to be known by the index.</summary>
internal sealed class StoreRequest(Func<ArchiveSession, StoreResult> work, UploadedStretch stretch, CancellationToken cancel) : ArchiveRequest<StoreResult>(work, cancel)
{
    /// <summary>The segment of its bytes.</summary>
    public Segment Segment => stretch.Segment;

    public override void Answer()
    {
        if (Result!.Outcome is StoreOutcome.Created or StoreOutcome.Replaced)
            stretch.Segment.Keep();
        else
            stretch.Segment.Free(stretch.Place);
        base.Answer();
    }

    // A commit that failed may be on disk all the same, so the bytes stay until the archive is opened anew and the index tells.
    public override void Abandon()
    {
        stretch.Segment.Free(stretch.Place);
        base.Abandon();
    }
}
