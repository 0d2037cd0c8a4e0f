// The proof of scripts: faults are put between them and a server, and each must be noticed by one of them.

using System.Collections.Concurrent;

namespace FhirHub.Conformance;

/// <summary>Runs scripts against a server that seems to be wrong in one way after another.</summary>
/// <param name="options">The servers, of which the scripts may break what they like, and the rest of what a run is given.</param>
public sealed class MutationRun(EngineOptions options)
{
    /// <summary>Greatest time that is spent on scripts for one fault.</summary>
    public TimeSpan FaultTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The kinds of faults.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = Fault.All;

    /// <summary>
    /// Runs each script once without a fault, which says what each fault would change; then for each fault the scripts that it touches, the fastest first, until a test
    /// that passed does not, and does again when the fault is gone.
    /// </summary>
    /// <param name="scripts">The scripts.</param>
    /// <param name="parallel">How many run at once.</param>
    /// <param name="onFault">Told of each fault when it is done, by one caller at a time.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<MutationReport> RunAsync(IReadOnlyList<TestScript> scripts, int parallel, Action<FaultResult>? onFault, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scripts);
        var from = options.Clock.GetTimestamp();
        var slots = new List<Slot>();
        try
        {
            while (slots.Count < parallel)
                slots.Add(await Slot.StartAsync(options, cancellationToken).ConfigureAwait(false));
            var recorded = await RecordAsync(scripts, slots, cancellationToken).ConfigureAwait(false);
            var results = await TryAsync(recorded, slots, onFault, cancellationToken).ConfigureAwait(false);
            return new MutationReport(results, scripts, recorded.Sum(static recording => recording.Passing.Count), options.Clock.GetElapsedTime(from));
        }
        finally
        {
            foreach (var slot in slots)
                await slot.Proxy.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<List<Recording>> RecordAsync(IReadOnlyList<TestScript> scripts, List<Slot> slots, CancellationToken cancellationToken)
    {
        var recorded = new ConcurrentBag<Recording>();
        await ShareAsync(scripts, slots, async (script, slot) =>
        {
            var session = new FaultSession(null, Faults);
            var report = await slot.RunAsync(script, session, cancellationToken).ConfigureAwait(false);
            var passing = report.Tests.Where(IsPass).Select(static test => test.Test.Number).ToHashSet();
            recorded.Add(new Recording(script, passing, [.. session.Touching], report.Duration));
        }).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return [.. recorded.Where(static recording => recording.Passing.Count > 0).OrderBy(static recording => recording.Duration)];
    }

    private async Task<FaultResult[]> TryAsync(List<Recording> recorded, List<Slot> slots, Action<FaultResult>? onFault, CancellationToken cancellationToken)
    {
        var results = new ConcurrentDictionary<Fault, FaultResult>();
        var telling = new Lock();
        await ShareAsync(Faults, slots, async (fault, slot) =>
        {
            var result = await TryAsync(fault, [.. recorded.Where(recording => recording.Touching.Contains(fault))], slot, cancellationToken).ConfigureAwait(false);
            results[fault] = result;
            lock (telling)
                onFault?.Invoke(result);
        }).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return [.. Faults.Select(fault => results[fault])];
    }

    private async Task<FaultResult> TryAsync(Fault fault, List<Recording> touched, Slot slot, CancellationToken cancellationToken)
    {
        var from = options.Clock.GetTimestamp();
        var tried = 0;
        foreach (var recording in touched)
        {
            if (cancellationToken.IsCancellationRequested || options.Clock.GetElapsedTime(from) > FaultTime)
                break;
            tried++;
            if (await NoticeAsync(fault, recording, slot, cancellationToken).ConfigureAwait(false) is { } notice)
                return new FaultResult(fault, touched.Count, tried, notice);
        }

        return new FaultResult(fault, touched.Count, tried, null);
    }

    private static async Task<FaultNotice?> NoticeAsync(Fault fault, Recording recording, Slot slot, CancellationToken cancellationToken)
    {
        var session = new FaultSession(fault, []);
        var report = await slot.RunAsync(recording.Script, session, cancellationToken).ConfigureAwait(false);
        if (session.Applied == 0 || report.Tests.FirstOrDefault(test => recording.Passing.Contains(test.Test.Number) && !IsPass(test)) is not { } bad)
            return null;

        // A test that fails by itself now and then has noticed nothing.
        var again = await slot.RunAsync(recording.Script, new FaultSession(null, []), cancellationToken).ConfigureAwait(false);
        if (!IsPass(again.Tests[bad.Test.Number - 1]))
            return null;
        var step = report.Setup.Concat(bad.Steps).FirstOrDefault(static step => step.Result is StepResult.Fail or StepResult.Error);
        return new FaultNotice(recording.Script, bad.Test.Name, step?.Message ?? "");
    }

    private static bool IsPass(TestResult test) => test.Result is StepResult.Pass or StepResult.Warning;

    // Each slot takes the next item when it is done with one.
    private static Task ShareAsync<T>(IReadOnlyList<T> items, List<Slot> slots, Func<T, Slot, Task> work)
    {
        var next = -1;
        return Task.WhenAll(slots.Select(slot => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var at && at < items.Count)
                await work(items[at], slot).ConfigureAwait(false);
        })));
    }

    // What a script came to without a fault.
    private sealed record Recording(TestScript Script, HashSet<int> Passing, HashSet<Fault> Touching, TimeSpan Duration);

    // A proxy and an engine that asks through it. A fault changes what the engine reads of a server, so each has its own judge.
    private sealed record Slot(FaultProxy Proxy, TestScriptEngine Engine)
    {
        public Task<ScriptReport> RunAsync(TestScript script, FaultSession session, CancellationToken cancellationToken)
        {
            Proxy.Begin(session);
            return Engine.RunAsync(script, null, cancellationToken);
        }

        public static async Task<Slot> StartAsync(EngineOptions options, CancellationToken cancellationToken)
        {
            var proxy = await FaultProxy.StartAsync(options, cancellationToken).ConfigureAwait(false);
            return new Slot(proxy, new TestScriptEngine(options with
            {
                Destinations = proxy.Destinations,
                Handler = null,
                Variables = options.Variables.ToDictionary(static variable => variable.Key, variable => proxy.ToProxy(variable.Value), StringComparer.Ordinal),
            }));
        }
    }
}
