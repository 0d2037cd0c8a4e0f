// What the pages are about: the definitions and examples of a package, found by the names that addresses and resources use.

using System.Collections.Frozen;
using FhirHub.Model;
using FhirHub.Server.Exchange;
using FhirHub.Terminology;

namespace FhirHub.Server.Profiles;

/// <summary>A package as it is published. Immutable; safe to use from several threads.</summary>
internal sealed class PublishedPackage
{
    private readonly FrozenDictionary<string, ResourceTree> _byAddress;
    private readonly FrozenDictionary<string, string> _addressByUrl;
    private readonly FrozenDictionary<string, ExchangeExample> _exampleByAddress;
    private readonly FrozenDictionary<string, ExchangeExample> _exampleByReference;

    public PublishedPackage(PackageManifest manifest, IReadOnlyList<ResourceTree> definitions, IReadOnlyList<ExchangeExample> examples, ReadOnlyMemory<byte> archive)
    {
        Manifest = manifest;
        Definitions = definitions;
        Examples = examples;
        Archive = archive;
        _byAddress = definitions.Where(static definition => definition.Id is not null)
            .DistinctBy(AddressOf, StringComparer.Ordinal).ToFrozenDictionary(AddressOf, StringComparer.Ordinal);

        // A code system has a naming system under the same URL, and is what the URL is looked up for.
        _addressByUrl = definitions.Where(static definition => definition.Id is not null)
            .OrderBy(static definition => definition.ResourceType == "NamingSystem")
            .SelectMany(static definition => NamesOf(definition).Select(name => KeyValuePair.Create(name, AddressOf(definition))))
            .DistinctBy(static pair => pair.Key, StringComparer.Ordinal).ToFrozenDictionary(StringComparer.Ordinal);
        _exampleByAddress = examples.DistinctBy(AddressOf, StringComparer.Ordinal).ToFrozenDictionary(AddressOf, StringComparer.Ordinal);
        _exampleByReference = examples.Where(static example => example.Expected is null && example.Resource.Id is not null)
            .DistinctBy(static example => $"{example.Resource.ResourceType}/{example.Resource.Id}", StringComparer.Ordinal)
            .ToFrozenDictionary(static example => $"{example.Resource.ResourceType}/{example.Resource.Id}", StringComparer.Ordinal);
    }

    public PackageManifest Manifest { get; }

    public IReadOnlyList<ResourceTree> Definitions { get; }

    public IReadOnlyList<ExchangeExample> Examples { get; }

    /// <summary>The package's archive, which is offered for download.</summary>
    public ReadOnlyMemory<byte> Archive { get; }

    /// <summary>The address of a definition below that of the pages.</summary>
    public static string AddressOf(ResourceTree definition) => $"{definition.ResourceType}/{definition.Id}";

    /// <summary>The address of an example below that of the pages.</summary>
    public static string AddressOf(ExchangeExample example) =>
        $"examples/{example.Profile}/{(example.Expected is null ? "" : "bad/")}{example.Name}";

    public ResourceTree? FindDefinition(string address) => _byAddress.GetValueOrDefault(address);

    public ExchangeExample? FindExample(string address) => _exampleByAddress.GetValueOrDefault(address);

    /// <summary>The good example that a reference such as <c>Patient/ex-patient-wang</c> leads to, or null.</summary>
    public ExchangeExample? FindReferenced(string reference) => _exampleByReference.GetValueOrDefault(reference);

    /// <summary>The definition of a canonical URL, with or without a version, or of an identifier system; null if it is not the package's.</summary>
    public ResourceTree? FindCanonical(string canonical) =>
        _addressByUrl.TryGetValue(TerminologyLibrary.Split(canonical).Url, out var address) ? _byAddress[address] : null;

    public IEnumerable<ResourceTree> OfType(string resourceType) => Definitions.Where(definition => definition.ResourceType == resourceType && definition.Id is not null);

    public IEnumerable<ExchangeExample> ExamplesOf(string profile) => Examples.Where(example => example.Profile == profile);

    private static IEnumerable<string> NamesOf(ResourceTree definition)
    {
        if (definition.Root.ChildValue("url") is { } url)
            yield return url;
        if (definition.ResourceType != "NamingSystem")
            yield break;
        foreach (var unique in definition.Root.ChildrenOf("uniqueId"))
        {
            if (unique.ChildValue("value") is { } value && unique.ChildValue("type") is "uri" or "oid")
                yield return unique.ChildValue("type") == "oid" ? $"urn:oid:{value}" : value;
        }
    }
}
