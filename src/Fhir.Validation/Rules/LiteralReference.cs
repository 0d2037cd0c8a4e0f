// What Reference.reference says, taken apart.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>The form of a literal reference.</summary>
internal enum ReferenceForm
{
    /// <summary>There is no literal reference.</summary>
    None,

    /// <summary><c>#id</c>, or <c>#</c> for the container.</summary>
    Contained,

    /// <summary><c>Type/id</c>.</summary>
    Relative,

    /// <summary>A URL whose last steps are <c>Type/id</c>.</summary>
    Restful,

    /// <summary>Another absolute URI: a URN, or a URL of something that may be no FHIR server.</summary>
    Absolute,

    /// <summary><c>Type?parameters</c>, which transactions allow (R4 http.html#trules).</summary>
    Conditional,

    /// <summary>None of those.</summary>
    Unknown,
}

/// <summary>A literal reference (R4 references.html#literal).</summary>
/// <param name="Form">Its form.</param>
/// <param name="Type">The type that it names, or null.</param>
/// <param name="Base">What stands before the type, up to the slash; empty for a relative one.</param>
/// <param name="Id">The logical id, or null.</param>
/// <param name="Version">The version, or null.</param>
internal readonly record struct LiteralReference(ReferenceForm Form, string? Type, string Base, string? Id, string? Version)
{
    private const string History = "/_history/";

    /// <summary>Reads a reference.</summary>
    public static LiteralReference Parse(string reference)
    {
        if (reference.StartsWith('#'))
            return new LiteralReference(ReferenceForm.Contained, null, "", reference[1..], null);
        var isAbsolute = UriRules.IsAbsolute(reference);
        var question = reference.IndexOf('?', StringComparison.Ordinal);
        if (!isAbsolute && question > 0)
        {
            return Schema.R4.FindResourceType(reference.AsSpan(0, question)) is { } searched
                ? new LiteralReference(ReferenceForm.Conditional, searched.Name, "", null, null)
                : new LiteralReference(ReferenceForm.Unknown, null, "", null, null);
        }

        var literal = reference.AsSpan();
        var fragment = literal.IndexOf('#');
        if (fragment >= 0)
            literal = literal[..fragment];
        string? version = null;
        var history = literal.LastIndexOf(History);
        if (history >= 0)
        {
            version = literal[(history + History.Length)..].ToString();
            literal = literal[..history];
        }

        var slash = literal.LastIndexOf('/');
        var isUrl = !isAbsolute || literal.StartsWith("http://") || literal.StartsWith("https://");
        if (slash > 0 && isUrl && ResourceId.IsValid(literal[(slash + 1)..]) && (version is null || ResourceId.IsValid(version)))
        {
            var before = literal[..slash].LastIndexOf('/');
            if (isAbsolute == before > 0 && Schema.R4.FindResourceType(literal[(before + 1)..slash]) is { } type)
            {
                var address = isAbsolute ? literal[..before].ToString() : "";
                return new LiteralReference(
                    isAbsolute ? ReferenceForm.Restful : ReferenceForm.Relative, type.Name, address, literal[(slash + 1)..].ToString(), version);
            }
        }

        return new LiteralReference(isAbsolute ? ReferenceForm.Absolute : ReferenceForm.Unknown, null, "", null, version);
    }
}
