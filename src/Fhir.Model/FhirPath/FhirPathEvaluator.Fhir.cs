// The functions that R4 adds to FHIRPath (R4 fhirpath.html#functions).

namespace FhirHub.Model.FhirPath;

internal sealed partial class FhirPathEvaluator
{
    private const string CoreProfiles = "http://hl7.org/fhir/StructureDefinition/";

    private ReferenceResolver? _references;

    private ValueList Fhir(FunctionSyntax function, ValueList input, in Frame frame)
    {
        switch (function.Signature.Function)
        {
            case FhirPathFunction.Extension:
                return Extension(function, input, frame);
            case FhirPathFunction.HasExtension:
                // No text of the standard has it, but a search parameter of R4 calls it.
                var extensions = Extension(function, input, frame);
                var hasAny = extensions.Count > 0;
                Return(extensions);
                return One(FhirPathValue.Of(hasAny));
            case FhirPathFunction.HasValue:
                return One(FhirPathValue.Of(input.Count == 1 && HasValue(input[0])));
            case FhirPathFunction.GetValue:
                return input.Count == 1 && HasValue(input[0]) ? One(input[0].ToSystem()) : Rent();
            case FhirPathFunction.Resolve:
                return Resolve(function, input);
            case FhirPathFunction.CheckModifiers:
                return CheckModifiers(function, input, frame);
            case FhirPathFunction.HtmlChecks:
                return One(HtmlChecks(Single(input, function)));
            case FhirPathFunction.ConformsTo:
                return One(ConformsTo(function, Single(input, function), frame));
            case FhirPathFunction.MemberOf:
                var code = Single(input, function);
                return One(code.Exists && TextArgument(function, 0, frame) is { } valueSet ? context.MemberOf?.Invoke(code, valueSet) : null);
            case FhirPathFunction.Subsumes or FhirPathFunction.SubsumedBy:
                return One(Subsumes(function, input, frame));
            case FhirPathFunction.Slice:
                return InSlice(function, input, frame);
            default:
                return ElementDefinitions(input);
        }
    }

    private static bool HasValue(in FhirPathValue value) =>
        value.Kind == FhirPathKind.Node ? value.Element.HasValue : value.Exists;

    private ValueList Extension(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var result = Rent();
        var url = function.Arguments[0] is LiteralSyntax { Utf8.Length: > 0 } literal
            ? literal.Utf8
            : System.Text.Encoding.UTF8.GetBytes(TextArgument(function, 0, frame) ?? "");
        foreach (ref readonly var value in input.Items)
        {
            if (value.Kind != FhirPathKind.Node)
                continue;
            foreach (var extension in value.Element.ChildrenOf("extension"))
            {
                Step(function);
                if (extension.Child("url") is { Exists: true } child && child.ValueEquals(url))
                    result.Add(FhirPathValue.Of(extension));
            }
        }

        return result;
    }

    private ValueList Resolve(FunctionSyntax function, ValueList input)
    {
        var result = Rent();
        foreach (ref readonly var value in input.Items)
        {
            Step(function);
            var from = value.Kind == FhirPathKind.Node ? value.Element : root;
            var reference = value.AsString()
                ?? (value.Kind == FhirPathKind.Node && from.Type.Name == "Reference" ? from.ChildValue("reference") : null);
            if (reference is null || !from.Exists)
                continue;
            _references ??= new ReferenceResolver();
            var target = _references.Find(reference, from);
            if (!target.Exists && context.Resolve is { } resolve)
                target = resolve(reference, from);
            if (target.Exists)
                result.Add(FhirPathValue.Of(target));
        }

        return result;
    }

    private ValueList CheckModifiers(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < function.Arguments.Count; i++)
        {
            if (TextArgument(function, i, frame) is { } url)
                known.Add(url);
        }

        foreach (ref readonly var value in input.Items)
        {
            if (value.Kind != FhirPathKind.Node)
                continue;
            foreach (var extension in value.Element.ChildrenOf("modifierExtension"))
            {
                if (extension.ChildValue("url") is not { } url || !known.Contains(url))
                    throw Fault($"{value.Element.GetPath()} has a modifier extension that is not known: {extension.ChildValue("url")}", function);
            }
        }

        return Copy(input);
    }

    private static bool? HtmlChecks(in FhirPathValue value)
    {
        if (value.Kind == FhirPathKind.Node && value.Element.Type.Name == "Narrative")
            return value.Element.ChildValue("div") is { } div ? NarrativeRules.Check(div) is null : null;
        return value.AsString() is { } xhtml ? NarrativeRules.Check(xhtml) is null : null;
    }

    private bool? ConformsTo(FunctionSyntax function, in FhirPathValue value, in Frame frame)
    {
        if (value.Node is not { } node || TextArgument(function, 0, frame) is not { } profile)
            return null;
        if (context.ConformsTo?.Invoke(node, profile) is { } answer)
            return answer;
        if (profile.StartsWith(CoreProfiles, StringComparison.Ordinal) && node.Tree.Schema.FindType(profile[CoreProfiles.Length..]) is { } type)
            return node.Type.Is(type);
        throw Fault($"The profile '{profile}' is not known here", function);
    }

    private bool? Subsumes(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var code = Single(input, function);
        var others = Argument(function, 0, frame);
        var other = Single(others, function.Arguments[0]);
        Return(others);
        if (!code.Exists || !other.Exists || context.Subsumes is not { } subsumes)
            return null;
        return function.Signature.Function == FhirPathFunction.Subsumes ? subsumes(code, other) : subsumes(other, code);
    }

    private ValueList InSlice(FunctionSyntax function, ValueList input, in Frame frame)
    {
        var result = Rent();
        if (context.IsInSlice is not { } isInSlice || TextArgument(function, 0, frame) is not { } profile
            || TextArgument(function, 1, frame) is not { } slice)
        {
            return result;
        }

        foreach (ref readonly var value in input.Items)
        {
            if (value.Kind == FhirPathKind.Node && isInSlice(value.Element, profile, slice) == true)
                result.Add(value);
        }

        return result;
    }

    private ValueList ElementDefinitions(ValueList input)
    {
        var result = Rent();
        if (context.ElementDefinition is not { } find)
            return result;
        foreach (ref readonly var value in input.Items)
        {
            if (value.Kind == FhirPathKind.Node && find(value.Element) is { Exists: true } definition)
                result.Add(FhirPathValue.Of(definition));
        }

        return result;
    }
}
