// A resource that a script creates.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>A resource that a script creates, and what is known of it before it is sent.</summary>
/// <param name="Id">Its id in the script; <c>${id}</c> is the id that the server gives it.</param>
/// <param name="Source">The example with its own references, for evaluating search parameters.</param>
/// <param name="Content">What is sent: references name other fixtures by their variables.</param>
internal sealed record Fixture(string Id, JsonObject Source, JsonObject Content)
{
    private readonly Lazy<ResourceTree> _tree = new(() => ResourceParser.ParseJson(Encoding.UTF8.GetBytes(Source.ToJsonString())).Tree
        ?? throw new ScriptException($"The example {Id} is no resource of R4; correct it in its package."));

    public string Type { get; } = (string)Source["resourceType"]!;

    /// <summary>True if nothing of the example had to be left out, so that it meets the profiles that it claims.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>True for what can't be deleted afterwards.</summary>
    public bool IsKept { get; init; }

    /// <summary>The resource to evaluate FHIRPath over.</summary>
    public ResourceTree Tree => _tree.Value;

    /// <summary>The id under which the response to its creation is kept.</summary>
    public string ResponseId => $"created-{Id}";

    /// <summary>The id that the server gave it, as a variable.</summary>
    public string Variable => $"${{{Id}}}";

    /// <summary>Type and id, as a reference to it is written.</summary>
    public string Reference => $"{Type}/{Variable}";

    /// <summary>A search by the identifier that no other resource has; null if the type has no list of identifiers.</summary>
    public string? Identifier { get; init; }
}
