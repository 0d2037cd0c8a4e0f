// An assert with its variables put in, and what it looks at.

namespace FhirHub.Conformance;

/// <summary>One assert at the moment when it is judged.</summary>
/// <param name="Assert">The assert.</param>
/// <param name="State">The run.</param>
internal sealed record AssertSubject(AssertAction Assert, RunState State)
{
    /// <summary>True if it looks at what was sent (R4 assert.direction; the default is the response).</summary>
    public bool IsOfRequest => Assert.IsOfRequest;

    /// <summary>The operator, <c>equals</c> by default.</summary>
    public string Operator => Text("operator") ?? "equals";

    /// <summary>The expected value, with variables put in; null if there is none.</summary>
    public string? Value => Text("value");

    /// <summary>A string of the assert, with variables put in; null if it is not there.</summary>
    /// <exception cref="StepException">A variable has no value.</exception>
    public string? Text(string name) => Assert.Node.ChildValue(name) is { } text ? State.Resolve(text) : null;

    /// <summary>The body: of the fixture, request or response that <c>sourceId</c> names, else of the last operation.</summary>
    /// <exception cref="StepException">There is none.</exception>
    public Payload Body
    {
        get
        {
            if (Assert.SourceId is { } id)
            {
                if (IsOfRequest && State.FindExchange(id) is { } sent)
                    return sent.RequestBody;
                return State.FindBody(id) ?? throw Unknown(id);
            }

            return IsOfRequest ? Exchange.RequestBody : Response.Body;
        }
    }

    /// <summary>What people call the body: <c>the response</c>, <c>'id'</c>.</summary>
    public string BodyName => Assert.SourceId is { } id ? $"'{id}'" : IsOfRequest ? "the request" : "the response";

    /// <summary>What was sent and came back.</summary>
    /// <exception cref="StepException">Nothing was sent yet.</exception>
    public Exchange Exchange => Assert.SourceId is { } id
        ? State.FindExchange(id) ?? throw (State.FindBody(id) is null ? Unknown(id) : new StepException($"'{id}' is a fixture: it was not sent or received by itself, so it has neither status nor header fields."))
        : State.Last ?? throw new StepException("No operation was done before this assert, so there is nothing to judge.");

    /// <summary>What came back.</summary>
    /// <exception cref="StepException">Nothing did.</exception>
    public Response Response => Exchange.Response ?? throw new StepException($"No response came: {Exchange.Failure}");

    /// <summary>True if header fields are those of the request: by the direction, or since the source is one.</summary>
    public bool LooksAtRequest => IsOfRequest || (Assert.SourceId is { } id && State.IsRequest(id));

    /// <summary>A header field of what it looks at, or null.</summary>
    public string? Header(string name)
    {
        if (!LooksAtRequest)
            return Response.Header(name);
        var values = Exchange.RequestHeaders.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    private static StepException Unknown(string id) => new($"sourceId names '{id}', which is no fixture, request or response of this script so far.");
}
