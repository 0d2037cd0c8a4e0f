// How much of a resource is sent: _summary, _elements and _pretty (R4 search.html#summary, #elements, http.html#parameters).

using System.Buffers;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>The shape in which resources are sent.</summary>
public sealed record ResourceShape
{
    /// <summary>Whole and compact: the stored bytes.</summary>
    public static ResourceShape Whole { get; } = new();

    /// <summary>Indented.</summary>
    public bool Pretty { get; init; }

    /// <summary><c>_summary</c>.</summary>
    public SummaryMode Summary { get; init; }

    /// <summary>
    /// <c>_elements</c>: names of top-level elements, which may be prefixed with a type (<c>Patient.name</c>); null if not asked for.
    /// </summary>
    public IReadOnlyList<string>? Elements { get; init; }

    /// <summary>True if resources lack some of their elements.</summary>
    public bool IsSubset => Summary is not SummaryMode.False || Elements is not null;

    /// <summary>The shape that a search asks for.</summary>
    public static ResourceShape Of(SearchResponseOptions options, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        var pretty = parameters.LastOrDefault(p => p.Key == "_pretty");
        return new ResourceShape
        {
            Pretty = pretty.Key is not null && ParseBoolean("_pretty", pretty.Value),
            Summary = options.Summary,
            Elements = options.Elements.Count > 0 ? options.Elements : null,
        };
    }

    /// <summary>Reads the parameters; an unknown value is refused.</summary>
    /// <param name="parameters">The query.</param>
    /// <param name="forSearch">True if <c>_summary=count</c> makes sense.</param>
    public static ResourceShape Parse(IEnumerable<KeyValuePair<string, string>> parameters, bool forSearch)
    {
        var shape = Whole;
        foreach (var (name, value) in parameters)
        {
            shape = name switch
            {
                "_pretty" => shape with { Pretty = ParseBoolean(name, value) },
                "_summary" => shape with { Summary = ParseSummary(value, forSearch) },
                "_elements" when value.Length > 0 =>
                    shape with { Elements = [.. shape.Elements ?? [], .. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] },
                _ => shape,
            };
        }

        if (shape.Elements is not null && shape.Summary is not SummaryMode.False)
            throw new RefusedException(400, "invalid", "_summary and _elements exclude each other; send one of them.");
        return shape;
    }

    /// <summary>The resource in this shape, as compact JSON with the tag SUBSETTED; the source itself if nothing is left out.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> json)
    {
        if (!IsSubset || ResourceParser.ParseJson(json).Tree is not { } tree)
            return json;
        var root = tree.Root;
        var output = new ArrayBufferWriter<byte>(json.Length + 160);
        output.Write("{\"resourceType\":\""u8);
        output.Write(root.Type.Utf8Name.Span);
        output.Write("\""u8);
        ResourceWriter.WriteMembers(root, output, leadingComma: true, static e => e.Name == "id");
        WriteMeta(root.Child("meta"), output);
        ResourceWriter.WriteMembers(
            root, output, leadingComma: true, e => e.Name is not ("id" or "meta") && IsWanted(e, root.Type.Name), new JsonWriteOptions { Include = Includes });
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    // R4 wants the tag on every resource that lacks something, so that it is not taken for the whole and sent back.
    private static void WriteMeta(ElementNode meta, ArrayBufferWriter<byte> output)
    {
        output.Write(",\"meta\":{"u8);
        var tags = false;
        if (meta.Exists)
        {
            ResourceWriter.WriteMembers(meta, output, leadingComma: false, static e => e.Name != "tag");
            if (output.WrittenSpan[^1] != (byte)'{')
                output.Write(","u8);
        }

        output.Write("\"tag\":["u8);
        foreach (var tag in meta.ChildrenOf("tag"))
        {
            if (tag.ChildValue("code") == "SUBSETTED")
                continue;
            if (tags)
                output.Write(","u8);
            ResourceWriter.WriteJson(tag, output);
            tags = true;
        }

        output.Write(tags ? ","u8 : ""u8);
        output.Write("{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}]}"u8);
    }

    private bool IsWanted(ElementDefinition element, string type)
    {
        if (Elements is { } elements)
        {
            return element.Min > 0
                || elements.Any(e => e == element.Name || e.Equals($"{type}.{element.Name}", StringComparison.Ordinal));
        }

        return Summary switch
        {
            SummaryMode.True or SummaryMode.Count => element.IsSummary || element.Min > 0,
            SummaryMode.Text => element.Name == "text" || element.Min > 0,
            SummaryMode.Data => element.Name != "text",
            _ => true,
        };
    }

    // Below the top, only _summary=true takes something away. Extensions are kept or dropped whole, so that none loses its value.
    private bool Includes(ElementNode node)
    {
        if (Summary != SummaryMode.True || node.Definition is not { } definition || definition.IsSummary || definition.Min > 0)
            return true;
        var parent = node.Parent;
        return !parent.Exists || parent.IsRoot || parent.IsPrimitive || parent.Type.Name is "Extension" or "Narrative";
    }

    private static bool ParseBoolean(string name, string value) => value switch
    {
        "true" or "" => true,
        "false" => false,
        _ => throw new RefusedException(400, "value", $"{name} is true or false, not '{Shorten(value)}'."),
    };

    private static SummaryMode ParseSummary(string value, bool forSearch) => value switch
    {
        "true" => SummaryMode.True,
        "text" => SummaryMode.Text,
        "data" => SummaryMode.Data,
        "count" when forSearch => SummaryMode.Count,
        "count" => throw new RefusedException(400, "value", "_summary=count is for searches; a read knows true, text, data and false."),
        "false" => SummaryMode.False,
        _ => throw new RefusedException(400, "value", $"_summary is true, text, data, count or false, not '{Shorten(value)}'."),
    };

    private static string Shorten(string value) => value.Length <= 64 ? value : value[..64];
}
