// Fixtures of a run: read once, variables put in when one is first used.

using System.Text;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Conformance;

internal sealed partial class RunState
{
    private readonly Dictionary<string, Payload> _fixtures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payload> _data = new(StringComparer.Ordinal);
    private readonly HashSet<string> _contained = new(StringComparer.Ordinal);

    /// <summary>Reads all fixtures: every one is needed for a script to run (R4 testscript-definitions.html#TestScript.fixture).</summary>
    /// <exception cref="StepException">One is not there.</exception>
    public async Task ReadFixturesAsync(CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, Payload>(StringComparer.Ordinal);
        foreach (var fixture in Script.Fixtures)
        {
            // Without a reference it stands for what an operation will bring.
            if (fixture.Reference is not { } reference)
                continue;
            if (reference.StartsWith('#'))
                _contained.Add(fixture.Id);
            if (!read.TryGetValue(reference, out var payload))
            {
                payload = await ReadFixtureAsync(reference, cancellationToken).ConfigureAwait(false)
                    ?? throw new StepException($"The fixture '{fixture.Id}' is not there: {reference} was not found.");
                Held.Take(payload.Bytes.Length);
                read.Add(reference, payload);
            }

            _fixtures[fixture.Id] = payload;
        }
    }

    /// <summary>
    /// True for a fixture that the script contains. The id of a contained resource is what references of its container know it by (R4 references.html#contained),
    /// so an update whose address has an id sends it with that one.
    /// </summary>
    public bool IsContained(string fixtureId) => _contained.Contains(fixtureId);

    /// <summary>What a fixture that is a Binary holds, decoded, with variables put in where it is text; null if the body of that id is no Binary.</summary>
    public Payload? FindData(string id)
    {
        if (_data.TryGetValue(id, out var known))
            return known;
        if (FindBody(id) is not { Resource: { ResourceType: "Binary" } binary })
            return null;
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(binary.Root.ChildValue("data") ?? "");
        }
        catch (FormatException)
        {
            throw new StepException($"The Binary '{id}' holds data that is no base64.");
        }

        Held.Take(bytes.Length);
        var data = new Payload(bytes, binary.Root.ChildValue("contentType"));
        if (IsText(bytes))
            data = PutIn(data, id);
        return _data[id] = data;
    }

    /// <summary>Gives the resource of a fixture the id that the server made for it, so that variables and addresses find it.</summary>
    public void Assign(string fixtureId, string resourceId)
    {
        if (FindBody(fixtureId) is { Resource: { } tree } body)
            _bodies[fixtureId] = ResourceBody.WithId(tree, resourceId, body.IsXml, body.ContentType);
    }

    private async ValueTask<Payload?> ReadFixtureAsync(string reference, CancellationToken cancellationToken)
    {
        if (!reference.StartsWith('#'))
            return Options.ReadFixture is { } read ? await read(Script, reference, cancellationToken).ConfigureAwait(false) : null;
        var contained = Script.Tree.Root.FindContained(reference.AsSpan(1));
        return contained is { Exists: true, IsRoot: false } ? new Payload(ResourceWriter.ToJson(contained), MediaTypes.FhirJson) : null;
    }

    private Payload? ReadFixture(string id) => _fixtures.TryGetValue(id, out var fixture) ? _bodies[id] = PutIn(fixture, id) : null;

    private Payload PutIn(Payload payload, string id)
    {
        if (payload.Bytes.Span.IndexOf("${"u8) < 0)
            return payload;
        try
        {
            Func<string, string> escape = payload.IsXml ? static value => System.Security.SecurityElement.Escape(value)
                : payload.IsJson ? static value => JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()
                : static value => value;
            var bytes = Encoding.UTF8.GetBytes(Resolve(payload.Text, escape));
            Held.Take(bytes.Length);
            return new Payload(bytes, payload.ContentType);
        }
        catch (StepException e)
        {
            throw new StepException($"The fixture '{id}' can't be used: {e.Message}");
        }
    }

    private static bool IsText(byte[] bytes)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
