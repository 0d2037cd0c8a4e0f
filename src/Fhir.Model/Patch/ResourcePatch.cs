// The entrance of patching: a resource and a patch document in, the new resource or the reason why not out.

using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirHub.Model;

/// <summary>The languages of patches that R4 names (R4 http.html#patch).</summary>
public enum PatchFormat
{
    /// <summary>RFC 6902, <c>application/json-patch+json</c>.</summary>
    Json,

    /// <summary>RFC 5261, <c>application/xml-patch+xml</c>.</summary>
    Xml,

    /// <summary>R4 fhirpatch.html: Parameters as <c>application/fhir+json</c>.</summary>
    FhirPathInJson,

    /// <summary>R4 fhirpatch.html: Parameters as <c>application/fhir+xml</c>.</summary>
    FhirPathInXml,
}

/// <summary>Why there is no patched resource.</summary>
public enum PatchFailure
{
    /// <summary>There is one.</summary>
    None,

    /// <summary>The patch itself is wrong, whatever the resource: 400.</summary>
    InvalidPatch,

    /// <summary>The patch does not fit the resource as it is, such as a path that leads nowhere: 422.</summary>
    NotApplicable,

    /// <summary>A <c>test</c> of a JSON Patch found something else: 422.</summary>
    TestFailed,

    /// <summary>What the patch makes of it is not a valid resource, or another one: 422.</summary>
    InvalidResult,
}

/// <summary>The answer of a patch.</summary>
/// <param name="Tree">The new resource; null if <paramref name="Failure"/> says why not.</param>
/// <param name="Issues">What is wrong; warnings only if there is a tree.</param>
/// <param name="Failure">The kind of failure.</param>
public sealed record PatchResult(ResourceTree? Tree, IReadOnlyList<Issue> Issues, PatchFailure Failure);

/// <summary>Applies patches (R4 http.html#patch). A patch is applied whole or not at all; the resource given never changes.</summary>
public static class ResourcePatch
{
    /// <summary>Greatest number of operations in a patch.</summary>
    public const int MaxOperations = 1000;

    /// <summary>Greatest depth of a patch document and of the JSON that it changes.</summary>
    internal static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 256, AllowDuplicateProperties = false };

    /// <summary>The format of a patch by its media type without parameters, or null; plain FHIR media types mean Parameters.</summary>
    public static PatchFormat? FormatOf(string mediaType) => mediaType.ToUpperInvariant() switch
    {
        "APPLICATION/JSON-PATCH+JSON" => PatchFormat.Json,
        "APPLICATION/XML-PATCH+XML" => PatchFormat.Xml,
        "APPLICATION/FHIR+JSON" => PatchFormat.FhirPathInJson,
        "APPLICATION/FHIR+XML" => PatchFormat.FhirPathInXml,
        _ => null,
    };

    /// <summary>Applies a patch document to a resource; the result is valid by structure and has the same type and id.</summary>
    public static PatchResult Apply(ResourceTree resource, PatchFormat format, ReadOnlyMemory<byte> body, ParseLimits? limits = null)
    {
        try
        {
            return Checked(resource, format switch
            {
                PatchFormat.Json => ApplyJson(resource, body, limits),
                PatchFormat.Xml => ApplyXml(resource, body, limits),
                PatchFormat.FhirPathInXml => ApplyFhirPath(resource, ResourceParser.ParseXml(body, resource.Schema, limits), limits),
                _ => ApplyFhirPath(resource, ResourceParser.ParseJson(body, resource.Schema, limits), limits),
            });
        }
        catch (PatchException refused)
        {
            return new PatchResult(null, refused.Issues, refused.Failure);
        }
    }

    /// <summary>Applies a FHIRPath Patch that is part of something else, such as an entry of a Bundle.</summary>
    public static PatchResult Apply(ResourceTree resource, ElementNode parameters, ParseLimits? limits = null)
    {
        try
        {
            return Checked(resource, new FhirPathPatch(resource, limits).Apply(parameters));
        }
        catch (PatchException refused)
        {
            return new PatchResult(null, refused.Issues, refused.Failure);
        }
    }

    private static ParseResult ApplyJson(ResourceTree resource, ReadOnlyMemory<byte> body, ParseLimits? limits)
    {
        var patched = JsonPatch.Apply(ParseTree(resource), JsonPatch.Load(body.Span));
        return ResourceParser.ParseJson(JsonSerializer.SerializeToUtf8Bytes(patched, SerializerOptions), resource.Schema, limits);
    }

    private static ParseResult ApplyXml(ResourceTree resource, ReadOnlyMemory<byte> body, ParseLimits? limits)
    {
        var patch = XmlPatch.Load(body);
        var document = XmlPatch.Load(ResourceWriter.ToXml(resource.Root));
        XmlPatch.Apply(document, patch);
        return ResourceParser.ParseXml(XmlPatch.ToBytes(document), resource.Schema, limits, anyOrder: true);
    }

    private static ParseResult ApplyFhirPath(ResourceTree resource, ParseResult parameters, ParseLimits? limits)
    {
        if (!parameters.IsValid)
            throw new PatchException(PatchFailure.InvalidPatch, parameters.Issues);
        return new FhirPathPatch(resource, limits).Apply(parameters.Tree!.Root);
    }

    private static PatchResult Checked(ResourceTree before, ParseResult after)
    {
        if (!after.IsValid)
            return new PatchResult(null, after.Issues, PatchFailure.InvalidResult);
        if (after.Tree!.ResourceType != before.ResourceType || after.Tree.Id != before.Id)
        {
            var issue = Issue.Error("invalid", "A patch must not change the resource's type or id.", after.Tree.ResourceType == before.ResourceType ? $"{before.ResourceType}.id" : null);
            return new PatchResult(null, [issue], PatchFailure.InvalidResult);
        }

        return new PatchResult(after.Tree, after.Issues, PatchFailure.None);
    }

    internal static JsonObject ParseTree(ResourceTree resource)
    {
        try
        {
            return JsonNode.Parse(resource.Json.Span, null, JsonOptions)!.AsObject();
        }
        catch (JsonException invalid)
        {
            throw new PatchException(PatchFailure.NotApplicable, "structure", $"The resource as it is can't be patched: {invalid.Message}");
        }
    }

    internal static JsonSerializerOptions SerializerOptions { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 512,
    };
}

/// <summary>Ends a patch with the reason; it never leaves <see cref="ResourcePatch"/>.</summary>
internal sealed class PatchException : Exception
{
    public PatchException(PatchFailure failure, string code, string diagnostics, string? expression = null)
        : this(failure, [Issue.Error(code, diagnostics, expression)])
    {
    }

    public PatchException(PatchFailure failure, IReadOnlyList<Issue> issues)
    {
        Failure = failure;
        Issues = issues;
    }

    public PatchFailure Failure { get; }

    public IReadOnlyList<Issue> Issues { get; }
}
