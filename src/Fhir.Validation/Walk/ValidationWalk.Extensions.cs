// Extensions: which definition they follow, and whether they may stand where they do.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Validation;

internal sealed partial class ValidationWalk
{
    private const string ElementRule = "hasValue() or (children().count() > id.count())";
    private const string ExtensionRule = "extension.exists() != value.exists()";

    // R4's own resources use some of its extensions where their definitions do not allow it.
    private static readonly Dictionary<string, string[]> PublishedElsewhere = new(StringComparer.Ordinal)
    {
        [BaseProfiles + "structuredefinition-fhir-type"] = ["ElementDefinition.type"],
        [BaseProfiles + "regex"] = ["ElementDefinition.type"],
        [BaseProfiles + "structuredefinition-normative-version"] = ["ElementDefinition", "ValueSet", "CodeSystem", "OperationDefinition"],
        [BaseProfiles + "valueset-concept-comments"] = ["CodeSystem.concept"],
    };

    // Finds the extension's definition and puts it with the plans that the extension is visited with (from `first` to the top).
    private void VisitExtension(ElementNode extension, int first)
    {
        // ext-1 of R4.
        if (extension.Child("extension").Exists == extension.Child("value").Exists)
            ReportBroken(extension, "ext-1", "Extension", "Must have either extensions or value[x], not both", ExtensionRule);
        if (extension.Child("url") is not { Exists: true } place || place.GetString() is not { } url)
            return;
        var holder = extension.Parent;
        if (!url.Contains(':', StringComparison.Ordinal))
        {
            // The parts of a complex extension are slices of it (R4 extensibility.html#Extension).
            if (holder.Type.Name != "Extension")
                Report(place, IssueSeverity.Error, "extension", ExtensionMessages.RelativeUrl, url);
            else
                CheckPart(place, url, holder.ChildValue("url"));
            return;
        }

        var isModifier = extension.Name == "modifierExtension";
        if (!TryGetPlan(url, out var known))
            return;
        if (known.Value is not { } definition)
        {
            ReportUnknownExtension(place, url, known.Problem, isModifier);
            return;
        }

        if (definition.TypeName != "Extension" || ReferenceEquals(definition, R4Plans.Of(extension.Type)))
        {
            Report(place, IssueSeverity.Error, "extension", ExtensionMessages.NoExtension, url, definition.TypeName);
            return;
        }

        if (definition.IsModifier != isModifier && holder.Type.Name != "Extension")
            Report(extension, IssueSeverity.Error, "extension", isModifier ? ExtensionMessages.NotModifier : ExtensionMessages.Modifier, definition.Name);
        if (definition.Contexts.Count > 0 && !IsInContext(holder, definition))
            Report(extension, IssueSeverity.Error, "extension", ExtensionMessages.WrongContext, definition.Name, PlaceOf(holder), ContextsOf(definition));
        CheckContextInvariants(extension, holder, definition);
        if (!IsOnTop(definition.Root, first))
            Push(definition.Root);
    }

    // A complex extension has the parts that its definition names, whatever its slicing leaves open.
    private void CheckPart(ElementNode place, string part, string? whole)
    {
        if (whole is null || !whole.Contains(':', StringComparison.Ordinal) || !TryGetPlan(whole, out var known)
            || known.Value?.Root.Child("extension")?.Slicing is not { Rules: not SlicingRules.Closed, Slices: { Count: > 0 } slices })
        {
            return;
        }

        foreach (var slice in slices)
        {
            if (slice.Child("url") is not { Fixed.Exists: true } url || url.Fixed.GetString() == part)
                return;
        }

        Report(place, IssueSeverity.Error, "extension", ExtensionMessages.UnknownPart, part, known.Value!.Name, string.Join(", ", slices.Select(static slice => slice.SliceName)));
    }

    private void ReportUnknownExtension(ElementNode place, string url, string? problem, bool isModifier)
    {
        if (problem is not null)
            Report(place, isModifier ? IssueSeverity.Error : IssueSeverity.Warning, "processing", WalkMessages.UnusableProfile, url, problem);
        else if (isModifier)
            Report(place, IssueSeverity.Error, "extension", ExtensionMessages.UnknownModifier, url);
        else
            Report(place, url.StartsWith("http://hl7.org/fhir/StructureDefinition/", StringComparison.Ordinal) ? IssueSeverity.Warning : IssueSeverity.Information, "extension", ExtensionMessages.Unknown, url);
    }

    private bool IsInContext(ElementNode holder, ProfilePlan definition)
    {
        if (PublishedElsewhere.TryGetValue(definition.Url, out var elsewhere) && elsewhere.Contains(holder.Type.Name, StringComparer.Ordinal))
            return true;
        string[]? paths = null;
        foreach (var context in definition.Contexts)
        {
            var fits = context.Kind switch
            {
                "extension" => holder.Type.Name == "Extension" && IsExtensionPath(holder, context.Expression),
                "fhirpath" => IsSelected(holder, context.Expression),
                _ => IsOfType(holder, context.Expression) || (paths ??= PathsOf(holder)).Contains(ElementPath(context.Expression), StringComparer.Ordinal),
            };
            if (fits)
                return true;
        }

        return false;
    }

    // The URL of the extension, or the URL and the codes of its parts: url#part.part.
    private static bool IsExtensionPath(ElementNode holder, string expression)
    {
        var hash = expression.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
            return holder.ChildValue("url") == expression;
        return expression[(hash + 1)..] == holder.ChildValue("url") && holder.Parent.Type.Name == "Extension" && holder.Parent.ChildValue("url") == expression[..hash];
    }

    private bool IsSelected(ElementNode holder, string expression)
    {
        try
        {
            foreach (var item in FhirPathExpression.Get(expression).Evaluate(holder.Resource, InvariantContext))
            {
                if (item.Node == holder)
                    return true;
            }

            return false;
        }
        catch (FhirPathException)
        {
            // A faulty definition is no fault of the resource.
            return true;
        }
    }

    private static bool IsOfType(ElementNode holder, string expression)
    {
        // HL7's own definitions say Element where they mean anywhere.
        if (expression is "Element" or "*")
            return true;
        for (var type = holder.Type; type is not null; type = type.Base)
        {
            if (type.Name == expression)
                return true;
        }

        // Names of R5's abstract types, which older definitions use in advance.
        return expression is "CanonicalResource" or "MetadataResource" && holder.Type.IsCanonical;
    }

    // An element's id without choices' suffixes, and without the profile that it may be of: a profile's elements are those of its type.
    private static string ElementPath(string expression)
    {
        var hash = expression.IndexOf('#', StringComparison.Ordinal);
        var path = hash < 0 ? expression : expression[(hash + 1)..];
        if (!path.Contains('[', StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal))
            return path;
        var steps = path.Replace("[x]", "", StringComparison.Ordinal).Split('.');
        for (var i = 0; i < steps.Length; i++)
        {
            var colon = steps[i].IndexOf(':', StringComparison.Ordinal);
            steps[i] = colon < 0 ? steps[i] : steps[i][..colon];
        }

        return string.Join('.', steps);
    }

    // All paths under which definitions may know an element: Patient.name.family, HumanName.family, DomainResource.text.
    private static string[] PathsOf(ElementNode holder)
    {
        var paths = new List<string>();
        var suffix = "";
        for (var node = holder; node.Exists; node = node.Parent)
        {
            for (var type = node.Type; type is not null; type = type.Base)
                paths.Add(type.Name + suffix);
            if (node.Type.IsResource)
                break;
            suffix = $".{node.Name}{suffix}";
            // The member of a choice by its type: Observation.valueQuantity.
            if (node.Definition is { IsChoice: true } && node.Parent.Exists)
                paths.Add($"{node.Parent.Type.Name}.{node.JsonName}{suffix[(node.Name.Length + 1)..]}");
        }

        return [.. paths];
    }

    private static string PlaceOf(ElementNode holder) =>
        holder.Type.Name == "Extension" ? holder.ChildValue("url") ?? "Extension" : holder.Definition is { } element && !holder.Type.IsResource ? element.Path : holder.Type.Name;

    private static string ContextsOf(ProfilePlan definition) => string.Join(", ", definition.Contexts.Select(static context => context.Expression));

    private void CheckContextInvariants(ElementNode extension, ElementNode holder, ProfilePlan definition)
    {
        foreach (var invariant in definition.ContextInvariants)
        {
            try
            {
                var context = new FhirPathContext
                {
                    AsPicks = true,
                    Budget = _invariantBudget,
                    TimeProvider = settings.TimeProvider,
                    Resolve = Resolve,
                    MemberOf = IsMember,
                    Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>>(StringComparer.Ordinal) { ["extension"] = [FhirPathValue.Of(extension)] },
                };
                _isUndecided = false;
                if (invariant.Invariant is { } rule && rule.IsMet(holder, context) == false && !_isUndecided)
                    Report(extension, IssueSeverity.Error, "extension", ExtensionMessages.ContextInvariant, definition.Name, Shown(invariant.Expression!));
            }
            catch (FhirPathException e)
            {
                Report(extension, IssueSeverity.Warning, "processing", ExtensionMessages.ContextInvariantFaulty, definition.Name, Shown(invariant.Expression!), e.Message);
            }
        }
    }

    private void ReportBroken(ElementNode node, string key, string type, string human, string expression) =>
        Report(node, IssueSeverity.Error, "invariant", ConstraintMessages.Broken, key, $"{BaseProfiles}{type}|4.0.1", human, expression);
}
