// What a server does in its own time: an operation is sent again until its answer is as the script waits for it.

using System.Globalization;

namespace FhirHub.Conformance;

internal sealed partial class ScriptRun
{
    /// <summary>The extension of an operation that says for what answer it is repeated (docs/testscript.md, ADR 0045).</summary>
    private const string UntilExtension = "https://fhirhub.dev/fhir/StructureDefinition/testscript-until";

    private static readonly TimeSpan RepeatTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(200);

    // The last answer counts, whatever it is: the asserts say what is wrong with it.
    private async Task<Exchange> SendUntilAsync(OperationAction operation, OperationRequest request, CancellationToken cancellationToken)
    {
        var from = _options.Clock.GetTimestamp();
        var exchange = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (UntilOf(operation) is not { } until)
            return exchange;
        while (!IsReached(until, exchange) && _options.Clock.GetElapsedTime(from) < RepeatTime)
        {
            await Task.Delay(RepeatPause, _options.Clock, cancellationToken).ConfigureAwait(false);
            exchange = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return exchange;
    }

    private string? UntilOf(OperationAction operation)
    {
        foreach (var extension in operation.Node.ChildrenOf("extension"))
        {
            if (extension.ChildValue("url") == UntilExtension)
                return _state.Resolve(extension.ChildValue("value") ?? throw new StepException($"The extension {UntilExtension} needs a valueString: a status such as 200, or FHIRPath that becomes true."));
        }

        return null;
    }

    private static bool IsReached(string until, Exchange exchange)
    {
        if (exchange.Response is not { } response)
            return false;
        if (until.Length == 3 && int.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return response.Status == status;
        return response.Body.Resource is not null && ExpressionQuery.Evaluate(until, response.Body) is ["true"];
    }
}
