// Bodies in messages.

namespace FhirHub.Conformance;

/// <summary>What people call a body.</summary>
internal static class Bodies
{
    /// <summary>Such as <c>a Patient</c>, <c>empty</c>, <c>text/html (120 bytes)</c>.</summary>
    public static string Describe(Payload body)
    {
        if (body.Bytes.IsEmpty)
            return "empty";
        if (body.Resource is { } resource)
            return Article(resource.ResourceType);
        var type = body.ContentType is { Length: > 0 } ? body.MediaType : "of no stated type";
        return body.Issues is [{ } first, ..] && (body.IsJson || body.IsXml)
            ? $"{type} ({body.Bytes.Length} bytes) that is no FHIR resource: {first.Diagnostics}"
            : $"{type} ({body.Bytes.Length} bytes)";
    }

    /// <summary>A name of a type with its article: <c>a Patient</c>, <c>an Observation</c>.</summary>
    public static string Article(string name) => $"{("AEIO".Contains(name[0], StringComparison.Ordinal) ? "an" : "a")} {name}";
}
