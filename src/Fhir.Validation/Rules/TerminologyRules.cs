// Value sets, code systems and concept maps: codes that exist, properties that are declared, counts that are right.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Rules of terminology resources beside their invariants (R4 valueset.html, codesystem.html, conceptmap.html).</summary>
internal static class TerminologyRules
{
    /// <summary>Checks a ValueSet.</summary>
    public static void CheckValueSet(ValidationWalk walk, ElementNode valueSet)
    {
        var compose = valueSet.Child("compose");
        foreach (var include in compose.ChildrenOf("include"))
            CheckInclude(walk, include);
        foreach (var exclude in compose.ChildrenOf("exclude"))
            CheckInclude(walk, exclude);
    }

    /// <summary>Checks a CodeSystem.</summary>
    public static void CheckCodeSystem(ValidationWalk walk, ElementNode codeSystem)
    {
        var content = codeSystem.ChildValue("content");
        var supplements = codeSystem.Child("supplements");
        if (content == "supplement" && !supplements.Exists)
            walk.Report(codeSystem, IssueSeverity.Error, "required", CanonicalMessages.SupplementOfNothing);
        else if (content != "supplement" && supplements.Exists)
            walk.Report(supplements, IssueSeverity.Error, "business-rule", CanonicalMessages.NoSupplement, content ?? "-");

        var properties = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in codeSystem.ChildrenOf("property"))
        {
            if (property.ChildValue("code") is { } code && !properties.TryAdd(code, property.ChildValue("type")))
                walk.Report(property, IssueSeverity.Warning, "duplicate", CanonicalMessages.PropertyTwice, code);
        }

        var concepts = CheckConcepts(walk, codeSystem, properties);
        if (content == "complete" && concepts == 0)
            walk.Report(codeSystem, IssueSeverity.Warning, "incomplete", CanonicalMessages.CompleteAndEmpty);
        else if (content == "not-present" && concepts > 0)
            walk.Report(codeSystem.Child("content"), IssueSeverity.Warning, "business-rule", CanonicalMessages.NotPresent, concepts.ToString());
        if (content == "complete" && codeSystem.Child("count") is { Exists: true } count && count.GetDecimal() is { } told && told != concepts)
            walk.Report(count, IssueSeverity.Warning, "value", CanonicalMessages.ConceptCount, told.ToString(), concepts.ToString());
    }

    /// <summary>Checks a ConceptMap.</summary>
    public static void CheckConceptMap(ValidationWalk walk, ElementNode map)
    {
        foreach (var group in map.ChildrenOf("group"))
        {
            var source = CheckSystem(walk, group.Child("source"), group.ChildValue("sourceVersion"));
            var target = CheckSystem(walk, group.Child("target"), group.ChildValue("targetVersion"));
            foreach (var element in group.ChildrenOf("element"))
            {
                CheckCode(walk, element.Child("code"), source);
                foreach (var mapped in element.ChildrenOf("target"))
                    CheckCode(walk, mapped.Child("code"), target);
            }
        }
    }

    private static void CheckInclude(ValidationWalk walk, ElementNode include)
    {
        var codeSystem = CheckSystem(walk, include.Child("system"), include.ChildValue("version"));
        var seen = default(HashSet<string>);
        foreach (var concept in include.ChildrenOf("concept"))
        {
            var code = concept.Child("code");
            if (!code.Exists || code.GetString() is not { } text)
                continue;
            if (!(seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(text))
                walk.Report(code, IssueSeverity.Warning, "duplicate", CanonicalMessages.CodeTwice, text);
            CheckCode(walk, code, codeSystem);
        }
    }

    // The code system if all of its codes are known here.
    private static IOpenCodeSystem? CheckSystem(ValidationWalk walk, ElementNode system, string? version)
    {
        if (!system.Exists || system.GetString() is not { } url)
            return null;
        if (url.StartsWith('#') && system.FindContained(url.AsSpan(1)).Exists)
            return null;
        if (!UriRules.IsAbsolute(url))
        {
            walk.Report(system, IssueSeverity.Error, "value", CanonicalMessages.RelativeSystem, url);
            return null;
        }

        if (!walk.TryGetCodeSystem(url, version, out var known))
            return null;
        if (known is null && url.Contains("/ValueSet/", StringComparison.Ordinal))
            walk.Report(system, IssueSeverity.Error, "value", ValueMessages.ValueSetAsSystem, url);
        return known is { IsComplete: true } ? known : null;
    }

    private static void CheckCode(ValidationWalk walk, ElementNode code, IOpenCodeSystem? codeSystem)
    {
        if (codeSystem is not null && code.Exists && code.GetString() is { } text && codeSystem.Find(text) is null)
            walk.Report(code, IssueSeverity.Warning, "code-invalid", CanonicalMessages.UnknownCode, text, codeSystem.Name);
    }

    private static int CheckConcepts(ValidationWalk walk, ElementNode holder, Dictionary<string, string?> properties)
    {
        var count = 0;
        foreach (var concept in holder.ChildrenOf("concept"))
        {
            count += 1 + CheckConcepts(walk, concept, properties);
            foreach (var property in concept.ChildrenOf("property"))
                CheckProperty(walk, property, properties);
        }

        return count;
    }

    private static void CheckProperty(ValidationWalk walk, ElementNode property, Dictionary<string, string?> properties)
    {
        if (property.ChildValue("code") is not { } code)
            return;
        if (!properties.TryGetValue(code, out var type))
            walk.Report(property.Child("code"), IssueSeverity.Warning, "not-found", CanonicalMessages.PropertyUnknown, code);
        else if (property.Child("value") is { Exists: true } value && type is not null && !string.Equals(value.Type.Name, type, StringComparison.OrdinalIgnoreCase))
            walk.Report(value, IssueSeverity.Error, "value", CanonicalMessages.PropertyType, code, type, value.Type.Name);
    }
}
