// Resources that others name by a canonical URL.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

/// <summary>Rules of definitions: their URLs, and the expressions that they hold (R4 resource.html#canonical).</summary>
internal static class CanonicalRules
{
    /// <summary>Checks a resource that has a url and a status.</summary>
    public static void Check(ValidationWalk walk, ElementNode resource)
    {
        if (resource.Child("version") is { Exists: true } version && version.GetString() is { } number && number.Contains('|', StringComparison.Ordinal))
            walk.Report(version, IssueSeverity.Error, "value", CanonicalMessages.VersionWithBar, number);
        if (resource.Child("url") is not { Exists: true } url || url.GetString() is not { } text)
            return;
        if (!UriRules.IsAbsolute(text))
            walk.Report(url, IssueSeverity.Error, "value", CanonicalMessages.RelativeUrl, text);
        else if (text.Contains('|', StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal))
            walk.Report(url, IssueSeverity.Warning, "value", CanonicalMessages.UrlWithSuffix, text);
    }

    /// <summary>Checks a StructureDefinition: its base, and that the expressions of its invariants and contexts can be read.</summary>
    public static void CheckStructureDefinition(ValidationWalk walk, ElementNode definition)
    {
        CheckExpressions(walk, definition.Child("snapshot"));
        CheckExpressions(walk, definition.Child("differential"));
        foreach (var invariant in definition.ChildrenOf("contextInvariant"))
            CheckExpression(walk, invariant);
        foreach (var context in definition.ChildrenOf("context"))
        {
            if (context.ChildValue("type") == "fhirpath")
                CheckExpression(walk, context.Child("expression"));
        }

        CheckBase(walk, definition);
    }

    /// <summary>Checks a SearchParameter: that its expressions can be read.</summary>
    public static void CheckSearchParameter(ValidationWalk walk, ElementNode parameter)
    {
        CheckExpression(walk, parameter.Child("expression"));
        foreach (var component in parameter.ChildrenOf("component"))
            CheckExpression(walk, component.Child("expression"));
    }

    /// <summary>Checks an OperationDefinition: each parameter has a name of its own on its side.</summary>
    public static void CheckOperationDefinition(ValidationWalk walk, ElementNode operation)
    {
        var seen = new HashSet<(string?, string?)>();
        foreach (var parameter in operation.ChildrenOf("parameter"))
        {
            var (use, name) = (parameter.ChildValue("use"), parameter.ChildValue("name"));
            if (!seen.Add((use, name)))
                walk.Report(parameter, IssueSeverity.Error, "duplicate", CanonicalMessages.ParameterTwice, name ?? "", use ?? "");
        }
    }

    /// <summary>Checks a CapabilityStatement: search parameters have the types of their definitions.</summary>
    public static void CheckCapabilityStatement(ValidationWalk walk, ElementNode statement)
    {
        foreach (var rest in statement.ChildrenOf("rest"))
        {
            CheckSearchParameters(walk, rest);
            foreach (var resource in rest.ChildrenOf("resource"))
                CheckSearchParameters(walk, resource);
        }
    }

    /// <summary>Checks an Expression in FHIRPath (R4 metadatatypes.html#Expression).</summary>
    public static void CheckExpressionType(ValidationWalk walk, ElementNode expression)
    {
        if (expression.ChildValue("language") == "text/fhirpath")
            CheckExpression(walk, expression.Child("expression"));
    }

    private static void CheckSearchParameters(ValidationWalk walk, ElementNode holder)
    {
        foreach (var parameter in holder.ChildrenOf("searchParam"))
        {
            if (parameter.ChildValue("definition") is { } canonical && parameter.ChildValue("type") is { } type
                && walk.TryGetResource("SearchParameter", canonical, out var found) && found?.Root.ChildValue("type") is { } defined && defined != type)
            {
                walk.Report(parameter.Child("type"), IssueSeverity.Warning, "value", CanonicalMessages.SearchParameterType, canonical, defined, type);
            }
        }
    }

    private static void CheckBase(ValidationWalk walk, ElementNode definition)
    {
        if (definition.ChildValue("derivation") != "constraint" || definition.ChildValue("baseDefinition") is not { } canonical
            || definition.ChildValue("type") is not { } type || definition.ChildValue("kind") == "logical")
        {
            return;
        }

        var baseType = R4Plans.TypeOf(canonical)?.Name;
        if (baseType is null && walk.TryGetPlan(canonical, out var plan))
            baseType = plan.Value?.Type?.Name;
        if (baseType is not null && baseType != type)
            walk.Report(definition.Child("type"), IssueSeverity.Error, "value", CanonicalMessages.TypeOfBase, type, canonical, baseType);
    }

    private static void CheckExpressions(ValidationWalk walk, ElementNode elements)
    {
        foreach (var element in elements.ChildrenOf("element"))
        {
            foreach (var constraint in element.ChildrenOf("constraint"))
                CheckExpression(walk, constraint.Child("expression"));
        }
    }

    private static void CheckExpression(ValidationWalk walk, ElementNode expression)
    {
        if (!expression.Exists || expression.GetString() is not { } text)
            return;
        try
        {
            _ = FhirPathExpression.Get(text);
        }
        catch (FhirPathException e)
        {
            walk.Report(expression, IssueSeverity.Error, "invalid", CanonicalMessages.Expression, e.Message);
        }
    }
}
