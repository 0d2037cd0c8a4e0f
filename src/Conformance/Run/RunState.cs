// All that one run of one script knows: its fixtures, what was sent and came back, and the values of its variables.

namespace FhirHub.Conformance;

/// <summary>The state of a run. One step reads and changes it at a time.</summary>
internal sealed partial class RunState
{
    private readonly Dictionary<string, Payload> _bodies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Exchange> _exchanges = new(StringComparer.Ordinal);
    private readonly Dictionary<int, DestinationLookup> _lookups = [];
    private readonly HashSet<string> _requests = new(StringComparer.Ordinal);

    public RunState(TestScript script, EngineOptions options)
    {
        Script = script;
        Options = options;
        Held = options.Held ?? new HeldBytes(options.MaxScriptBytes);
        _dynamic = new DynamicValues(options);
    }

    /// <summary>The script that runs.</summary>
    public TestScript Script { get; }

    /// <summary>What the run was given.</summary>
    public EngineOptions Options { get; }

    /// <summary>What the run holds of bodies.</summary>
    public HeldBytes Held { get; }

    /// <summary>The values that the user gave, which go before what the script says.</summary>
    public IReadOnlyDictionary<string, string> Variables => Options.Variables;

    /// <summary>What the last operation sent and got; null before the first.</summary>
    public Exchange? Last { get; private set; }

    /// <summary>The body of a fixture, of a response by its <c>responseId</c> or of a request by its <c>requestId</c>; null if there is none of that id.</summary>
    /// <exception cref="StepException">A fixture names a variable that has no value.</exception>
    public Payload? FindBody(string id) => _bodies.TryGetValue(id, out var body) ? body : ReadFixture(id);

    /// <summary>What was sent and came back under a <c>responseId</c> or <c>requestId</c>, or when a fixture was created; null if there is none of that id.</summary>
    public Exchange? FindExchange(string id) => _exchanges.GetValueOrDefault(id);

    /// <summary>True if the id is a <c>requestId</c>, so that its header fields are those of the request.</summary>
    public bool IsRequest(string id) => _requests.Contains(id);

    /// <summary>Validators with definitions of the server of a number, where an assert needed one.</summary>
    public Dictionary<(int Destination, string Profile), ProfileValidation> Validations { get; } = [];

    /// <summary>What validations ask the server of a number, once for all of them.</summary>
    public DestinationLookup LookupAt(int destination)
    {
        if (!_lookups.TryGetValue(destination, out var lookup))
            _lookups[destination] = lookup = new DestinationLookup(this, destination);
        return lookup;
    }

    /// <summary>The server of a number, from 1.</summary>
    /// <exception cref="StepException">The run has none of that number.</exception>
    public Destination Destination(int number) => number >= 1 && number <= Options.Destinations.Count
        ? Options.Destinations[number - 1]
        : throw new StepException($"This run has no destination {number}; it was given {Options.Destinations.Count}.");

    /// <summary>Keeps what an operation sent and got, under the ids that it gives.</summary>
    public void Keep(Exchange exchange, string? requestId, string? responseId)
    {
        Last = exchange;
        if (requestId is not null)
        {
            _requests.Add(requestId);
            _bodies[requestId] = exchange.RequestBody;
            _exchanges[requestId] = exchange;
        }

        if (responseId is null)
            return;

        // A response that did not come must not leave the one before it in its place.
        _requests.Remove(responseId);
        _bodies[responseId] = exchange.Response?.Body ?? Payload.None;
        _exchanges[responseId] = exchange;
    }
}
