// Asks the server under test for what a validation lacks: definitions by their canonical, targets of references.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Reads from one destination for the validations of one run, within bounds.</summary>
/// <param name="state">The run.</param>
/// <param name="destination">The number of the destination.</param>
internal sealed class DestinationLookup(RunState state, int destination)
{
    // US Core's largest profile needs about forty; a server that names ever more is not followed for ever.
    private const int MaxLookups = 500;

    private readonly RequestSender _sender = new(state.Options, new Secrets(), state.Held);
    private readonly string _base = state.Destination(destination).FhirBase.AbsoluteUri.TrimEnd('/');
    private readonly Dictionary<string, ResourceTree?> _read = new(StringComparer.Ordinal);
    private int _lookups;

    /// <summary>What people call the server.</summary>
    public string Name => state.Destination(destination).Name;

    /// <summary>All versions of a canonical that the server has; none if it has none or does not tell.</summary>
    /// <exception cref="StepException">Too much was asked for.</exception>
    public async ValueTask<IReadOnlyList<ResourceTree>> FindAsync(string type, string url, CancellationToken cancel)
    {
        var found = new List<ResourceTree>();
        if (await ReadAsync($"{type}?url={Uri.EscapeDataString(url)}", cancel) is not { ResourceType: "Bundle" } bundle)
            return found;
        foreach (var entry in bundle.Root.ChildrenOf("entry"))
        {
            // Servers that don't know the parameter url may answer with anything.
            if (entry.Child("resource") is { Exists: true } resource && resource.Type.Name == type && resource.ChildValue("url") == url
                && ResourceParser.ParseJson(ResourceWriter.ToJson(resource)).Tree is { } tree)
            {
                found.Add(tree);
            }
        }

        return found;
    }

    /// <summary>The resource that a relative reference, or an absolute one to this server, names; null if it can't be had.</summary>
    /// <exception cref="StepException">Too much was asked for.</exception>
    public async ValueTask<ResourceTree?> ResolveAsync(string reference, CancellationToken cancel)
    {
        if (reference.StartsWith(_base + "/", StringComparison.Ordinal))
            reference = reference[(_base.Length + 1)..];

        // Type and id, with a version perhaps: what else a reference may be is not at this server.
        var parts = reference.Split('/');
        var isRelative = parts is [_, _] or [_, _, "_history", _] && Schema.R4.FindResourceType(parts[0]) is not null && ResourceId.IsValid(parts[1]) && ResourceId.IsValid(parts[^1]);
        return isRelative ? await ReadAsync(reference, cancel) : null;
    }

    private async ValueTask<ResourceTree?> ReadAsync(string relative, CancellationToken cancel)
    {
        if (_read.TryGetValue(relative, out var known))
            return known;
        if (++_lookups > MaxLookups)
            throw new StepException($"The validation asks {Name} for more than {MaxLookups} resources. Give their packages to the run.");
        var request = new OperationRequest(destination, "GET", $"{_base}/{relative}", [new("Accept", MediaTypes.FhirJson)], Payload.None) { EncodesUrl = false };
        var exchange = await _sender.SendAsync(request, cancel);
        return _read[relative] = exchange.Response is { Status: 200 } response ? response.Body.Resource : null;
    }
}
