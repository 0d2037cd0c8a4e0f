// One run of one script, from its fixtures to its teardown. What it creates and deletes by itself is in ScriptRun.Fixtures.cs.

namespace FhirHub.Conformance;

/// <summary>Walks through a script once.</summary>
internal sealed partial class ScriptRun
{
    // Whoever ends a run waits for its teardown no longer than this.
    private static readonly TimeSpan TeardownTimeWhenEnded = TimeSpan.FromSeconds(10);

    private readonly TestScript _script;
    private readonly EngineOptions _options;
    private readonly Action<StepReport>? _onStep;
    private readonly RunState _state;
    private readonly Secrets _secrets = new();
    private readonly RequestSender _sender;
    private readonly Asserts _asserts;
    private int _requests;
    private CancellationToken _ended;

    public ScriptRun(TestScript script, EngineOptions options, Asserts asserts, Action<StepReport>? onStep)
    {
        _script = script;
        _options = options;
        _onStep = onStep;
        _state = new RunState(script, options);
        _sender = new RequestSender(options, _secrets, _state.Held);
        _asserts = asserts;
    }

    public async Task<ScriptReport> RunAsync(CancellationToken cancellationToken)
    {
        _ended = cancellationToken;
        var started = _options.Clock.GetUtcNow();
        var from = _options.Clock.GetTimestamp();
        if (ScriptNeeds.WhatIsMissing(_script, _options) is { } missing)
            return Skipped(missing, started);

        var setup = new List<StepReport>();
        var tests = new List<TestResult>();
        using (var time = new CancellationTokenSource(_options.ScriptTime, _options.Clock))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token))
        {
            await SetUpAsync(setup, either.Token).ConfigureAwait(false);
            var reason = ScriptReport.Worst(setup) is StepResult.Error or StepResult.Fail ? "Skipped, since the setup failed." : null;
            foreach (var test in _script.Tests.Where(test => _options.Wants?.Invoke(test) ?? true))
            {
                var testFrom = _options.Clock.GetTimestamp();
                var steps = new List<StepReport>();
                await RunAllAsync(test.Actions, steps, reason, stops: true, either.Token).ConfigureAwait(false);
                tests.Add(new TestResult(test, steps, _options.Clock.GetElapsedTime(testFrom)));
            }
        }

        var teardown = await TearDownAsync(cancellationToken).ConfigureAwait(false);
        return new ScriptReport(_script, _options.Destinations, started, _options.Clock.GetElapsedTime(from), setup, tests, teardown)
        {
            IsStopped = cancellationToken.IsCancellationRequested,
        };
    }

    private async Task SetUpAsync(List<StepReport> steps, CancellationToken cancellationToken)
    {
        if (await GuardAsync(null, "Read the fixtures", ReadAsync, cancellationToken).ConfigureAwait(false) is { } failed)
            steps.Add(Tell(failed));
        else
            await CreateFixturesAsync(steps, cancellationToken).ConfigureAwait(false);
        var reason = ScriptReport.Worst(steps) is StepResult.Error or StepResult.Fail ? "Skipped, since a fixture could not be had." : null;
        await RunAllAsync(_script.Setup, steps, reason, stops: true, cancellationToken).ConfigureAwait(false);

        async Task ReadAsync()
        {
            await _state.DiscoverAsync(cancellationToken).ConfigureAwait(false);
            await _state.ReadFixturesAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<StepReport>> TearDownAsync(CancellationToken ended)
    {
        // What was made is removed after the script's own time too, and when the run is ended from outside.
        var steps = new List<StepReport>();
        _requests = 0;
        if (_options.Held is null)
            _state.Held.Clear();
        using var time = new CancellationTokenSource(ended.IsCancellationRequested ? TeardownTimeWhenEnded : _options.ScriptTime, _options.Clock);
        using var registration = ended.Register(() => time.CancelAfter(TeardownTimeWhenEnded));
        await RunAllAsync(_script.Teardown, steps, null, stops: false, time.Token).ConfigureAwait(false);
        await DeleteFixturesAsync(steps, time.Token).ConfigureAwait(false);
        return steps;
    }

    // With a reason nothing is done, and each step says why.
    private async Task RunAllAsync(IReadOnlyList<ScriptAction> actions, List<StepReport> steps, string? reason, bool stops, CancellationToken cancellationToken)
    {
        foreach (var action in actions)
        {
            if (reason is not null)
            {
                steps.Add(Tell(new StepReport(action, StepResult.Skip, reason, null)));
                continue;
            }

            var step = Tell(await RunAsync(action, cancellationToken).ConfigureAwait(false));
            steps.Add(step);
            if (stops && step.Result is StepResult.Error or StepResult.Fail && (step.Result == StepResult.Error || action is not AssertAction { StopsTestOnFail: false }))
                reason = "Skipped, since a step before it failed.";
        }
    }

    private async Task<StepReport> RunAsync(ScriptAction action, CancellationToken cancellationToken)
    {
        var step = new StepReport(action, StepResult.Pass, "", null);
        var failed = await GuardAsync(
            action,
            step.Name,
            async () => step = action switch
            {
                OperationAction operation => await OperateAsync(operation, cancellationToken).ConfigureAwait(false),
                AssertAction assert => await _asserts.JudgeAsync(assert, _state, cancellationToken).ConfigureAwait(false),
                _ => throw new StepException("A step is an operation or an assert."),
            },
            cancellationToken).ConfigureAwait(false);
        return failed ?? step;
    }

    private async Task<StepReport> OperateAsync(OperationAction operation, CancellationToken cancellationToken)
    {
        var requestId = operation.RequestId;
        var responseId = operation.ResponseId;
        var exchange = await SendUntilAsync(operation, await PlanAsync(operation, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        _state.Keep(exchange, requestId, responseId);
        _state.KeepIdentity(exchange, operation.SourceId, responseId);
        return new StepReport(operation, exchange.Failure is null ? StepResult.Pass : StepResult.Error, Summary(exchange), exchange);
    }

    private async ValueTask<OperationRequest> PlanAsync(OperationAction operation, CancellationToken cancellationToken) => operation.System == DicomOperations.System
        ? await DicomOperations.PlanAsync(operation, _state, cancellationToken).ConfigureAwait(false)
        : Operations.Plan(operation, _state);

    private async Task<Exchange> SendAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        if (++_requests > _options.MaxRequests)
            throw new StepException($"The script sends more than {_options.MaxRequests} requests.");
        return await _sender.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    // What goes wrong in a step is the step's result; null if nothing did.
    private async Task<StepReport?> GuardAsync(ScriptAction? action, string name, Func<Task> step, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _state.Cancel = cancellationToken;
            await step().ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return _ended.IsCancellationRequested
                ? new(action, StepResult.Skip, "Skipped, since the run was ended.", null) { Name = name }
                : Failed("Not done: the time of the script is over.");
        }
        catch (Exception e) when (e is StepException or ScriptException or HttpRequestException or IOException)
        {
            // The last two are of fixtures and tokens that come from elsewhere; the sender tells its own as an exchange.
            return Failed(e.Message);
        }
        catch (Exception e)
        {
            // A fault of the engine's own ends one step: teardown must still remove what the script made, and the other scripts go on.
            return Failed($"The engine failed at this step ({e.GetType().Name}: {e.Message}); tell its makers, with the script.");
        }

        StepReport Failed(string message) => new(action, StepResult.Error, message, null) { Name = name };
    }

    private StepReport Tell(StepReport step)
    {
        step = step with { Message = _secrets.Mask(step.Message), Exchange = step.Exchange is { } exchange ? _secrets.Mask(exchange) : null };
        _onStep?.Invoke(step);
        return step;
    }

    private static string Summary(Exchange exchange) =>
        $"{exchange.Method} {exchange.Url}: {exchange.Failure ?? exchange.Response!.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private ScriptReport Skipped(string reason, DateTimeOffset started)
    {
        StepReport Skip(ScriptAction? action) => Tell(new StepReport(action, StepResult.Skip, reason, null));
        return new ScriptReport(
            _script,
            _options.Destinations,
            started,
            TimeSpan.Zero,
            _script.Setup.Count > 0 ? [.. _script.Setup.Select(Skip)] : [Skip(null)],
            [.. _script.Tests.Select(test => new TestResult(test, [.. test.Actions.Select(Skip)], TimeSpan.Zero))],
            [.. _script.Teardown.Select(Skip)]);
    }
}
