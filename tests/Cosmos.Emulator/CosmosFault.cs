// What a gateway does to a request instead of passing it on, or to its answer instead of handing it back.

namespace FhirHub.Cosmos.Emulator;

/// <summary>When a fault is asked for.</summary>
public enum CosmosMoment
{
    /// <summary>The request was not executed yet.</summary>
    Before,

    /// <summary>The request was executed; the answer was not given yet.</summary>
    After,
}

/// <summary>What is wrong with a request.</summary>
public sealed class CosmosFault
{
    private CosmosFault(int status = 0, TimeSpan? retryAfter = null, bool isCut = false, Func<Task>? run = null) =>
        (StatusCode, RetryAfter, IsCut, Callback) = (status, retryAfter, isCut, run);

    /// <summary>The connection ends without an answer: before, the request is never executed; after, its answer is lost.</summary>
    public static CosmosFault Cut { get; } = new(isCut: true);

    internal int StatusCode { get; }

    internal TimeSpan? RetryAfter { get; }

    internal bool IsCut { get; }

    internal Func<Task>? Callback { get; }

    /// <summary>This status is answered; <paramref name="retryAfter"/> goes into <c>x-ms-retry-after-ms</c>.</summary>
    public static CosmosFault Status(int status, TimeSpan? retryAfter = null) => new(status, retryAfter);

    /// <summary>The request waits for a task of the test, then goes on.</summary>
    public static CosmosFault Hold(Task released) => new(run: () => released);

    /// <summary>Something is done exactly there, then the request goes on.</summary>
    public static CosmosFault Run(Action action) => new(run: () =>
    {
        action();
        return Task.CompletedTask;
    });
}
