// What a run creates before setup and deletes after teardown (R4 testscript-definitions.html#TestScript.fixture.autocreate).

namespace FhirHub.Conformance;

internal sealed partial class ScriptRun
{
    private async Task CreateFixturesAsync(List<StepReport> steps, CancellationToken cancellationToken)
    {
        foreach (var fixture in _script.Fixtures.Where(static fixture => fixture.IsCreated))
        {
            var step = new StepReport(null, StepResult.Pass, "", null);
            var name = $"Create the fixture '{fixture.Id}'";
            var failed = await GuardAsync(null, name, async () => step = await CreateAsync(fixture, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            step = Tell((failed ?? step) with { Name = name });
            steps.Add(step);
            if (step.Result != StepResult.Pass)
                return;
        }
    }

    // The first destination is where a script's data live; further ones are other servers or other users of the same.
    private async Task<StepReport> CreateAsync(ScriptFixture fixture, CancellationToken cancellationToken)
    {
        if (_state.FindBody(fixture.Id) is not { Resource: { } tree } body)
            throw new StepException($"The fixture '{fixture.Id}' is no resource, so it can't be created.");
        var address = $"{_state.Destination(1).FhirBase.ToString().TrimEnd('/')}/{tree.ResourceType}";
        var headers = new List<KeyValuePair<string, string>> { new("Accept", MediaTypes.FhirJson), new("Content-Type", body.ContentType ?? MediaTypes.FhirJson) };
        var request = tree.Id is { } id
            ? new OperationRequest(1, "PUT", $"{address}/{id}", headers, body)
            : new OperationRequest(1, "POST", address, headers, body);
        var exchange = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (exchange.Response is not { Status: >= 200 and < 300 })
            return new StepReport(null, StepResult.Error, $"It could not be created. {Summary(exchange)}", exchange);
        _state.KeepCreation(fixture.Id, exchange);
        return new StepReport(null, StepResult.Pass, Summary(exchange), exchange);
    }

    // Only what this run made goes, and what refers goes before what it refers to.
    private async Task DeleteFixturesAsync(List<StepReport> steps, CancellationToken cancellationToken)
    {
        var deleted = _script.Fixtures.Where(static fixture => fixture.IsDeleted).Select(static fixture => fixture.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var made in _state.Made.Where(made => deleted.Contains(made.FixtureId)).ToList())
        {
            var step = new StepReport(null, StepResult.Pass, "", null);
            var name = $"Delete the fixture '{made.FixtureId}'";
            var failed = await GuardAsync(null, name, async () => step = await DeleteAsync(made, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            steps.Add(Tell((failed ?? step) with { Name = name }));
        }
    }

    private async Task<StepReport> DeleteAsync(MadeResource made, CancellationToken cancellationToken)
    {
        var address = $"{_state.Destination(made.Destination).FhirBase.ToString().TrimEnd('/')}/{made.Identity.Type}/{made.Identity.Id}";
        var exchange = await SendAsync(new OperationRequest(made.Destination, "DELETE", address, [new("Accept", MediaTypes.FhirJson)], Payload.None), cancellationToken).ConfigureAwait(false);

        // The script may have deleted it by itself.
        var isGone = exchange.Response is { Status: >= 200 and < 300 or 404 or 410 };
        return new StepReport(null, isGone ? StepResult.Pass : StepResult.Error, isGone ? Summary(exchange) : $"It could not be deleted. {Summary(exchange)}", exchange);
    }
}
