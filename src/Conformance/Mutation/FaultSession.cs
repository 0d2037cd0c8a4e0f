// One run of one script through a proxy: with a fault, or as a recording of what faults would change.

namespace FhirHub.Conformance;

/// <summary>What the proxy does to the requests of one run.</summary>
/// <param name="active">The fault; null for none.</param>
/// <param name="recorded">Faults of which is recorded whether they would change something.</param>
internal sealed class FaultSession(Fault? active, IReadOnlyList<Fault> recorded)
{
    private readonly Lock _lock = new();
    private readonly ProxyMemory _memory = new();
    private readonly HashSet<Fault> _touching = [];

    /// <summary>How often the fault changed something.</summary>
    public int Applied { get; private set; }

    /// <summary>The recorded faults that would change something.</summary>
    public IReadOnlyCollection<Fault> Touching => _touching;

    /// <summary>Sends a request on and gives the answer, one of them or both broken.</summary>
    public async Task<ProxiedAnswer> PassAsync(ProxiedRequest request, Func<ProxiedRequest, Task<ProxiedAnswer>> send)
    {
        var passed = request.Copy();
        var refusal = active is { AsksFirst: true } ? await send(request).ConfigureAwait(false) : null;
        var isChanged = active?.OnRequest is { } change && change(passed, refusal);
        var answer = refusal is null || isChanged ? await send(passed).ConfigureAwait(false) : refusal;
        lock (_lock)
        {
            Record(request, answer);
            _memory.Keep(request, answer.Copy());

            // A fault of both applies to the answer only where it applied to the request.
            if (active?.OnAnswer is { } breaks && (isChanged || active.OnRequest is null))
                isChanged |= breaks(request, answer, _memory);
            if (isChanged)
                Applied++;
        }

        return answer;
    }

    private void Record(ProxiedRequest request, ProxiedAnswer answer)
    {
        foreach (var fault in recorded)
        {
            if (_touching.Contains(fault))
                continue;
            if (fault.OnRequest is { } onRequest ? onRequest(request.Copy(), answer) : fault.OnAnswer is { } onAnswer && onAnswer(request, answer.Copy(), _memory))
                _touching.Add(fault);
        }
    }
}
