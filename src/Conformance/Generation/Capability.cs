// A CapabilityStatement taken apart: what scripts are to prove.

using FhirHub.Model;

namespace FhirHub.Conformance.Generation;

/// <summary>What a CapabilityStatement says of a search parameter.</summary>
internal sealed record SearchCapability(string Name, string Type, string? Definition);

/// <summary>What a CapabilityStatement says of an operation.</summary>
internal sealed record OperationCapability(string Name, string? Definition);

/// <summary>What a CapabilityStatement says of a resource type (R4 CapabilityStatement.rest.resource).</summary>
internal sealed record ResourceCapability(string Type, IReadOnlyList<string> Profiles, IReadOnlyList<string> Interactions)
{
    public IReadOnlyList<SearchCapability> Parameters { get; init; } = [];

    public IReadOnlyList<string> Includes { get; init; } = [];

    public IReadOnlyList<string> RevIncludes { get; init; } = [];

    public IReadOnlyList<OperationCapability> Operations { get; init; } = [];

    public bool ConditionalCreate { get; init; }

    public bool ConditionalUpdate { get; init; }

    /// <summary>True if a conditional delete of one resource is offered.</summary>
    public bool ConditionalDelete { get; init; }

    public bool Has(string interaction) => Interactions.Contains(interaction);
}

/// <summary>A CapabilityStatement: of a server, or of a client, which asks of the server what the client does.</summary>
public sealed class Capability
{
    private Capability()
    {
    }

    /// <summary>Its id or name, fit for a folder.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    /// <summary>Its canonical URL or where it is from.</summary>
    public required string Url { get; init; }

    /// <summary>True if it says what a server does; false for what a client needs.</summary>
    internal bool IsOfServer { get; private init; }

    /// <summary>The formats, such as <c>json</c>.</summary>
    internal IReadOnlyList<string> Formats { get; private init; } = [];

    /// <summary>The media types of patches.</summary>
    internal IReadOnlyList<string> PatchFormats { get; private init; } = [];

    /// <summary>What is asked of all types.</summary>
    internal IReadOnlyList<string> Interactions { get; private init; } = [];

    /// <summary>The resource types.</summary>
    internal IReadOnlyList<ResourceCapability> Resources { get; private init; } = [];

    /// <summary>Reads a CapabilityStatement.</summary>
    /// <param name="tree">A resource that was parsed without errors.</param>
    /// <param name="source">Where it is from, for people.</param>
    /// <exception cref="ScriptException">It is another resource, or says nothing of REST.</exception>
    public static Capability Read(ResourceTree tree, string source)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var root = tree.Root;
        if (tree.ResourceType != "CapabilityStatement")
            throw new ScriptException($"{source} is a {tree.ResourceType}, not a CapabilityStatement.");
        if (root.ChildrenOf("rest").ToList() is not [var rest, ..])
            throw new ScriptException($"{source} has no rest: there is nothing to generate scripts for. Give the CapabilityStatement of a REST server or client.");
        var name = tree.Id ?? root.ChildValue("name") ?? "server";
        return new Capability
        {
            Id = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' ? char.ToLowerInvariant(c) : '-')),
            Title = root.ChildValue("title") ?? root.ChildValue("name") ?? name,
            Url = root.ChildValue("url") ?? source,
            IsOfServer = rest.ChildValue("mode") == "server",
            Formats = Values(root, "format"),
            PatchFormats = Values(root, "patchFormat"),
            Interactions = Codes(rest),
            Resources = [.. rest.ChildrenOf("resource").ToList().Select(ReadResource).OrderBy(static resource => resource.Type, StringComparer.Ordinal)],
        };
    }

    private static ResourceCapability ReadResource(ElementNode resource) =>
        new(resource.ChildValue("type") ?? "", Values(resource, "supportedProfile"), Codes(resource))
        {
            Parameters = [.. resource.ChildrenOf("searchParam").ToList().Select(static parameter =>
                new SearchCapability(parameter.ChildValue("name") ?? "", parameter.ChildValue("type") ?? "", parameter.ChildValue("definition")))],
            Includes = Values(resource, "searchInclude"),
            RevIncludes = Values(resource, "searchRevInclude"),
            Operations = [.. resource.ChildrenOf("operation").ToList().Select(static operation =>
                new OperationCapability((operation.ChildValue("name") ?? "").TrimStart('$'), operation.ChildValue("definition")))],
            ConditionalCreate = Boolean(resource, "conditionalCreate"),
            ConditionalUpdate = Boolean(resource, "conditionalUpdate"),
            ConditionalDelete = resource.ChildValue("conditionalDelete") is "single" or "multiple",
        };

    private static IReadOnlyList<string> Codes(ElementNode parent) =>
        [.. parent.ChildrenOf("interaction").ToList().Select(static interaction => interaction.ChildValue("code") ?? "")];

    private static IReadOnlyList<string> Values(ElementNode parent, string name) => [.. parent.ChildrenOf(name).ToList().Select(static value => value.GetString() ?? "")];

    private static bool Boolean(ElementNode parent, string name) => parent.Child(name) is { Exists: true } value && value.GetBoolean() == true;
}
