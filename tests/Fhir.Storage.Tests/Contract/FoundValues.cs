// Resources that have a value for each search parameter of R4: official examples where there are any, else ones made from the schema.

using System.Globalization;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Search.Tests;
using FhirHub.Tests;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>A value that a parameter finds in a resource.</summary>
/// <param name="Resource">The number of the resource, which is in its id.</param>
/// <param name="Value">The value.</param>
/// <param name="IsExample">True if the resource is an official example.</param>
internal sealed record FoundValue(int Resource, IndexEntry Value, bool IsExample);

/// <summary>The resources and what parameters find in them.</summary>
internal sealed class FoundValues
{
    // As many as the widest choice that a parameter looks at, so that each type of each comes up.
    private const int Variants = 60;

    private readonly IndexExtractor _extractor = new(SearchParameterRegistry.R4);

    /// <summary>Types and JSON of the resources.</summary>
    public List<(string Type, byte[] Json)> Resources { get; } = [];

    /// <summary>One value for each parameter that has any, by its key.</summary>
    public Dictionary<string, FoundValue> Values { get; } = new(StringComparer.Ordinal);

    public static FoundValues Collect()
    {
        var found = new FoundValues();
        if (SharedMaterial.Folder("r4-examples") is { } folder)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "r4-json"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                found.Add(File.ReadAllBytes(file), isExample: true);
        }

        foreach (var type in Schema.R4.ResourceTypes)
        {
            for (var variant = 0; variant < Variants; variant++)
                found.Add(Encoding.UTF8.GetBytes(FilledResource.Of(type, variant)), isExample: false);
        }

        return found;
    }

    /// <summary>The parameter of a query that asks for a value.</summary>
    public static KeyValuePair<string, string> Query(IndexEntry entry) => entry switch
    {
        TokenEntry { Code: null } text => new($"{entry.Parameter.Code}:text", Escape(text.Text!)),
        ReferenceEntry { Id: null, Url: null } reference =>
            new($"{entry.Parameter.Code}:identifier", $"{Escape(reference.IdentifierSystem ?? "")}|{Escape(reference.IdentifierValue ?? "")}"),
        _ => new(entry.Parameter.Code, Text(entry)),
    };

    // A resource, and those that a Bundle holds.
    private void Add(byte[] json, bool isExample)
    {
        if (ResourceParser.ParseJson(json) is not { Tree: { } tree })
            return;
        Add(tree.Root, isExample);
        foreach (var entry in tree.Root.Type.Name == "Bundle" ? tree.Root.ChildrenOf("entry").ToList() : [])
        {
            if (entry.Child("resource") is { Exists: true } inner)
                Add(inner, isExample);
        }
    }

    private void Add(ElementNode resource, bool isExample)
    {
        var fresh = _extractor.Extract(resource).Entries.Where(entry => !Values.ContainsKey(entry.Parameter.Key) && IsAskable(entry)).ToList();
        foreach (var entry in fresh)
            Values.TryAdd(entry.Parameter.Key, new FoundValue(Resources.Count, entry, isExample));
        if (fresh.Count > 0)
            Resources.Add((resource.Type.Name, ResourceWriter.ToJson(resource)));
    }

    // A reference without an id or an address, such as "helpers", would be asked for as an id.
    private static bool IsAskable(IndexEntry entry) => entry switch
    {
        TokenEntry token => token.Code is not null || token.Text is not null,
        ReferenceEntry reference => reference.Id is not null || reference.Url?.Contains(':') == true || reference.IdentifierValue is not null,
        CompositeEntry composite => composite.Components.All(static component => component is not (TokenEntry { Code: null } or ReferenceEntry { Id: null })),
        _ => true,
    };

    private static string Text(IndexEntry entry) => entry switch
    {
        TokenEntry token => $"{Escape(token.System ?? "")}|{Escape(token.Code!)}",
        StringEntry text => Escape(text.Exact),
        DateEntry { Low: long.MinValue } date => $"le{Instant(date.High)}",
        DateEntry date => $"ge{Instant(date.Low)}",
        NumberEntry { Low: decimal.MinValue } number => $"le{Number(number.High)}",
        NumberEntry number => $"ge{Number(number.Low)}",
        QuantityEntry quantity => $"{(quantity.Low == decimal.MinValue ? "le" : "ge")}{Number(quantity.Value)}|{Escape(quantity.System ?? "")}|{Escape(quantity.Code ?? quantity.Unit ?? "")}",
        ReferenceEntry { Id: { } id } reference => $"{reference.Type}/{id}",
        ReferenceEntry reference => Escape(reference.Url!),
        UriEntry uri => Escape(uri.Uri),
        PositionEntry position => FormattableString.Invariant($"{position.Latitude}|{position.Longitude}|1|km"),
        CompositeEntry composite => string.Join('$', composite.Components.Select(Text)),
        _ => throw new ArgumentException($"No query asks for a {entry.GetType().Name}.", nameof(entry)),
    };

    private static string Instant(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal).Replace("|", @"\|", StringComparison.Ordinal).Replace("$", @"\$", StringComparison.Ordinal);
}
