// From a SearchParameter resource to a definition that the server can search by, or what keeps it from doing so.

using System.Text.RegularExpressions;
using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Search;

/// <summary>Reads and checks SearchParameter resources (R4 searchparameter.html).</summary>
public static partial class SearchParameterReader
{
    private const int MaxCodeLength = 64;
    private const int MaxExpressionLength = 8 * 1024;
    private const int MaxComponents = 4;

    private static readonly System.Buffers.SearchValues<char> CodeCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>True if the resource asks to be used: only an active one is.</summary>
    public static bool IsActive(ElementNode resource) => resource.ChildValue("status") == "active";

    /// <summary>The definition that the resource holds, unchecked.</summary>
    public static SearchParameterDefinition Read(ElementNode resource) => new(
        resource.ChildValue("url") ?? "",
        resource.ChildValue("code") ?? "",
        resource.ChildValue("name") ?? "",
        resource.ChildValue("type") ?? "",
        resource.ChildValue("expression"),
        Values(resource, "base"),
        Values(resource, "target"),
        [.. resource.ChildrenOf("component").ToList().Select(component => new SearchParameterDefinitionComponent(
            WithoutVersion(component.ChildValue("definition") ?? ""), component.ChildValue("expression") ?? ""))]);

    /// <summary>What keeps a definition from being searched by, beside the parameters that there are; none if nothing does.</summary>
    public static IReadOnlyList<Issue> Check(SearchParameterDefinition definition, SearchParameterRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(registry);
        var issues = new List<Issue>();
        CheckCode(definition, issues);
        CheckType(definition, issues);
        CheckBase(definition, issues);
        CheckTargets(definition, issues);
        if (issues.Count > 0)
            return issues;
        CheckExpression(definition, issues);
        CheckComponents(definition, registry, issues);
        if (issues.Count == 0)
            CheckOthers(definition, registry, issues);
        return issues;
    }

    /// <summary>
    /// True if R4 itself defines the code for all types of a definition, so that R4's parameters serve in its place.
    /// </summary>
    /// <param name="definition">The definition, unchecked.</param>
    /// <param name="other">One of R4's parameters that finds other values than the definition would, or null if they find the same.</param>
    public static bool IsServedByR4(SearchParameterDefinition definition, out SearchParameter? other)
    {
        ArgumentNullException.ThrowIfNull(definition);
        other = null;
        var served = false;
        foreach (var type in SearchParameterRegistry.R4.ConcreteTypes(definition.Base))
        {
            if (SearchParameterRegistry.R4.Find(type.Name, definition.Code) is not { } own)
                return false;
            served = true;
            var isSame = own.Type.ToString().Equals(definition.Type, StringComparison.OrdinalIgnoreCase)
                && Parts(type, own.Expression).SetEquals(Parts(type, definition.Expression))
                && own.Components.Select(c => c.Expression).SequenceEqual(definition.Components.Select(c => c.Expression));
            if (!isSame)
                other ??= own;
        }

        return served;
    }

    // A definition for one type says of it what R4 says of all resources.
    private static HashSet<string> Parts(TypeDefinition type, string? expression) =>
        [.. SearchParameterRegistry.PartsFor(type, expression ?? "").Select(part => Plain(part).Replace("DomainResource.", "Resource.", StringComparison.Ordinal)
            .Replace("Resource.", $"{type.Name}.", StringComparison.Ordinal))];

    private static string Plain(string part) => part.Replace(" ", "", StringComparison.Ordinal).Trim('(', ')');

    private static void CheckCode(SearchParameterDefinition definition, List<Issue> issues)
    {
        var code = definition.Code;
        if (code.Length is 0 or > MaxCodeLength || !char.IsAsciiLetter(code[0]) || code.AsSpan().ContainsAnyExcept(CodeCharacters))
        {
            Add(issues, "value", "code", $"The code is '{Shown(code)}'; to be written in a search it must start with a letter and have letters, digits, '-' and '_' only, {MaxCodeLength} at most.");
        }
    }

    private static void CheckType(SearchParameterDefinition definition, List<Issue> issues)
    {
        if (definition.Type == "special")
            Add(issues, "not-supported", "type", "Parameters of type special have a meaning of their own, which a definition can't give; choose another type.");
        else if (definition.Type is not ("number" or "date" or "string" or "token" or "reference" or "composite" or "quantity" or "uri"))
            Add(issues, "value", "type", $"The type is '{Shown(definition.Type)}'; it must be number, date, string, token, reference, composite, quantity or uri.");
    }

    private static void CheckBase(SearchParameterDefinition definition, List<Issue> issues)
    {
        if (definition.Base.Count == 0)
            Add(issues, "required", "base", "There is no base; name the resource types that the parameter searches.");
        foreach (var name in definition.Base.Where(name => !IsResourceType(name, mayBeAbstract: true)))
            Add(issues, "value", "base", $"The base '{Shown(name)}' is no resource type of R4.");
    }

    private static void CheckTargets(SearchParameterDefinition definition, List<Issue> issues)
    {
        foreach (var name in definition.Target.Where(name => !IsResourceType(name, mayBeAbstract: false)))
            Add(issues, "value", "target", $"The target '{Shown(name)}' is no resource type of R4.");
    }

    private static void CheckExpression(SearchParameterDefinition definition, List<Issue> issues)
    {
        if (string.IsNullOrWhiteSpace(definition.Expression))
        {
            Add(issues, "required", "expression", "There is no expression; values are found by FHIRPath (an xpath is not enough).");
            return;
        }

        if (definition.Expression.Length > MaxExpressionLength)
        {
            Add(issues, "too-long", "expression", $"The expression has {definition.Expression.Length} characters; at most {MaxExpressionLength} are read.");
            return;
        }

        // An abstract base says too little of elements; there the syntax is all that can be checked.
        if (Compiled(definition.Expression, null, issues) is null)
            return;
        foreach (var name in definition.Base)
        {
            var type = Schema.R4.FindType(name)!;
            if (type.IsAbstract)
                continue;
            var parts = SearchParameterRegistry.PartsFor(type, definition.Expression);
            if (parts.Count == 0)
                Add(issues, "invalid", "expression", $"No part of the expression is about {name}, which is one of the bases; start one with '{name}.'.");
            else if (Compiled(string.Join(" | ", parts), type, issues) is not { } compiled)
                return;
            else
                CheckFound(definition.Type, name, compiled, issues);
        }
    }

    // Of what the schema can't tell, such as what a function computes, the resources will.
    private static void CheckFound(string parameter, string resource, FhirPathExpression expression, List<Issue> issues)
    {
        var type = Enum.Parse<SearchParameterType>(parameter, ignoreCase: true);
        if (expression.ElementTypes is not { } found || found.Any(element => IndexExtractor.MayFind(type, element)))
            return;
        Add(
            issues,
            "invalid",
            "expression",
            $"In a {resource} the expression leads to {Shown(string.Join(" or ", found.Select(t => t.Name).Distinct(StringComparer.Ordinal)))}, in which a parameter of type {parameter} finds nothing; change the type, or lead the expression to another element.");
    }

    private static FhirPathExpression? Compiled(string expression, TypeDefinition? type, List<Issue> issues)
    {
        try
        {
            var compiled = FhirPathExpression.Compile(expression, type);
            if (!Clock().IsMatch(expression))
                return compiled;
            Add(issues, "not-supported", "expression", "The expression asks for the time, but what is indexed of a resource must not change while the resource stays the same; compare with a date in the search instead.");
            return null;
        }
        catch (FhirPathException fault)
        {
            Add(issues, "invalid", "expression", $"The expression is no FHIRPath that {type?.Name ?? "the server"} can be searched by: {fault.Message}");
            return null;
        }
    }

    private static void CheckComponents(SearchParameterDefinition definition, SearchParameterRegistry registry, List<Issue> issues)
    {
        if (definition.Type != "composite")
        {
            if (definition.Components.Count > 0)
                Add(issues, "invalid", "component", $"Only a composite has components; the type is {definition.Type}.");
            return;
        }

        if (definition.Components.Count is < 2 or > MaxComponents)
            Add(issues, "value", "component", $"The composite has {definition.Components.Count} components; it must have 2 to {MaxComponents}.");
        for (var i = 0; i < definition.Components.Count; i++)
        {
            var component = definition.Components[i];
            if (string.IsNullOrWhiteSpace(component.Expression) || component.Expression.Length > MaxExpressionLength || !IsSyntax(component.Expression))
                Add(issues, "invalid", $"component[{i}].expression", "The component's expression is no FHIRPath; write it relative to the composite's element.");
            foreach (var type in registry.ConcreteTypes(definition.Base))
            {
                var part = registry.FindUrl(type.Name, component.Definition);
                if (part is null)
                {
                    Add(issues, "not-found", $"component[{i}].definition", $"{type.Name} has no search parameter '{Shown(component.Definition)}', of which the component is; create that one first, or in the same transaction.");
                    break;
                }

                if (part.Type is SearchParameterType.Composite or SearchParameterType.Special)
                {
                    Add(issues, "invalid", $"component[{i}].definition", $"A component can't be of type {part.Type.ToString().ToLowerInvariant()}.");
                    break;
                }
            }
        }

        // Of quantities and the like there is one order only, which the last component takes.
        if (issues.Count == 0 && definition.Components.Count(c => registry.FindUrl(registry.ConcreteTypes(definition.Base).First().Name, c.Definition)!.Type == SearchParameterType.Quantity) > 1)
            Add(issues, "not-supported", "component", "At most one component can be a quantity.");
    }

    private static bool IsSyntax(string expression)
    {
        try
        {
            FhirPathExpression.Compile(expression);
            return !Clock().IsMatch(expression);
        }
        catch (FhirPathException)
        {
            return false;
        }
    }

    // A type has one parameter of a code and one of a URL; saying again what is known is no contradiction.
    private static void CheckOthers(SearchParameterDefinition definition, SearchParameterRegistry registry, List<Issue> issues)
    {
        var standard = SearchParameterRegistry.R4.All.FirstOrDefault(p => p.Url == definition.Url);
        foreach (var made in registry.Make(definition))
        {
            if (registry.Find(made.ResourceType, made.Code) is { } same && !FindSame(made, same))
            {
                Add(issues, "duplicate", "code", $"{made.ResourceType} has the search parameter {same.Code} already, defined as {same.Url}, which finds other values; choose another code.");
                return;
            }

            if (standard is not null && (standard.Code != made.Code || registry.Find(made.ResourceType, made.Code) is null))
            {
                Add(issues, "duplicate", "url", $"{definition.Url} is a search parameter of R4, which can't be redefined; give this one a url and a code of its own.");
                return;
            }

            if (standard is null && registry.FindUrl(made.ResourceType, definition.Url) is not null)
            {
                Add(issues, "duplicate", "url", $"There is another active SearchParameter with the url {definition.Url}; retire or delete that one, or change the url.");
                return;
            }
        }
    }

    private static bool FindSame(SearchParameter left, SearchParameter right) =>
        left.Type == right.Type && Parts(left).SetEquals(Parts(right)) && SameComponents(left, right);

    private static HashSet<string> Parts(SearchParameter parameter) =>
        [.. (parameter.Expression ?? "").Split('|').Select(Plain)];

    private static bool SameComponents(SearchParameter left, SearchParameter right) =>
        left.Components.Select(c => (c.Parameter.Type, c.Expression)).SequenceEqual(right.Components.Select(c => (c.Parameter.Type, c.Expression)));

    private static bool IsResourceType(string name, bool mayBeAbstract) =>
        Schema.R4.FindResourceType(name) is not null || (mayBeAbstract && name is "Resource" or "DomainResource");

    private static IReadOnlyList<string> Values(ElementNode resource, string name) => [.. resource.ChildrenOf(name).ToList().Select(child => child.GetString() ?? "")];

    private static string WithoutVersion(string canonical) =>
        canonical.IndexOf('|', StringComparison.Ordinal) is >= 0 and var bar ? canonical[..bar] : canonical;

    [GeneratedRegex(@"\b(now|today|timeOfDay)\s*\(", RegexOptions.NonBacktracking)]
    private static partial Regex Clock();

    private static string Shown(string text) => text.Length > 80 ? $"{text[..80]}…" : text;

    private static void Add(List<Issue> issues, string code, string element, string diagnostics) =>
        issues.Add(Issue.Error(code, diagnostics, $"SearchParameter.{element}"));
}
