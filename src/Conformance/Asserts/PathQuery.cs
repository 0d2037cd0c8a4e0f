// What a path of a script (R4 TestScript.variable.path, assert.path) finds in a body: XPath, or JSONPath where it begins with a dollar sign.

namespace FhirHub.Conformance;

/// <summary>XPath and JSONPath over a body in either format, within bounds: scripts and answers are hostile.</summary>
internal static class PathQuery
{
    // Paths of real scripts have some hundred characters; the parsers of both languages are recursive.
    private const int MaxPath = 4_000;

    // A million elements; larger answers are what streams and exports are for, not paths.
    private const int MaxBody = 16 * 1024 * 1024;

    private const int MaxResults = 10_000;

    private const int MaxResultCharacters = 16 * 1024 * 1024;

    /// <summary>
    /// The values, in the order of the document. An element of FHIR XML gives its <c>value</c> attribute, whatever has no simple value its XML or JSON;
    /// a boolean or a number that XPath computes is one value. Nothing is found in an empty body.
    /// </summary>
    /// <param name="path">XPath over the XML form (with or without the prefix <c>f:</c> or <c>fhir:</c>), or JSONPath over the JSON form.</param>
    /// <param name="body">The body, in either format.</param>
    /// <exception cref="StepException">The path or the body can't be read, or it costs too much.</exception>
    public static IReadOnlyList<string> Evaluate(string path, Payload body)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(body);
        if (path.Length > MaxPath)
            throw new StepException($"The path has {path.Length} characters; {MaxPath} are allowed. Ask for less at once.");
        if (body.Bytes.IsEmpty)
            return [];
        if (body.Bytes.Length > MaxBody)
            throw new StepException($"The body has {body.Bytes.Length} bytes, and paths are evaluated on {MaxBody} at most. Ask the server for less at once.");
        return path.AsSpan().TrimStart().StartsWith('$') ? JsonPathQuery.Evaluate(path.Trim(), body) : XPathQuery.Evaluate(path, body);
    }

    /// <summary>The values as a list that stays within bounds.</summary>
    /// <exception cref="StepException">There are too many.</exception>
    internal static IReadOnlyList<string> Collect(string path, IEnumerable<string> values)
    {
        var found = new List<string>();
        long characters = 0;
        foreach (var value in values)
        {
            found.Add(value);
            characters += value.Length;
            if (found.Count > MaxResults || characters > MaxResultCharacters)
                throw new StepException($"{Excerpt.Of(path)} finds more than {MaxResults} values or {MaxResultCharacters} characters. Make the path find less.");
        }

        return found;
    }
}
